"""Formatted text of any origin: entities with UTF-16 offsets, as HTML, and cut into pieces.

Owns what must hold for any text whatever. Names in headers are in `names`, words in `locales`.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import accumulate, pairwise, takewhile
from typing import Any, NamedTuple

Entity = dict[str, Any]

# In the order of nesting where two begin at one place. Telegram's parser wants a value for every
# attribute; MAX strips tags that it does not know, and keeps their text.
_TAGS = {
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ('<blockquote expandable="">', "</blockquote>"),
    "pre": ("<pre>", "</pre>"),
    "code": ("<code>", "</code>"),
    "text_link": ("<a>", "</a>"),
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
}
_QUOTES = ("blockquote", "expandable_blockquote")
_CODES = ("pre", "code")

# Where a piece may end, best first; the whitespace that follows is left out.
_BREAKS = (
    re.compile(r"(?=\n[^\S\n]*\n)"),
    re.compile(r"(?=\n)"),
    re.compile(r"(?<=[.!?…])[\"'»”’)\]]*(?=\s)"),
    re.compile(r"(?=\s)"),
)
_ZERO_WIDTH_JOINER = "\u200d"


class _Span(NamedTuple):
    """An entity by its characters: from `start` up to, not including, `end`."""

    start: int
    end: int
    entity: Entity

    @property
    def kind(self) -> str:
        return str(self.entity["type"])


def utf16_length(text: str) -> int:
    """The length as messengers count it: characters beyond U+FFFF are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sanitize(text: str, entities: Iterable[Mapping[str, Any]]) -> list[Entity]:
    """The entities that a bot may send again, in order and inside the text.

    Mentions, custom emoji and what the messenger finds by itself become plain text.
    """
    return [span.entity for span in _spans(text, entities)]


def to_html(text: str, entities: Iterable[Mapping[str, Any]] = ()) -> str:
    """HTML for `parse_mode=HTML`, well-formed however the entities lie over each other.

    Code holds no other formatting, and quotes and links none of their kind: Telegram's rule.
    https://core.telegram.org/bots/api#formatting-options
    """
    spans = _spans(text, entities)
    if not spans:
        return escape(text, quote=False)
    html: list[str] = []
    opened: list[_Span] = []
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span[:2])})
    for start, end in pairwise(cuts):
        wanted = _nested([span for span in spans if span.start <= start < span.end])
        same = takewhile(lambda pair: pair[0] == pair[1], zip(opened, wanted, strict=False))
        kept = len(list(same))
        html += [_closing(span) for span in reversed(opened[kept:])]
        html += [_opening(span) for span in wanted[kept:]]
        html.append(escape(text[start:end], quote=False))
        opened = wanted
    return "".join(html + [_closing(span) for span in reversed(opened)])


