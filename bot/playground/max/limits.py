"""Sliding windows over the bot's calls: what MAX allows, kept to the letter.

Sends, edits, deletions and answers count, each kind by itself in a chat and together in all:
https://dev.max.ru/docs-api. Asking for updates has a window of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..stand_in.windows import Limit, Windows
from .errors import TOO_MANY_REQUESTS
from .model import Chat

Counted = Literal["send", "edit", "delete", "answer"]


@dataclass(frozen=True, slots=True)
class Limits:
    """In all, of one kind in one chat, and of requests for updates."""

    all: Limit = (30, 1.0)
    chat: Limit = (2, 1.0)
    updates: Limit = (2, 1.0)


class Pace(Windows):
    """Applies the limits; None lets everything through."""

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.limits = limits

    def admit(self, chat: Chat, kind: Counted) -> None:
        """Counts the call, or refuses it: 429, which in MAX does not tell when to come back."""
        if self.limits is not None:
            self._admit({"all": self.limits.all, (chat.id, kind): self.limits.chat})

    def admit_poll(self) -> None:
        """The same for GET /updates."""
        if self.limits is not None:
            self._admit({"updates": self.limits.updates})

    def _admit(self, limits: Mapping[Hashable, Limit]) -> None:
        if self.take(limits) > 0:
            raise TOO_MANY_REQUESTS
