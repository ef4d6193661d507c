"""Text with formatting as a value that can be put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from bot.formatting import split, to_html, utf16_length


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, offsets in UTF-16 units."""

    text: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()

    def __add__(self, other: "Formatted") -> "Formatted":
        shift = utf16_length(self.text)
        moved = tuple({**entity, "offset": entity["offset"] + shift} for entity in other.entities)
        return Formatted(self.text + other.text, self.entities + moved)

    def __len__(self) -> int:
        return utf16_length(self.text)

    @property
    def html(self) -> str:
        return to_html(self.text, self.entities)

    def pieces(self, limit: int, first_limit: int | None = None) -> list["Formatted"]:
        """Pieces of at most `limit` units, see `formatting.split`."""
        return [
            Formatted(text, tuple(entities))
            for text, entities in split(self.text, self.entities, limit, first_limit)
        ]


def styled(text: str, kind: str) -> Formatted:
    """All of `text` in one style, such as bold."""
    if not text:
        return Formatted()
    return Formatted(text, ({"type": kind, "offset": 0, "length": utf16_length(text)},))


def joined(texts: Iterable[Formatted], separator: str) -> Formatted:
    whole = Formatted()
    for text in texts:
        whole = whole + Formatted(separator) + text if whole.text else text
    return whole


_KINDS = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "code": "code"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Mapping[str, Any]] = []
        self._open: list[tuple[str, int, str | None]] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, utf16_length(self.text), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        _, offset, url = self._open.pop()
        length = utf16_length(self.text) - offset
        if tag == "a":
            entity = {"type": "text_link", "offset": offset, "length": length, "url": url}
        else:
            entity = {"type": _KINDS[tag], "offset": offset, "length": length}
        self.entities.append(entity)


def from_html(html: str) -> Formatted:
    """One of our own texts (see `locales`) as a value: b, i, u, s, code and a are all they use."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Formatted(reader.text, tuple(reader.entities))
