"""Files that people and the bot sent: tokens, bytes and addresses, all in memory.

An upload has three steps, https://dev.max.ru/docs-api/methods/POST/uploads: an address for one
file, the file sent there, and the token in an attachment, which is refused for a while.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from .errors import ApiError, bad_request, not_ready

KINDS = ("image", "video", "audio", "file")
MIME_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}
NAMES = {
    "image": "image.jpg",
    "video": "video.mp4",
    "audio": "audio.mp3",
    "sticker": "sticker.webp",
}


@dataclass(eq=False, slots=True)
class StoredFile:
    """One file of one kind. `size` may claim more than `data` holds, to stand for a big one.

    `tries_left`: how many messages with it are still refused as not ready.
    """

    kind: str
    number: int
    token: str
    base: Callable[[], str] = field(repr=False)
    name: str = ""
    mime_type: str = "application/octet-stream"
    data: bytes = field(default=b"", repr=False)
    size: int = 0
    tries_left: int = 0

    @property
    def path(self) -> str:
        """Where it is, below the stand-in's address."""
        return f"{self.kind}/{self.number}/{quote(self.name, safe='')}"

    @property
    def url(self) -> str:
        """Where it can be downloaded, by anybody who has the address."""
        return f"{self.base()}/files/{self.path}"


@dataclass(eq=False, slots=True)
class Upload:
    """An address that one file can be sent to. `received` grows while parts of it come."""

    key: str
    kind: str
    token: str | None
    received: bytearray = field(default_factory=bytearray, repr=False)
    file: StoredFile | None = None


class FileStore:
    """All files of one messenger. `base` tells its address, `not_ready_for` how slow it is."""

    def __init__(self, base: Callable[[], str]) -> None:
        self.not_ready_for = 0
        self._base = base
        self._files: list[StoredFile] = []
        self._by_token: dict[str, StoredFile] = {}
        self._uploads: dict[str, Upload] = {}
        self._promised: set[str] = set()

    def add(
        self,
        kind: str,
        data: bytes,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        size: int | None = None,
        token: str | None = None,
    ) -> StoredFile:
        """Keeps the bytes, under a token of their own."""
        name = name or NAMES.get(kind, "file.bin")
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = StoredFile(
            kind,
            len(self._files),
            token or self._token(kind),
            self._base,
            name,
            mime_type or MIME_TYPES.get(kind) or guessed,
            data,
            len(data) if size is None else size,
        )
        self._files.append(file)
        self._by_token[file.token] = file
        return file

    def _token(self, kind: str) -> str:
        seed = f"{kind}:{len(self._files)}:{len(self._uploads)}".encode()
        return "f9LHodD0cO" + base64.urlsafe_b64encode(hashlib.sha256(seed).digest()).decode()[:42]

    def at(self, kind: str, number: str) -> StoredFile | None:
        """The file at that address."""
        if not number.isdigit() or int(number) >= len(self._files):
            return None
        file = self._files[int(number)]
        return file if file.kind == kind else None

    def begin(self, kind: str) -> Upload:
        """A new address. Video and audio have their token from the start, the others in the end."""
        token = self._token(kind) if kind in ("video", "audio") else None
        upload = Upload(
            hashlib.sha256(f"upload {len(self._uploads)}".encode()).hexdigest(), kind, token
        )
        self._uploads[upload.key] = upload
        if token is not None:
            self._promised.add(token)
        return upload

    def upload_url(self, upload: Upload) -> str:
        """Where the file is to be sent."""
        return f"{self._base()}/upload/{upload.key}"

    def upload(self, key: str) -> Upload:
        """The upload at that address. 404 for an unknown one, 400 where its file is there."""
        found = self._uploads.get(key)
        if found is None:
            raise ApiError(404, "not.found", "unknown upload address")
        if found.file is not None:
            raise bad_request("this address has taken its file: ask for another one")
        return found

    def finish(self, upload: Upload, data: bytes, name: str, mime_type: str | None) -> StoredFile:
        """The file is there; its token is refused as often as `not_ready_for` says."""
        file = self.add(upload.kind, data, name=name, mime_type=mime_type, token=upload.token)
        file.tries_left = self.not_ready_for
        upload.file = file
        return file

    def known(self, kind: str, token: str) -> StoredFile | None:
        """The file of that kind with that token."""
        file = self._by_token.get(token)
        return file if file is not None and file.kind == kind else None

    def by_token(self, kind: str, token: str) -> StoredFile:
        """The file to attach. 400 for a wrong token, or one that is not ready yet."""
        file = self.known(kind, token)
        if token in self._promised and token not in self._by_token:
            raise not_ready(kind)
        if file is None:
            what = "photo" if kind == "image" else kind
            raise bad_request(f"Invalid {what} token provided: {token}")
        if file.tries_left > 0:
            file.tries_left -= 1
            raise not_ready(kind)
        return file
