"""Text with entities: what a parse mode or an entity list makes of it, trimmed and measured.

Offsets and lengths are UTF-16 code units. https://core.telegram.org/bots/api#messageentity
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import Any, NamedTuple

from ..stand_in.checks import Json, utf16_length
from .errors import bad_request, broken_contract, not_simulated
from .html import parse_html

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
# "MessageEntity": what else each kind needs.
ENTITY_NEEDS: dict[str, str | None] = {
    "mention": None,
    "hashtag": None,
    "cashtag": None,
    "bot_command": None,
    "url": None,
    "email": None,
    "phone_number": None,
    "bold": None,
    "italic": None,
    "underline": None,
    "strikethrough": None,
    "spoiler": None,
    "blockquote": None,
    "expandable_blockquote": None,
    "code": None,
    "pre": None,
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
ORDER = {kind: number for number, kind in enumerate(ENTITY_NEEDS)}
VERBATIM = frozenset({"code", "pre"})
AROUND = frozenset({"blockquote", "expandable_blockquote"})
MOST_ENTITIES = 100
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})\b"
    r"|(?<!\w)(?P<hashtag>#(?=\w*[^\W\d])\w{1,255})"
)


class Formatted(NamedTuple):
    """A text and its entities, as the Bot API writes them."""

    text: str
    entities: list[Json]


def formatted(text: str, parse_mode: str | None, entities: list[Json] | None) -> Formatted:
    """The text as it will be stored. 400 "can't parse entities: …" where it can't be parsed."""
    mode = (parse_mode or "").lower()
    if mode and entities:
        raise broken_contract("entities come instead of parse_mode, not with it")
    if mode in ("markdown", "markdownv2"):
        raise not_simulated(f"parse_mode {parse_mode}")
    if mode not in ("", "none", "html"):
        raise bad_request("unsupported parse_mode")
    if mode == "html":
        plain, found = parse_html(text)
        return trim(plain, found)
    checked = [_checked_entity(text, entity) for entity in entities or []]
    return trim(text, checked)


def _checked_entity(text: str, entity: Json) -> Json:
    kind, offset, length = entity["type"], entity["offset"], entity["length"]
    if kind not in ENTITY_NEEDS:
        raise bad_request(f'can\'t parse MessageEntity: unsupported type "{kind}" specified')
    needs = ENTITY_NEEDS[kind]
    if needs and needs not in entity:
        raise bad_request(f"can't parse MessageEntity: {kind} lacks {needs}")
    if offset < 0 or length <= 0:
        raise bad_request("ENTITY_BOUNDS_INVALID")
    if offset + length > utf16_length(text):
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {offset + length}"
        )
    if {offset, offset + length} & _middles(text):
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} begins or ends in a middle of a symbol"
        )
    return entity


def _middles(text: str) -> set[int]:
    """UTF-16 offsets inside surrogate pairs."""
    if text.isascii():
        return set()
    ends = accumulate(2 if char > "\uffff" else 1 for char in text)
    return {end - 1 for char, end in zip(text, ends, strict=True) if char > "\uffff"}


def trim(text: str, entities: list[Json]) -> Formatted:
    """Without carriage returns and outer white space; entities moved and cut to what is left.

    White space before the first entity goes, white space inside one stays, as in Telegram.
    """
    if "\r" in text:
        entities = _without_returns(text, entities)
        text = text.replace("\r", "")
    text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text)
    first = min((entity["offset"] for entity in entities), default=len(text))
    lead = min(len(text) - len(text.lstrip(" \n\t")), first)
    text = text[lead:].rstrip()
    size = utf16_length(text)
    kept = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], size - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return Formatted(text, nested(kept))


def _without_returns(text: str, entities: list[Json]) -> list[Json]:
    offsets = [utf16_length(text[:at]) for at, char in enumerate(text) if char == "\r"]
    moved = []
    for entity in entities:
        start = entity["offset"]
        end = start + entity["length"]
        start, end = start - bisect_left(offsets, start), end - bisect_left(offsets, end)
        moved.append({**entity, "offset": start, "length": end - start})
    return moved


def nested(entities: list[Json]) -> list[Json]:
    """Outermost first; nothing shares its text with `code` and `pre`, as the Bot API has it.

    https://core.telegram.org/bots/api#formatting-options
    """
    verbatim = [entity for entity in entities if entity["type"] in VERBATIM]
    parts = list(verbatim)
    for entity in entities:
        if entity["type"] in AROUND:
            parts.append(entity)
        elif entity["type"] not in VERBATIM:
            parts += _around(entity, verbatim)
    parts.sort(key=lambda entity: (entity["offset"], -entity["length"], ORDER[entity["type"]]))
    return parts[:MOST_ENTITIES]


def _around(entity: Json, verbatim: list[Json]) -> list[Json]:
    """What is left of the entity outside verbatim text: whole, in pieces, or nothing."""
    pieces = [(entity["offset"], entity["offset"] + entity["length"])]
    for other in verbatim:
        start, end = other["offset"], other["offset"] + other["length"]
        cut = [((low, min(high, start)), (max(low, end), high)) for low, high in pieces]
        pieces = [(low, high) for pair in cut for low, high in pair if low < high]
    return [{**entity, "offset": low, "length": high - low} for low, high in pieces]


def detect(value: Formatted) -> Formatted:
    """Adds what Telegram finds by itself: links, commands, mentions, hashtags, e-mails."""
    text, entities = value
    if not any(sign in text for sign in "/@#"):
        return value
    found = list(entities)
    for match in DETECTED.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match[0])
        if not any(
            entity["offset"] < offset + length and offset < entity["offset"] + entity["length"]
            for entity in entities
            if entity["type"] in ("code", "pre", "text_link", "text_mention")
        ):
            found.append({"type": match.lastgroup, "offset": offset, "length": length})
    return Formatted(text, sorted(found, key=lambda entity: (entity["offset"], -entity["length"])))


def message_text(text: str, parse_mode: str | None, entities: list[Json] | None) -> Formatted:
    """The text of a message: 1 to 4096 after entities are parsed."""
    if not text:
        raise bad_request("message text is empty")
    value = formatted(text, parse_mode, entities)
    if not value.text:
        raise bad_request("text must be non-empty")
    if utf16_length(value.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return detect(value)


def caption(source: Any) -> Formatted:
    """The caption in parameters or an InputMedia: 0 to 1024 after entities are parsed."""
    value = formatted(
        source.get("caption") or "", source.get("parse_mode"), source.get("caption_entities")
    )
    if utf16_length(value.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return detect(value)
