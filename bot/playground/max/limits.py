"""Sliding windows over the bot's calls: what MAX allows, kept to the letter.

Sends, edits, deletions and answers count, each kind by itself in a chat and together in all:
https://dev.max.ru/docs-api. Asking for updates has a window of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..stand_in.windows import SlidingWindow
from .errors import TOO_MANY_REQUESTS
from .model import Chat

Counted = Literal["send", "edit", "delete", "answer"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Most calls in any window of that many seconds: (count, seconds)."""

    all: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (2, 1.0)
    updates: tuple[int, float] = (2, 1.0)


@dataclass
class Pace:
    """Applies the limits; `refused` counts the calls answered with 429."""

    limits: Limits | None
    clock: Callable[[], float]
    refused: int = 0
    _windows: dict[object, SlidingWindow] = field(default_factory=dict)

    def admit(self, chat: Chat, kind: Counted) -> None:
        """Counts the call, or refuses it: 429, which in MAX does not tell when to come back."""
        if self.limits is not None:
            self._take(
                self._window("all", self.limits.all), self._window((chat, kind), self.limits.chat)
            )

    def admit_poll(self) -> None:
        """The same for GET /updates."""
        if self.limits is not None:
            self._take(self._window("updates", self.limits.updates))

    def _window(self, key: object, limit: tuple[int, float]) -> SlidingWindow:
        if key not in self._windows:
            self._windows[key] = SlidingWindow(*limit)
        return self._windows[key]

    def _take(self, *windows: SlidingWindow) -> None:
        now = self.clock()
        if any(window.wait(now) > 0 for window in windows):
            self.refused += 1
            raise TOO_MANY_REQUESTS
        for window in windows:
            window.add(now)
