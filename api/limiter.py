"""How many requests a project, or an address, may make: so many in a minute from its first."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiohttp import web
from multidict import istr

WINDOW = timedelta(minutes=1)
LIMIT, REMAINING, RESET = map(istr, ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"))


@dataclass(slots=True)
class Quota:
    """What somebody has left in the present minute; `reset` is in seconds, rounded up."""

    limit: int
    remaining: int
    reset: int
    over: bool = False

    def add_to(self, response: web.StreamResponse) -> None:
        headers = response.headers
        headers[LIMIT] = str(self.limit)
        headers[REMAINING] = str(self.remaining)
        headers[RESET] = str(self.reset)


QUOTA = web.RequestKey("quota", Quota)
"""Where a request keeps what it left to who made it."""


class _Minute:
    """One that has begun, and how much of it is used."""

    __slots__ = ("begun", "end", "used")

    def __init__(self, begun: datetime) -> None:
        self.begun = begun
        self.end = begun + WINDOW
        self.used = 0


class Minutes:
    """Counts in memory: a restart begins every minute anew."""

    def __init__(self, limit: int, clock: Callable[[], datetime]) -> None:
        self.limit = limit
        self._clock = clock
        self._minutes: dict[Hashable, _Minute] = {}
        self._present = _Minute(datetime.min.replace(tzinfo=UTC))

    def take(self, who: Hashable) -> Quota:
        """Count one request; one that finds the minute used up has `over` set in its quota."""
        now = self._clock()
        if not self._present.begun <= now < self._present.end:
            self._sweep(now)
        minute = self._minutes.get(who)
        if minute is None or not minute.begun <= now < minute.end:  # or the clock was put back
            minute = self._minutes[who] = _Minute(now)
        left = minute.end - now
        reset = left.seconds + (left.microseconds > 0)
        over = minute.used >= self.limit
        if not over:
            minute.used += 1
        return Quota(self.limit, self.limit - minute.used, reset, over)

    def _sweep(self, now: datetime) -> None:
        """Once a minute, forget those whose minute is over: strangers are many."""
        self._present = _Minute(now)
        known = self._minutes.items()
        self._minutes = {who: each for who, each in known if each.begun <= now < each.end}


class Limiter(Minutes):
    """Of projects; `limit` 0 lets everything through.

    Keys are known by their hashes, which open the same project for as long as they are valid.
    """

    def __init__(self, limit: int, clock: Callable[[], datetime]) -> None:
        super().__init__(limit, clock)
        self._projects: dict[str, UUID] = {}

    def project_of(self, hashed: str) -> UUID | None:
        """The project that a key with this hash opened before."""
        return self._projects.get(hashed)

    def learn(self, hashed: str, project_id: UUID) -> None:
        self._projects[hashed] = project_id
