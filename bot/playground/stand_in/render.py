"""Marked spans of a text as HTML: nested, escaped, and cut where they overlap."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple


class Span(NamedTuple):
    """A part of the text between two tags. `start` and `length` are UTF-16 code units."""

    start: int
    length: int
    opening: str
    closing: str


def to_html(text: str, spans: Iterable[Span]) -> str:
    """The text as HTML. Of two spans that overlap, the later is cut where the earlier ends."""
    units = text.encode("utf-16-le", "surrogatepass")

    def part(start: int, end: int) -> str:
        return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")

    pieces: list[str] = []
    open_ends: list[tuple[int, str]] = []
    at = 0

    def advance(to: int) -> None:
        nonlocal at
        while open_ends and open_ends[-1][0] <= to:
            end, closing = open_ends.pop()
            pieces.append(escape(part(at, end)) + closing)
            at = end
        pieces.append(escape(part(at, to)))
        at = to

    for span in sorted(spans, key=lambda span: (span.start, -span.length)):
        advance(span.start)
        end = span.start + span.length
        if open_ends:
            end = min(end, open_ends[-1][0])
        pieces.append(span.opening)
        open_ends.append((end, span.closing))
    advance(len(units) // 2)
    return "".join(pieces)


def cut(text: str, start: int, length: int) -> str:
    """That part of the text, in UTF-16 code units."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * (start + length)].decode("utf-16-le", "surrogatepass")
