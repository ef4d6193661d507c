"""Sliding windows over messages made: what Telegram allows, kept to the letter.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import too_many_requests
from .model import Chat


@dataclass(frozen=True, slots=True)
class Limits:
    """Most messages in any window of that many seconds: (count, seconds)."""

    all: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (3, 3.0)
    group: tuple[int, float] = (20, 60.0)


class SlidingWindow:
    """At most `count` events in any `seconds`: an event leaves when it is that old exactly."""

    def __init__(self, count: int, seconds: float) -> None:
        self.count = count
        self.seconds = seconds
        self._times: deque[float] = deque()

    def wait(self, now: float, events: int = 1) -> float:
        """Seconds until that many more events fit; 0 where they fit now."""
        while self._times and self._times[0] + self.seconds <= now:
            self._times.popleft()
        excess = len(self._times) + events - self.count
        if excess <= 0:
            return 0.0
        if excess > len(self._times):
            # More at once than the window holds ever: wait for an empty one.
            return self._times[-1] + self.seconds - now if self._times else 0.0
        return self._times[excess - 1] + self.seconds - now

    def add(self, now: float, events: int = 1) -> None:
        """Counts events that happened now."""
        self._times.extend([now] * events)


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
