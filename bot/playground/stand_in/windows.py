"""Sliding windows of time that let so many events through and not one more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from typing import TypeAlias

Limit: TypeAlias = tuple[int, float]
"""Most events in any window of that many seconds: (count, seconds)."""


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


class Windows:
    """Windows by name, each made when it is first needed; `refused` counts what had no room."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.refused = 0
        self._clock = clock
        self._made: dict[Hashable, SlidingWindow] = {}

    def take(self, limits: Mapping[Hashable, Limit], events: int = 1) -> float:
        """Counts the events in each of these windows, or in none: the seconds until all have room.

        0 where they are counted.
        """
        now = self._clock()
        windows = [
            self._made.setdefault(name, SlidingWindow(*limit)) for name, limit in limits.items()
        ]
        wait = max(window.wait(now, events) for window in windows)
        if wait > 0:
            self.refused += 1
            return wait
        for window in windows:
            window.add(now, events)
        return 0.0