def split(
    text: str,
    entities: Iterable[Mapping[str, Any]],
    limit: int,
    first_limit: int | None = None,
) -> list[tuple[str, list[Entity]]]:
    """Pieces of at most `limit` UTF-16 units, the first of at most `first_limit`.

    A text that fits stays as it is. Else a piece ends at the last paragraph, line or sentence in
    its second half, or at the last word, or, in a word longer than the piece, between two
    characters. Pieces follow each other in the text, and only whitespace is left out: around a
    cut, but not the indentation of a line, and where a whole piece would be blank.
    Raises ValueError for a limit below 2, which has no room for every character.
    """
    if min(limit, first_limit or limit) < 2:
        raise ValueError("a piece needs room for two UTF-16 units")
    if utf16_length(text) <= (first_limit or limit):
        return [(text, sanitize(text, entities))] if text.strip() else []
    offsets = _offsets(text)
    spans = _spans(text, entities)
    pieces: list[tuple[str, list[Entity]]] = []
    start = 0
    while text[start:].strip():
        room = limit if pieces or first_limit is None else first_limit
        stop = bisect_right(offsets, offsets[start] + room) - 1
        end = stop if stop == len(text) else _cut(text, start, stop)
        if end < len(text):
            end = start + len(text[start:end].rstrip())
        if text[start:end].strip():
            pieces.append((text[start:end], _shifted(spans, offsets, start, end)))
        start = _after_blank(text, end)
    return pieces


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units; what was cut off is an ellipsis."""
    if utf16_length(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = bisect_right(_offsets(text), limit - 1) - 1
    return text[: _between(text, 0, end)].rstrip() + "…"


def _offsets(text: str) -> Sequence[int]:
    """The UTF-16 offset of every character, and of the end."""
    if utf16_length(text) == len(text):
        return range(len(text) + 1)
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))


def _spans(text: str, entities: Iterable[Mapping[str, Any]]) -> list[_Span]:
    offsets = _offsets(text)
    spans = []
    for entity in entities:
        start = max(bisect_right(offsets, entity["offset"]) - 1, 0)
        end = min(bisect_left(offsets, entity["offset"] + entity["length"]), len(text))
        if start < end and entity["length"] > 0 and (kept := _kept(entity)) is not None:
            place = {"offset": offsets[start], "length": offsets[end] - offsets[start]}
            spans.append(_Span(start, end, kept | place))
    return sorted(spans, key=lambda span: (span.start, -span.end))


def _kept(entity: Mapping[str, Any]) -> Entity | None:
    kind = entity["type"]
    url = entity.get("url") or ""
    if kind not in _TAGS or (kind == "text_link" and (not url or url.startswith("tg://user"))):
        return None
    kept: Entity = {"type": kind}
    if kind == "text_link":
        kept["url"] = url
    if kind == "pre" and entity.get("language"):
        kept["language"] = entity["language"]
    return kept


def _nested(spans: list[_Span]) -> list[_Span]:
    """What holds at one place, outermost first, without what may not be in one another."""
    quotes = [span for span in spans if span.kind in _QUOTES][:1]
    if codes := [span for span in spans if span.kind in _CODES][:1]:
        return quotes + codes
    links = [span for span in spans if span.kind == "text_link"][:1]
    return quotes + [
        span for span in spans if span.kind not in (*_QUOTES, "text_link") or span in links
    ]


def _opening(span: _Span) -> str:
    if url := span.entity.get("url"):
        return f'<a href="{escape(url)}">'
    if language := span.entity.get("language"):
        return f'<pre><code class="language-{escape(language)}">'
    return _TAGS[span.kind][0]


def _closing(span: _Span) -> str:
    return ("</code>" if span.entity.get("language") else "") + _TAGS[span.kind][1]


def _shifted(spans: list[_Span], offsets: Sequence[int], start: int, end: int) -> list[Entity]:
    """The entities of one piece, counted from its start."""
    entities = []
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            place = {
                "offset": offsets[first] - offsets[start],
                "length": offsets[last] - offsets[first],
            }
            entities.append(span.entity | place)
    return entities


def _cut(text: str, start: int, stop: int) -> int:
    """Where the piece from `start` ends best, at `stop` at the latest."""
    for pattern in _BREAKS:
        least = start if pattern is _BREAKS[-1] else (start + stop) // 2
        ends = [match.end() for match in pattern.finditer(text, start, stop + 1)]
        if ends and least < ends[-1] <= stop:
            return ends[-1]
    return _between(text, start, stop)


def _between(text: str, start: int, stop: int) -> int:
    """The last place up to `stop` that tears no sign; `stop` if one sign fills it all."""
    for place in range(stop, start, -1):
        if not _tears(text, place):
            return place
    return stop


def _tears(text: str, place: int) -> bool:
    """Whether the characters on both sides are drawn as one: an accent, a flag, an emoji family."""
    before, after = text[place - 1], text[place]
    if _ZERO_WIDTH_JOINER in (before, after) or before + after == "\r\n":
        return True
    if _is_flag_letter(before) and _is_flag_letter(after):
        letters = 0
        while letters < place and _is_flag_letter(text[place - 1 - letters]):
            letters += 1
        return letters % 2 == 1
    return (
        unicodedata.category(after) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= after <= "\U000e007f"  # the flags of regions
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _after_blank(text: str, end: int) -> int:
    """Where the next piece begins: past the whitespace, but with its first line's indentation."""
    words = len(text) - len(text[end:].lstrip())
    return max(text.rfind("\n", end, words) + 1, end) if "\n" in text[end:words] else words
