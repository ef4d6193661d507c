"""What a message carries besides its text, in MAX's own form, kind by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..stand_in.checks import Json
from .files import StoredFile

# What people and pages call them, whatever the messenger.
KINDS = {"image": "photo", "file": "document"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment but the keyboard. `fields` beside the payload, `payload` beside the file's."""

    type: str
    file: StoredFile | None = None
    payload: Json | None = None
    fields: Json = field(default_factory=dict)
    kind: str = ""

    @property
    def name(self) -> str:
        """`photo`, `document`, `video`, `audio`, `voice`, `sticker`, `contact`, `location`, …"""
        return self.kind or KINDS.get(self.type, self.type)

    def to_api(self) -> Json:
        """The schema's `Attachment` of that type."""
        found: Json = {"type": self.type, **self.fields}
        if self.file is not None or self.payload is not None:
            found["payload"] = {**self._of_file(), **(self.payload or {})}
        return found

    def _of_file(self) -> Json:
        if self.file is None:
            return {}
        found: Json = {"url": self.file.url}
        if self.type != "sticker":
            found["token"] = self.file.token
        if self.type == "image":
            found["photo_id"] = 9_000_000_000 + self.file.number
        return found


def media(file: StoredFile, *, kind: str = "", **details: Any) -> Attachment:
    """An image, a video, audio or a file. `details`: fields beside the payload."""
    fields: Json = {}
    if file.kind == "video":
        fields = {
            "thumbnail": {"url": f"{file.url}.jpg"},
            "width": 640,
            "height": 360,
            "duration": 1,
        }
    elif file.kind == "file":
        fields = {"filename": file.name, "size": file.size}
    return Attachment(file.kind, file, fields=fields | details, kind=kind)


def sticker(file: StoredFile | None, code: str) -> Attachment:
    """A sticker."""
    payload = {"code": code} if file else {"code": code, "url": f"https://max.example/{code}"}
    return Attachment("sticker", file, payload, {"width": 512, "height": 512})


def location(latitude: float, longitude: float) -> Attachment:
    """A point on the map."""
    return Attachment("location", fields={"latitude": latitude, "longitude": longitude})


def share(url: str, *, title: str | None = None, description: str | None = None) -> Attachment:
    """A link with its preview."""
    return Attachment(
        "share", payload={"url": url}, fields={"title": title, "description": description}
    )


def contact(
    name: str, phone: str | None, user: Json | None = None, *, proven: bool = False
) -> Attachment:
    """A contact card. `proven`: the sender's own, with the hash that says so."""
    vcard = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\n"
    vcard += f"TEL;TYPE=cell:{phone.lstrip('+')}\r\n" if phone else ""
    payload: Json = {"vcf_info": vcard + "END:VCARD"}
    if user is not None:
        payload["max_info"] = user
    if proven:
        payload["hash"] = hashlib.sha256(payload["vcf_info"].encode()).hexdigest()
    return Attachment("contact", payload=payload)


def card(payload: Mapping[str, Any], user: Json | None) -> Attachment:
    """The contact card that the bot described."""
    if payload.get("vcf_info"):
        found: Json = {"vcf_info": payload["vcf_info"]}
        return Attachment("contact", payload=found | ({"max_info": user} if user else {}))
    return contact(payload.get("name") or "", payload.get("vcf_phone"), user)
