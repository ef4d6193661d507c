"""A timer that is put off all the time, and hardly ever has to ring."""

import asyncio
import math
from collections.abc import Callable

# uvloop counts timers in whole milliseconds and may ring half a one early: less would spin.
_SHORTEST_WAIT = 0.001


class Alarm:
    """Rings by the moment it is set to, or before: who is called looks what is due, and sets it
    again. So a moment that is put off costs nothing.

    Works inside a running event loop; moments are those of any clock that never goes back.
    """

    __slots__ = ("_at", "_handle")

    def __init__(self) -> None:
        self._at = math.inf
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: float, now: float, ring: Callable[[], None]) -> None:
        """Have `ring` called by `at`, a moment after `now`; infinity is never."""
        if at < self._at:
            self.cancel()
            wait = max(at - now, _SHORTEST_WAIT)
            self._at = at
            self._handle = asyncio.get_running_loop().call_later(wait, self._rung, ring)

    def cancel(self) -> None:
        """It does not ring any more."""
        if self._handle is not None:
            self._handle.cancel()
        self._at, self._handle = math.inf, None

    def _rung(self, ring: Callable[[], None]) -> None:
        self._at, self._handle = math.inf, None
        ring()
