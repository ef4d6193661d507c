"""How many requests a project, or an address, may make: so many in a minute from its first."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from uuid import UUID

from multidict import istr

WINDOW = 60.0
"""Seconds."""
LIMIT, REMAINING, RESET = map(istr, ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"))


@dataclass(slots=True)
class Quota:
    """What somebody has left in the present minute; `reset` is in seconds, rounded up."""

    limit: int
    remaining: int
    reset: int
    over: bool = False

    def headers(self) -> dict[str, str]:
        return {LIMIT: str(self.limit), REMAINING: str(self.remaining), RESET: str(self.reset)}


class _Minute:
    """One that has begun, and how much of it is used."""

    __slots__ = ("end", "used")

    def __init__(self, begun: float) -> None:
        self.end = begun + WINDOW
        self.used = 0


class Minutes:
    """Counts in memory: a restart begins every minute anew. `seconds` is a clock that is never
    put back."""

    def __init__(self, limit: int, seconds: Callable[[], float]) -> None:
        self.limit = limit
        self.seconds = seconds
        self._minutes: dict[Hashable, _Minute] = {}
        self._swept = seconds()

    def take(self, who: Hashable) -> Quota:
        """Count one request; one that finds the minute used up has `over` set in its quota."""
        now = self.seconds()
        minute = self._minutes.get(who)
        if minute is None or now >= minute.end:
            minute = self._begin(who, now)
        over = minute.used >= self.limit
        if not over:
            minute.used += 1
        return Quota(self.limit, self.limit - minute.used, math.ceil(minute.end - now), over)

    def _begin(self, who: Hashable, now: float) -> _Minute:
        """A minute anew; once in a while those that are over are forgotten: strangers are many."""
        if now - self._swept >= WINDOW:
            self._swept = now
            self._minutes = {each: of for each, of in self._minutes.items() if now < of.end}
        minute = self._minutes[who] = _Minute(now)
        return minute


class Limiter(Minutes):
    """Of projects; `limit` 0 lets everything through.

    Keys are known by their hashes, which open the same project for as long as they are valid.
    """

    def __init__(self, limit: int, seconds: Callable[[], float]) -> None:
        super().__init__(limit, seconds)
        self._projects: dict[str, UUID] = {}

    def project_of(self, hashed: str) -> UUID | None:
        """The project that a key with this hash opened before."""
        return self._projects.get(hashed)

    def learn(self, hashed: str, project_id: UUID) -> None:
        self._projects[hashed] = project_id

    def forget(self, hashed: str) -> None:
        """The key was revoked."""
        self._projects.pop(hashed, None)
