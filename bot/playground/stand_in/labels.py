"""Finds a button by what a person calls it."""

from __future__ import annotations

import re
from typing import Protocol

from .checks import Json


class Shown(Protocol):
    """A message with buttons, row by row, each with its `text`."""

    @property
    def id(self) -> object: ...

    @property
    def text(self) -> str: ...

    @property
    def keys(self) -> list[list[Json]]: ...


def plain(label: str) -> str:
    """The label without emoji and other signs before its first letter, digit, # or /."""
    return re.sub(r"^[^\w#/]+", "", label).strip()


def find_key(message: Shown, label: str) -> Json:
    """The one inline button with that label, else the one that has it in its label."""
    keys = [key for row in message.keys for key in row]
    exact = [key for key in keys if label in (key["text"], plain(key["text"]))]
    found = exact or [key for key in keys if label.casefold() in key["text"].casefold()]
    if len(found) != 1 and not exact:
        problem = "no button" if not found else f"{len(found)} buttons"
        shown = ", ".join(repr(key["text"]) for key in keys) or "none"
        raise LookupError(
            f"{problem} {label!r} at message {message.id} {message.text[:80]!r}; there are: {shown}"
        )
    return found[0]
