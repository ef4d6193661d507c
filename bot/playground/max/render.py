"""Markup back to HTML, for pages and for tests that look at formatting."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..stand_in.checks import Json
from ..stand_in.render import Span
from ..stand_in.render import to_html as spans_to_html

TAGS = {
    "strong": "b",
    "emphasized": "i",
    "underline": "u",
    "strikethrough": "s",
    "monospaced": "code",
    "highlighted": "mark",
    "heading": "h1",
    "quote": "blockquote",
    "link": "a",
    "user_mention": "a",
}


def to_html(text: str, markup: Sequence[Json]) -> str:
    """The text as HTML that MAX would read as the same."""
    return spans_to_html(text, [_span(element) for element in markup])


def _span(element: Json) -> Span:
    tag = TAGS[element["type"]]
    opening = f"<{tag}>"
    if element["type"] == "link":
        opening = f'<a href="{escape(element["url"])}">'
    elif element["type"] == "user_mention":
        opening = f'<a href="max://user/{element.get("user_id")}">'
    return Span(element["from"], element["length"], opening, f"</{tag}>")
