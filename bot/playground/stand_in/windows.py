"""A sliding window of time that lets so many events through and not one more."""

from __future__ import annotations

from collections import deque


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
