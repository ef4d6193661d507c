"""MAX's markup of a text as aiogram's entities: both count UTF-16 units.

https://dev.max.ru/docs-api/objects/MarkupElement. The way out is in `markup`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_TYPES = {
    "strong": "bold",
    "heading": "bold",
    "emphasized": "italic",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "monospaced": "code",
    "quote": "blockquote",
}
"""All else has no like in Telegram; its text stays."""


def entities_of(text: str, markup: Sequence[Mapping[str, Any]], shift: int = 0) -> list[Json]:
    """The markup of `text` as entities whose offsets are `shift` further on."""
    return [entity for element in markup for entity in _entities(text, element, shift)]


def _entities(text: str, element: Mapping[str, Any], shift: int) -> Iterator[Json]:
    start, length = element.get("from"), element.get("length")
    if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length < 1:
        return
    place: Json = {"offset": start + shift, "length": length}
    kind = element.get("type")
    if kind in _TYPES:
        yield place | {"type": _TYPES[kind]}
    elif kind == "link" and element.get("url"):
        yield place | {"type": "text_link", "url": str(element["url"])}
    elif kind == "user_mention" and isinstance(element.get("user_id"), int):
        name = _cut(text, start, length).removeprefix("@")
        user = {"id": element["user_id"], "is_bot": False, "first_name": name}
        yield place | {"type": "text_mention", "user": user}


def _cut(text: str, start: int, length: int) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
