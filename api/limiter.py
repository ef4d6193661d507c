"""How many requests a project may make: so many in each minute, counted from its first."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

WINDOW = 60.0
"""Seconds."""


@dataclass(slots=True)
class Quota:
    """What a project has left in its present minute; `reset` is in seconds, rounded up."""

    limit: int
    remaining: int
    reset: int
    over: bool = False

    def add_to(self, response: web.StreamResponse) -> None:
        response.headers["RateLimit-Limit"] = str(self.limit)
        response.headers["RateLimit-Remaining"] = str(self.remaining)
        response.headers["RateLimit-Reset"] = str(self.reset)


QUOTA = web.RequestKey("quota", Quota)
"""Where a request keeps what it left its project."""


class Limiter:
    """Counts in memory: a restart begins every minute anew. `limit` 0 lets everything through.

    `clock` gives seconds. Keys are known by their hashes, which open the same project for as long
    as they are valid.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self.limit = limit
        self._clock = clock
        self._minutes: dict[UUID, tuple[float, int]] = {}
        self._projects: dict[str, UUID] = {}

    def project_of(self, hashed: str) -> UUID | None:
        """The project that a key with this hash opened before."""
        return self._projects.get(hashed)

    def learn(self, hashed: str, project_id: UUID) -> None:
        self._projects[hashed] = project_id

    def take(self, project_id: UUID) -> Quota:
        """Count one request; one that finds the minute used up has `over` set in its quota."""
        now = self._clock()
        begun, used = self._minutes.get(project_id, (now, 0))
        if not 0 <= now - begun < WINDOW:  # or the clock was put back
            begun, used = now, 0
        reset = math.ceil(begun + WINDOW - now)
        if used >= self.limit:
            return Quota(self.limit, 0, reset, over=True)
        self._minutes[project_id] = (begun, used + 1)
        return Quota(self.limit, self.limit - used - 1, reset)
