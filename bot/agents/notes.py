"""Internal notes: what begins with `//`. Owns the mark; who sees a note is storage's business."""

from collections.abc import Iterable
from dataclasses import replace

from aiogram.types import Message

from bot.formatting import sanitize, utf16_length
from storage.model import Content

MARK = "//"


def marked(album: Iterable[Message]) -> bool:
    """Whether the caption of any part begins with the mark."""
    return any(is_note(message.caption or "") for message in album)


def is_note(text: str) -> bool:
    return text.lstrip().startswith(MARK)


def unmarked(content: Content) -> Content:
    """The same without the mark, and with its formatting where it was."""
    if not is_note(content.text):
        return content
    text = content.text.lstrip()[len(MARK) :].lstrip()
    cut = utf16_length(content.text) - utf16_length(text)
    moved = [{**entity, "offset": entity["offset"] - cut} for entity in content.entities]
    return replace(content, text=text, entities=tuple(sanitize(text, moved)))
