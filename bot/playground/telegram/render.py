"""Entities back to HTML, for pages and for tests that look at formatting."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..stand_in.checks import Json
from ..stand_in.render import Span, cut
from ..stand_in.render import to_html as spans_to_html

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
    return spans_to_html(text, [_span(text, entity) for entity in entities if _tag(entity)])


def _tag(entity: Json) -> str | None:
    return TAGS.get(entity["type"])


def _span(text: str, entity: Json) -> Span:
    start, length, tag = entity["offset"], entity["length"], _tag(entity)
    opening = f"<{tag}>"
    if tag == "a":
        opening = f'<a href="{escape(entity.get("url", cut(text, start, length)))}">'
    elif entity["type"] == "expandable_blockquote":
        opening = "<blockquote expandable>"
    return Span(start, length, opening, f"</{tag}>")
