"""What a message carries besides its header, in the Bot API's own form, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..stand_in.checks import Json
from .files import StoredFile
from .text import Formatted

CAPTIONED = frozenset({"photo", "document", "video", "animation", "audio", "voice"})
MEDIA = CAPTIONED | {"video_note", "sticker"}
PHOTO_SIZES = ((90, 60), (320, 213), (1280, 853))
DICE_MAXIMA = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of content: its fields of the Message object, and the file among them."""

    kind: str
    fields: Json
    file: StoredFile | None = None

    @property
    def text(self) -> str:
        """The text or caption, empty where there is none."""
        text: str = self.fields.get("text") or self.fields.get("caption") or ""
        return text

    @property
    def entities(self) -> list[Json]:
        """The entities of the text or caption."""
        found: list[Json] = self.fields.get("entities") or self.fields.get("caption_entities") or []
        return found


def text(value: Formatted) -> Content:
    """A text message."""
    fields: Json = {"text": value.text}
    if value.entities:
        fields["entities"] = value.entities
    return Content("text", fields)


def with_caption(content: Content, value: Formatted | None) -> Content:
    """The same media under that caption; None or an empty text takes the caption away."""
    kept = {
        key: part
        for key, part in content.fields.items()
        if key not in ("caption", "caption_entities")
    }
    if value and value.text:
        kept["caption"] = value.text
        if value.entities:
            kept["caption_entities"] = value.entities
    return Content(content.kind, kept, content.file)


def media(
    file: StoredFile,
    caption: Formatted | None = None,
    details: Mapping[str, Any] | None = None,
) -> Content:
    """A message with one file. `details`: what the sender said of it, such as `duration`."""
    details = details or {}
    fields: Json = {file.kind: DESCRIPTIONS[file.kind](file, details)}
    if file.kind == "animation":
        # "For backward compatibility, when this field is set, the document field will also
        # be set": https://core.telegram.org/bots/api#message
        fields["document"] = _document(file)
    if details.get("has_spoiler"):
        fields["has_media_spoiler"] = True
    if details.get("show_caption_above_media"):
        fields["show_caption_above_media"] = True
    return with_caption(Content(file.kind, fields, file), caption)


def _document(file: StoredFile) -> Json:
    found = file.to_api() | {"mime_type": file.mime_type}
    if file.name:
        found["file_name"] = file.name
    return found


def _photo(file: StoredFile, details: Mapping[str, Any]) -> list[Json]:
    return [file.to_api() | {"width": width, "height": height} for width, height in PHOTO_SIZES]


def _moving(file: StoredFile, details: Mapping[str, Any]) -> Json:
    size = {"width": details.get("width", 640), "height": details.get("height", 360)}
    return _document(file) | size | {"duration": details.get("duration", 1)}


def _audio(file: StoredFile, details: Mapping[str, Any]) -> Json:
    said = {key: details[key] for key in ("performer", "title") if key in details}
    return _document(file) | {"duration": details.get("duration", 1)} | said


def _voice(file: StoredFile, details: Mapping[str, Any]) -> Json:
    return file.to_api() | {
        "duration": details.get("duration", 1),
        "mime_type": file.mime_type,
    }


def _video_note(file: StoredFile, details: Mapping[str, Any]) -> Json:
    return file.to_api() | {
        "length": details.get("length", 240),
        "duration": details.get("duration", 1),
    }


def _sticker(file: StoredFile, details: Mapping[str, Any]) -> Json:
    shape = {"type": "regular", "width": 512, "height": 512}
    found = file.to_api() | shape | {"is_animated": False, "is_video": False}
    return found | {"emoji": details["emoji"]} if details.get("emoji") else found


DESCRIPTIONS: dict[str, Callable[[StoredFile, Mapping[str, Any]], Any]] = {
    "photo": _photo,
    "document": lambda file, details: _document(file),
    "video": _moving,
    "animation": _moving,
    "audio": _audio,
    "voice": _voice,
    "video_note": _video_note,
    "sticker": _sticker,
}


def location(latitude: float, longitude: float, **details: Any) -> Content:
    """A point on the map."""
    return Content(
        "location",
        {"location": {"latitude": latitude, "longitude": longitude, **details}},
    )


def venue(title: str, address: str, latitude: float, longitude: float, **details: Any) -> Content:
    """A place; carries its location beside it, as the Bot API says."""
    point = {"latitude": latitude, "longitude": longitude}
    return Content(
        "venue",
        {
            "venue": {"location": point, "title": title, "address": address, **details},
            "location": point,
        },
    )


def contact(phone_number: str, first_name: str, **details: Any) -> Content:
    """A phone contact."""
    found = {"phone_number": phone_number, "first_name": first_name, **details}
    return Content("contact", {"contact": found})


def poll(poll_id: str, question: str, options: list[str], **details: Any) -> Content:
    """A poll that nobody has voted in yet."""
    found: Json = {
        "id": poll_id,
        "question": question,
        "options": [
            {"persistent_id": str(number), "text": option, "voter_count": 0}
            for number, option in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    return Content("poll", {"poll": found | details})


def dice(emoji: str, value: int) -> Content:
    """A die that shows `value`."""
    return Content("dice", {"dice": {"emoji": emoji, "value": value}})


def service(kind: str, value: Any) -> Content:
    """A service message: `kind` is its field of the Message object."""
    return Content(kind, {kind: value})
