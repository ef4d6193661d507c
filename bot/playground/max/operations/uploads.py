"""Addresses to send files to, and what became of videos.

https://dev.max.ru/docs-api/methods/POST/uploads
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..errors import not_found
from ..request import Params
from ..world import World
from .registry import operation


@operation("getUploadUrl")
def get_upload_url(world: World, params: Params) -> Json:
    """An address for one file; for video and audio with the token it will have."""
    upload = world.files.begin(params["type"])
    found: Json = {"url": world.files.upload_url(upload)}
    return found | {"token": upload.token} if upload.token else found


@operation("getVideoAttachmentDetails")
def get_video_attachment_details(world: World, params: Params) -> Json:
    """A video's addresses."""
    file = world.files.known("video", params["video_token"])
    if file is None:
        raise not_found("Video not found")
    size = {"width": 640, "height": 360, "duration": 1}
    return {"token": file.token, "urls": {"mp4_360": file.url}, "thumbnail": None, **size}
