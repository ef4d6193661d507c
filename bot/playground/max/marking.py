"""A text as it is put together from a source with markup: what both notations share."""

from __future__ import annotations

import re

from ..stand_in.checks import Json, utf16_length
from .errors import broken_contract

MENTION = re.compile(r"max://user/(\d+)")
LONGEST_LINK = 2048
ORDER = (
    "quote",
    "heading",
    "link",
    "user_mention",
    "strong",
    "emphasized",
    "underline",
    "strikethrough",
    "highlighted",
    "monospaced",
)


class Marked:
    """A text that grows, and its markup. Offsets are UTF-16 code units."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.offset = 0
        self.markup: list[Json] = []

    def add(self, text: str) -> None:
        """More text."""
        self._parts.append(text)
        self.offset += utf16_length(text)

    def mark(self, kind: str, start: int, **more: object) -> None:
        """Marks all from `start` to here; nothing at all can't be marked."""
        if self.offset > start:
            element = {"type": kind, "from": start, "length": self.offset - start}
            self.markup.append(element | more)

    def link(self, target: str, start: int) -> None:
        """Makes all from `start` to here a link, or a mention where the target is a user."""
        mention = MENTION.fullmatch(target)
        if mention:
            self.mark("user_mention", start, user_id=int(mention[1]))
        elif not 1 <= utf16_length(target) <= LONGEST_LINK:
            raise broken_contract(f"a link has 1 to {LONGEST_LINK} characters")
        else:
            self.mark("link", start, url=target)

    def done(self) -> tuple[str, list[Json]]:
        """The text, and its markup: the outermost first."""
        order = {kind: number for number, kind in enumerate(ORDER)}
        return "".join(self._parts), sorted(
            self.markup, key=lambda item: (item["from"], -item["length"], order[item["type"]])
        )
