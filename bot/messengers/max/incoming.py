"""What a message of MAX says, part by part: an album is one message there, several in aiogram.

Whose message it is, and which update it came with, is known to `updates`.
"""

import mimetypes
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.formatting import utf16_length
from bot.messengers.max.entities import entities_of
from bot.messengers.max.file_ids import FileKind, pack

Json = Mapping[str, Any]
Fields = dict[str, Any]

BETWEEN = "\n\n"
"""Stands between a message's own words and those that it passes on."""
SILENT = ("inline_keyboard", "reply_keyboard", "share")
"""Attachments that are no content: buttons, and the preview of a link that is in the text."""
_CAPTIONED = ("photo", "video", "audio", "voice", "document")


def parts_of(message: Json) -> list[Fields]:
    """The fields of the aiogram messages that a MAX message is, at least one; one without any
    content where MAX tells of something that is not known here."""
    attachments = [item for body in _bodies(message) for item in body.get("attachments") or ()]
    parts = [made for item in attachments if (made := _MAKERS.get(item["type"], _nothing)(item))]
    unknown = {item["type"]: None for item in attachments if _is_unknown(item)}
    text, entities = _words(message)
    if parts or text:
        text = "\n".join(filter(None, [text, *(f"[{kind}]" for kind in unknown)]))
    if not text:
        return parts or [{}]
    if parts and any(kind in parts[0] for kind in _CAPTIONED):
        parts[0] |= {"caption": text, "caption_entities": entities}
        return parts
    return [{"text": text, "entities": entities}, *parts]


def _bodies(message: Json) -> Iterator[Json]:
    """The message's own body, then the one it passes on. Either may lack."""
    link = message.get("link") or {}
    passed_on = link.get("message") if link.get("type") == "forward" else None
    return (body for body in (message.get("body"), passed_on) if body)


def _words(message: Json) -> tuple[str, list[Fields]]:
    text = ""
    entities: list[Fields] = []
    for body in _bodies(message):
        words = body.get("text") or ""
        if words:
            text += BETWEEN if text else ""
            entities += entities_of(words, body.get("markup") or (), utf16_length(text))
            text += words
        for item in body.get("attachments") or ():
            link = (item.get("payload") or {}).get("url") if item["type"] == "share" else None
            if link and link not in text:
                text = "\n".join(filter(None, [text, item.get("title"), link]))
    return text, entities


def _is_unknown(item: Json) -> bool:
    return item["type"] not in _MAKERS and item["type"] not in SILENT


# --- one attachment -----------------------------------------------------------------------------


def _nothing(_: Json) -> Fields:
    return {}


def _file(item: Json, kind: FileKind, token: str = "token") -> Fields:
    """The fields that every file has in aiogram."""
    payload = item.get("payload") or {}
    file_id = pack(kind, payload.get(token), payload.get("url"))
    return {"file_id": file_id, "file_unique_id": _identity(item, payload)}


def _identity(item: Json, payload: Json) -> str:
    """What stays when MAX tells of the same file again, with another token and address maybe: its
    number or code, which images and stickers have, else what is told of it."""
    known = payload.get("photo_id") or payload.get("code")
    told = [item.get(name) for name in ("filename", "size", "width", "height", "duration")]
    return str(known or f"{zlib.crc32(repr(told).encode()):08x}")


def _size(item: Json) -> Fields:
    """The picture's size, which aiogram wants and nobody reads."""
    return {name: item.get(name) or 1 for name in ("width", "height")}


def _image(item: Json) -> Fields:
    return {"photo": [_file(item, "image") | _size(item)]}


def _video(item: Json) -> Fields:
    video = _file(item, "video") | _size(item)
    return {"video": video | {"duration": item.get("duration") or 0}}


def _audio(item: Json) -> Fields:
    """Voice messages alone have, or may have, their words written down."""
    kind = "voice" if "transcription" in item else "audio"
    return {kind: _file(item, "audio") | {"duration": 0}}


def _document(item: Json) -> Fields:
    name = item.get("filename")
    more = {
        "file_name": name,
        "mime_type": mimetypes.guess_type(name)[0] if name else None,
        "file_size": item.get("size"),
    }
    return {"document": _file(item, "file") | more}


def _sticker(item: Json) -> Fields:
    form = {"type": "regular", "is_animated": False, "is_video": False}
    return {"sticker": _file(item, "sticker", "code") | _size(item) | form}


def _location(item: Json) -> Fields:
    return {"location": {"latitude": item["latitude"], "longitude": item["longitude"]}}


def _contact(item: Json) -> Fields:
    payload = item.get("payload") or {}
    card, user = payload.get("vcf_info") or "", payload.get("max_info") or {}
    name = next(_in_card("FN", card), user.get("name") or user.get("first_name") or "?")
    return {"contact": {"phone_number": ", ".join(_in_card("TEL", card)), "first_name": name}}


def _in_card(name: str, card: str) -> Iterator[str]:
    """What lines of that name say in a vCard (RFC 6350), with escapes undone; a line's name may
    have its group before it, as in `item1.TEL`."""
    line = rf"^(?:[\w-]+\.)?{name}(?:;[^:\r\n]*)?:(.*?)\r?$"
    for found in re.findall(line, card, re.MULTILINE | re.IGNORECASE):
        if said := re.sub(r"\\(.)", r"\1", found).strip():
            yield said


_MAKERS: Mapping[str, Callable[[Json], Fields]] = {
    "image": _image,
    "video": _video,
    "audio": _audio,
    "file": _document,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
}
