"""Entities back to HTML, for pages and for tests that look at formatting."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .checks import Json

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "pre": "pre",
    "text_link": "a",
    "url": "a",
}


def to_html(text: str, entities: Sequence[Json]) -> str:
    """The text as HTML that the Bot API would read as the same; unknown entities stay text."""
    units = text.encode("utf-16-le", "surrogatepass")

    def part(start: int, end: int) -> str:
        return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")

    pieces: list[str] = []
    open_ends: list[tuple[int, str]] = []
    at = 0

    def advance(to: int) -> None:
        nonlocal at
        while open_ends and open_ends[-1][0] <= to:
            end, tag = open_ends.pop()
            pieces.append(escape(part(at, end)) + f"</{tag}>")
            at = end
        pieces.append(escape(part(at, to)))
        at = to

    for entity in sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])):
        tag = TAGS.get(entity["type"])
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if tag is None:
            continue
        advance(start)
        if open_ends and open_ends[-1][0] < end:
            # An overlap that HTML can't nest: the later one is cut where the earlier ends.
            end = open_ends[-1][0]
        pieces.append(_start_tag(tag, entity, part(start, end)))
        open_ends.append((end, tag))
    advance(len(units) // 2)
    return "".join(pieces)


def _start_tag(tag: str, entity: Json, text: str) -> str:
    if tag == "a":
        return f'<a href="{escape(entity.get("url", text))}">'
    if entity["type"] == "expandable_blockquote":
        return "<blockquote expandable>"
    return f"<{tag}>"
