"""What the API is given by the composition root, and what it asks of the messengers."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from typing import Protocol

from api.guard import Guard
from api.limiter import Limiter
from storage.database import Database
from storage.model import Attachment, Channel


class Links(Protocol):
    """Deeplinks into the messengers. Called on any thread, so it puts strings together, no more."""

    def telegram(self, start: str) -> str | None:
        """The link that opens the bot with `start`; None while the bot's name is not known."""

    def max(self, start: str) -> str | None:
        """The same in MAX."""


class Files(Protocol):
    """Customers' and agents' files, which stay with the messenger until somebody asks."""

    def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes. Raises NotFound or Unavailable, at the first step where it can."""


class Stopping:
    """True once the server stops; what waits is woken then, to answer with what it has."""

    def __init__(self) -> None:
        self._stopped = False
        self._sleepers: set[asyncio.Event] = set()

    def __bool__(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        self._stopped = True
        for sleeper in self._sleepers:
            sleeper.set()

    @contextmanager
    def wakes(self, sleeper: asyncio.Event) -> Iterator[None]:
        self._sleepers.add(sleeper)
        try:
            yield
        finally:
            self._sleepers.discard(sleeper)


class Desk:
    """What handlers work with. `channels` are the messengers that are configured, and `guard`
    knows where webhooks may lead."""

    __slots__ = ("channels", "db", "files", "guard", "limiter", "links", "stopping")

    def __init__(
        self,
        db: Database,
        links: Links,
        channels: Collection[Channel],
        files: Files,
        limiter: Limiter,
        guard: Guard,
    ) -> None:
        self.db = db
        self.links = links
        self.channels = frozenset(channels)
        self.files = files
        self.limiter = limiter
        self.guard = guard
        self.stopping = Stopping()
