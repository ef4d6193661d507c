"""Sliding windows over messages made: what Telegram allows, kept to the letter.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ..stand_in.windows import SlidingWindow
from .errors import too_many_requests
from .model import Chat

__all__ = ["Limits", "Pace", "SlidingWindow"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Most messages in any window of that many seconds: (count, seconds)."""

    all: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (3, 3.0)
    group: tuple[int, float] = (20, 60.0)


@dataclass
class Pace:
    """Applies the limits; `refused` counts the calls answered with 429."""

    limits: Limits | None
    clock: Callable[[], float]
    refused: int = 0
    _all: SlidingWindow | None = None
    _chats: dict[int, SlidingWindow] = field(default_factory=dict)

    def admit(self, chat: Chat, messages: int) -> None:
        """Counts the messages, or refuses the call: 429 with whole seconds to wait."""
        if self.limits is None:
            return
        now = self.clock()
        if self._all is None:
            self._all = SlidingWindow(*self.limits.all)
        own = self._chats.get(chat.id)
        if own is None:
            limit = self.limits.chat if chat.is_private else self.limits.group
            own = self._chats[chat.id] = SlidingWindow(*limit)
        wait = max(self._all.wait(now, messages), own.wait(now, messages))
        if wait > 0:
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(wait)))
        self._all.add(now, messages)
        own.add(now, messages)
