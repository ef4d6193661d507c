"""HTML of the Bot API: parsed to text and entities, with the error texts of Telegram's parser.

https://core.telegram.org/bots/api#html-style; wording and byte offsets as in tdlib's
MessageEntity.cpp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from ..stand_in.checks import Json, utf16_length
from .errors import bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|(\d+))|(lt|gt|amp|quot)(?![A-Za-z]));?")
TAG_NAME = re.compile(r"[^\s>]*")
ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
BARE_VALUE = re.compile(r"[A-Za-z0-9.-]*")
LINK = re.compile(
    r"(?:(?:https?|tg|ton|tonsite)://[^\s]+|[\w-]+(?:\.[\w-]+)+(?:[:/?#][^\s]*)?)", re.IGNORECASE
)


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    start: int
    attributes: dict[str, str]


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.offset = 0
        self.stack: list[_Open] = []
        self.entities: list[Json] = []

    def fail(self, problem: str, at: int, more: str = "") -> NoReturn:
        where = len(self.source[:at].encode("utf-8", "surrogatepass"))
        raise bad_request(f"can't parse entities: {problem} at byte offset {where}{more}")

    def take(self, pattern: re.Pattern[str]) -> str:
        """Reads on as far as the pattern goes; it matches anywhere, if only nothing."""
        match = pattern.match(self.source, self.at)
        found = match[0] if match else ""
        self.at += len(found)
        return found

    def run(self) -> tuple[str, list[Json]]:
        source = self.source
        while self.at < len(source):
            cut = source.find("<", self.at)
            end = len(source) if cut < 0 else cut
            self.add(unescape(source[self.at : end]))
            self.at = end
            if cut >= 0:
                self.close() if source.startswith("</", cut) else self.open()
        if self.stack:
            left = self.stack[-1]
            problem = f'Can\'t find end tag corresponding to start tag "{left.tag}"'
            raise bad_request(f"can't parse entities: {problem}")
        text = "".join(self.parts)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise bad_request(
                "can't parse entities: Text contains invalid Unicode characters after decoding "
                "HTML entities, check for unmatched surrogate code units"
            )
        return text, _joined(self.entities)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.offset += utf16_length(text)

    def open(self) -> None:
        begin = self.at
        self.at += 1
        tag = self.take(TAG_NAME).lower()
        if self.at >= len(self.source):
            self.fail("Unclosed start tag", begin)
        if tag not in TAGS:
            self.fail(f'Unsupported start tag "{tag}"', begin)
        attributes = self.attributes(tag, begin)
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self.fail('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
            raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
        if tag == "tg-time" and not attributes.get("unix", "").lstrip("-").isdigit():
            raise bad_request("can't parse entities: Invalid Unix time specified")
        self.stack.append(_Open(tag, self.offset, len(self.parts), attributes))

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        source = self.source
        found: dict[str, str] = {}
        while True:
            self.skip_space()
            if self.at >= len(source):
                self.fail(f'Unclosed start tag "{tag}"', begin)
            if source[self.at] == ">":
                return found
            name = self.take(ATTRIBUTE_NAME).lower()
            if not name:
                self.fail(f'Empty attribute name in the tag "{tag}"', begin)
            self.skip_space()
            if source[self.at : self.at + 1] != "=":
                if (tag, name) == ("blockquote", "expandable"):
                    found["expandable"] = ""
                    continue
                self.fail(
                    f'Expected equal sign in declaration of an attribute of the tag "{tag}"',
                    begin,
                )
            self.at += 1
            self.skip_space()
            if self.at >= len(source):
                self.fail(f'Unclosed start tag "{tag}"', begin)
            found[name] = self.value(begin)

    def value(self, begin: int) -> str:
        quote = self.source[self.at]
        if quote not in "\"'":
            token = self.at
            bare = self.take(BARE_VALUE)
            if not re.match(r"[\s>]", self.source[self.at : self.at + 1]):
                self.fail("Unexpected end of name token", token)
            return bare.lower()
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            self.fail("Unclosed start tag", begin)
        text = unescape(self.source[self.at + 1 : end])
        self.at = end + 1
        return text

    def skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1

    def close(self) -> None:
        begin = self.at
        if not self.stack:
            self.fail("Unexpected end tag", begin)
        self.at += 2
        name = self.take(TAG_NAME).lower()
        self.skip_space()
        if self.source[self.at : self.at + 1] != ">":
            self.fail("Unclosed end tag", begin)
        self.at += 1
        opened = self.stack.pop()
        if name and name != opened.tag:
            expected = f', expected "</{opened.tag}>", found "</{name}>"'
            self.fail("Unmatched end tag", begin, expected)
        if self.offset > opened.offset:
            entity = self.entity(opened, "".join(self.parts[opened.start :]))
            if entity:
                self.entities.append(entity)

    def entity(self, opened: _Open, text: str) -> Json | None:
        kind = TAGS[opened.tag]
        found = {"type": kind, "offset": opened.offset, "length": self.offset - opened.offset}
        attributes = opened.attributes
        if kind == "text_link":
            url = link(attributes.get("href") or text)
            return {**found, "url": url} if url else None
        if kind == "custom_emoji":
            found["custom_emoji_id"] = attributes["emoji-id"]
        elif kind == "date_time":
            found["unix_time"] = int(attributes["unix"])
            if attributes.get("format"):
                found["date_time_format"] = attributes["format"]
        elif kind == "blockquote" and "expandable" in attributes:
            found["type"] = "expandable_blockquote"
        elif kind in ("code", "pre"):
            language = attributes.get("class", "")
            if language.startswith("language-") and language != "language-":
                found["language"] = language.removeprefix("language-")
        return found


def _joined(entities: list[Json]) -> list[Json]:
    """`pre` and `code` over the same text are one `pre`; `code` alone has no language."""
    spans: dict[tuple[int, int], list[Json]] = {}
    for entity in entities:
        if entity["type"] in ("code", "pre"):
            spans.setdefault((entity["offset"], entity["length"]), []).append(entity)
    joined = []
    for entity in entities:
        twins = spans.get((entity["offset"], entity["length"]), [])
        if entity["type"] == "code" and any(twin["type"] == "pre" for twin in twins):
            continue
        plain = {key: value for key, value in entity.items() if key != "language"}
        languages = [twin["language"] for twin in twins if "language" in twin]
        if entity["type"] == "pre" and len(twins) > 1 and languages:
            plain["language"] = languages[0]
        joined.append(plain)
    return joined


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    # Telegram leaves references to nothing as they are written.
    return chr(code) if 0 < code < 0x10FFFF else match[0]


def unescape(text: str) -> str:
    """The text with the references that Telegram knows resolved; others stay as written."""
    return REFERENCE.sub(_character, text) if "&" in text else text


def link(target: str) -> str | None:
    """The URL that Telegram makes of a link's target, None where it makes none."""
    target = target.strip()
    if not LINK.fullmatch(target):
        return None
    url = target if "://" in target else f"http://{target}"
    scheme, _, rest = url.partition("://")
    if scheme.lower() in ("http", "https"):
        if "." not in rest.split("/")[0].split("?")[0] and not rest.startswith("localhost"):
            return None
        if not re.search(r"[/?#]", rest):
            url += "/"
    return url


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of a source in HTML. 400 "can't parse entities: …" where it is broken."""
    if "<" not in source and "&" not in source:
        return source, []
    return _Parser(source).run()
