"""Files that people and the bot sent: identifiers, bytes and paths, all in memory.

https://core.telegram.org/bots/api#file and #sending-files
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from dataclasses import dataclass, field

from ..stand_in.checks import Json
from .checks import Upload
from .errors import ApiError, bad_request, not_simulated
from .request import ATTACHED

DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
# Leading bytes of an identifier tell what it is for, as in Telegram's own: a photo can't be
# sent as a document by its identifier.
PREFIXES = {
    "photo": "AgACAgI",
    "document": "BQACAgI",
    "video": "BAACAgI",
    "animation": "CgACAgI",
    "audio": "CQACAgI",
    "voice": "AwACAgI",
    "video_note": "DQACAgI",
    "sticker": "CAACAgI",
}
FOLDERS = {"photo": "photos", "document": "documents", "video": "videos", "sticker": "stickers"}
MIME_TYPES = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "video_note": "video/mp4",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of one kind. `size` may claim more than `data` holds, to stand for a big one."""

    kind: str
    id: str
    unique_id: str
    path: str
    name: str | None
    mime_type: str
    data: bytes = field(repr=False)
    size: int

    def to_api(self) -> Json:
        """The fields that every kind of file has."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


class FileStore:
    """All files of one messenger."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(
        self,
        kind: str,
        data: bytes,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        size: int | None = None,
    ) -> StoredFile:
        """Keeps the bytes. The same bytes have the same unique id, and a new id each time."""
        number = len(self._by_id)
        digest = hashlib.sha256(kind.encode() + data).digest()
        tail = base64.urlsafe_b64encode(digest[:24] + number.to_bytes(6, "big")).decode()
        guessed = mimetypes.guess_type(name or "")[0] or "application/octet-stream"
        mime_type = mime_type or MIME_TYPES.get(kind) or guessed
        suffix = mimetypes.guess_extension(mime_type) or ".bin"
        if name and "." in name:
            suffix = "." + name.rsplit(".", 1)[1]
        path = f"{FOLDERS.get(kind, kind)}/file_{number}{suffix}"
        unique = "AQAD" + base64.urlsafe_b64encode(digest[:9]).decode()
        stored = StoredFile(
            kind=kind,
            id=PREFIXES[kind] + "AAxkB" + tail,
            unique_id=unique,
            path=path,
            name=name,
            mime_type=mime_type,
            data=data,
            size=len(data) if size is None else size,
        )
        self._by_id[stored.id] = self._by_path[path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """The file of that identifier. 400 where there is none."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored

    def at(self, path: str) -> StoredFile | None:
        """The file that getFile gave this path for."""
        return self._by_path.get(path)

    def resolve(self, kind: str, value: str | Upload, parts: dict[str, Upload]) -> StoredFile:
        """What a method's file parameter names: an upload, an attached part, or a known file."""
        if isinstance(value, str):
            attached = ATTACHED.fullmatch(value)
            if attached is None:
                return self._known(kind, value)
            if attached[1] not in parts:
                raise bad_request("there is no file with the attached name in the request")
            value = parts[attached[1]]
        if len(value.data) > (PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT):
            raise ApiError(413, "Request Entity Too Large")
        if not value.data:
            raise bad_request("file must be non-empty")
        mime_type = value.content_type if kind == "document" else None
        if mime_type == "application/octet-stream":
            mime_type = None
        return self.add(kind, value.data, name=value.name, mime_type=mime_type)

    def _known(self, kind: str, file_id: str) -> StoredFile:
        if file_id.startswith(("http://", "https://")):
            raise not_simulated("sending files by HTTP URL")
        stored = self.get(file_id)
        if stored.kind != kind:
            found, wanted = stored.kind.capitalize(), kind.capitalize()
            raise bad_request(f"can't use file of type {found} as {wanted}")
        return stored
