"""The desk behind the playground: the product's own service, which may be ended as by a crash.

The messengers, the database file and the API live on; what the service had in memory does not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import Context

from bot.messengers import Messenger
from bot.playground.stand_in.changes import Changes
from bot.service import Service
from bot.tasks import Tasks
from storage.model import Attachment, Channel


class Desk:
    """Stands where the service does, for the API and for whoever starts and stops the process."""

    def __init__(self, make: Callable[[], Service], changes: Changes) -> None:
        """`make` builds a service from nothing, with connections of its own; `changes` hear of
        its ends and beginnings."""
        self.lives = 0
        self._make = make
        self._changes = changes
        self._service = make()
        self._tasks: Tasks | None = None

    @property
    def alive(self) -> bool:
        return self._tasks is not None

    async def start(self, tasks: Tasks) -> None:
        """Begin; `tasks` are the process's, which outlive the service's own."""
        await self.begin()

    async def begin(self) -> None:
        """Begin anew, from what is in the database; nothing happens while it lives."""
        if self._tasks is not None:
            return
        if self.lives:
            self._service = self._make()
        self.lives += 1
        self._tasks = Tasks()
        # Whoever's request this is, it is not theirs: nothing of it shall stand in the logs.
        work = self._service.start(self._tasks)
        await asyncio.create_task(work, context=Context())
        self._changes.tell("desk")

    async def kill(self) -> None:
        """End at once, with nothing finished that is in hand."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await self._end(tasks, 0)
            self._changes.tell("desk")

    async def finish(self, seconds: float) -> None:
        """End in order, at the end of the process."""
        if self._tasks is not None:  # it stays, so that none begins meanwhile
            await self._end(self._tasks, seconds)

    async def _end(self, tasks: Tasks, seconds: float) -> None:
        await tasks.stop()
        await self._service.finish(seconds)

    # What the API asks of the service

    @property
    def messengers(self) -> Mapping[Channel, Messenger]:
        return self._service.messengers

    @property
    def files(self) -> "Desk":
        return self

    def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """An attachment's bytes, as the service gives them."""
        return self._service.files.open(attachment)

    def telegram(self, start: str) -> str | None:
        return self._service.telegram(start)

    def max(self, start: str) -> str | None:
        return self._service.max(start)

    async def readiness(self) -> list[str]:
        """Why the desk is not ready, in words; empty when it is."""
        ended = [] if self.alive else ["desk: it was ended on the playground"]
        return [*ended, *await self._service.readiness()]
