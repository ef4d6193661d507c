"""Methods that send files, one by one and as albums, and hand them out again.

https://core.telegram.org/bots/api#sending-files
"""

from __future__ import annotations

from functools import partial

from ...stand_in.checks import Json
from .. import content
from ..content import CAPTIONED
from ..errors import bad_request
from ..files import DOWNLOAD_LIMIT
from ..request import Params
from ..text import caption
from ..world import World
from .registry import METHODS, method
from .sending import deliver, destination

SENDERS = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendAudio": "audio",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}
# "Documents and audio files can be only grouped in an album with messages of the same type":
# https://core.telegram.org/bots/api#sendmediagroup
UNMIXED = ("document", "audio")


def send_media(kind: str, world: World, params: Params) -> Json:
    """One message with one file."""
    target = destination(world, params)
    words = caption(params) if kind in CAPTIONED else None
    file = world.files.resolve(kind, params[kind], params.files)
    return deliver(world, target, content.media(file, words, params.values)).to_api()


for _name, _kind in SENDERS.items():
    METHODS[_name] = partial(send_media, _kind)


@method("sendMediaGroup")
def send_media_group(world: World, params: Params) -> list[Json]:
    """An album: one message an item, all with the same media_group_id; it counts as one."""
    target = destination(world, params)
    items: list[Json] = params["media"]
    kinds = [item["type"] for item in items]
    for kind in UNMIXED:
        if kind in kinds and set(kinds) != {kind}:
            raise bad_request(f"{kind} can't be mixed with other media types")
    made = []
    for item in items:
        words = caption(item)
        file = world.files.resolve(item["type"], item["media"], params.files)
        made.append(content.media(file, words, item))
    album = str(13_000_000_000_000_000 + world.number())
    return [
        deliver(world, target, part, album=album, counted=index == 0).to_api()
        for index, part in enumerate(made)
    ]


@method("getFile")
def get_file(world: World, params: Params) -> Json:
    """Where to download a file of at most 20 MB."""
    file = world.files.get(params["file_id"])
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file.to_api() | {"file_path": file.path}
