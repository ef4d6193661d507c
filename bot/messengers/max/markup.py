"""Our HTML as MAX's: https://dev.max.ru/docs-api, "HTML support". Its tags are fewer.

Owns that a text fits: MAX counts tags too, where Telegram counts what is shown.
"""

from html import escape
from html.parser import HTMLParser
from typing import Any

from bot.formatting import utf16_length

LONGEST = 4000
"""UTF-16 units of a text with its tags."""
TEXT_LIMIT = 3800
"""What the desk had better take for the limit, so that the usual tags fit as well."""
LONGEST_LINK = 2048

_TAGS = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "u": "u",
    "ins": "u",
    "s": "s",
    "strike": "s",
    "del": "s",
    "code": "code",
    "pre": "pre",
    "a": "a",
    "blockquote": "blockquote",
}
"""All else is left out, its text is not: MAX has no spoilers."""


class _Writer(HTMLParser):
    def __init__(self, tags: tuple[str, ...]) -> None:
        super().__init__(convert_charrefs=True)
        self.html: list[str] = []
        self.text: list[str] = []
        self._tags = tags
        self._open: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self.html.append(escape(data, quote=False))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = _TAGS.get(tag, "")
        opening = f"<{known}>"
        if known == "a":
            url = dict(attrs).get("href") or ""
            opening = f'<a href="{escape(url)}">'
            known = known if 0 < utf16_length(url) <= LONGEST_LINK else ""
        # A language's name is told by a second tag in the first.
        if known not in self._tags or (known == "code" and "pre" in self._open):
            known = ""
        self._open.append(known)
        if known:
            self.html.append(opening)

    def handle_endtag(self, tag: str) -> None:
        if self._open and (known := self._open.pop()):
            self.html.append(f"</{known}>")


def written(text: str, parse_mode: str | None) -> dict[str, Any]:
    """The fields of a message's body that make its text.

    Where the tags make it too long, those go first that hide nothing: links stay. A text that is
    too long by itself is left to MAX to refuse. Raises ValueError for another mode than HTML.
    """
    if parse_mode is None:
        return {"text": text}
    if parse_mode.upper() != "HTML":
        raise ValueError(f"no translation of {parse_mode}")
    for tags in (tuple(_TAGS.values()), ("a",)):
        html = "".join(_read(text, tags).html)
        if utf16_length(html) <= LONGEST:
            return {"text": html, "format": "html"}
    return {"text": "".join(_read(text, ()).text)}


def _read(html: str, tags: tuple[str, ...]) -> _Writer:
    writer = _Writer(tags)
    writer.feed(html)
    writer.close()
    return writer
