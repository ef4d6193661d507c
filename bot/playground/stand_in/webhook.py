"""Webhook mode: posts updates to the bot in order, each until it is taken.

Nothing outside this machine is ever called: public addresses lead where `routes` were told, as a
reverse proxy would. Pauses between attempts are short, as no test can wait for a messenger's.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic

import aiohttp

from .changes import Changes
from .routes import Routes
from .updates import PendingT, UpdateQueue

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: the update's number, and the status, or 0 where no answer came."""

    update_id: int
    status: int


class Sender(ABC, Generic[PendingT]):
    """Delivers pending updates one at a time while there is a webhook.

    `secret_header` is where the bot finds its secret, `patience` the seconds for its answer.
    """

    def __init__(
        self,
        updates: UpdateQueue[PendingT],
        changes: Changes,
        *,
        secret_header: str,
        patience: float,
    ) -> None:
        self.attempts: list[Attempt] = []
        self.routes = Routes()
        self._updates = updates
        self._changes = changes
        self._secret_header = secret_header
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self._task: asyncio.Task[None] | None = None

    @property
    @abstractmethod
    def active(self) -> bool:
        """Whether there is a webhook."""

    @abstractmethod
    async def _deliver(self, session: aiohttp.ClientSession, pending: PendingT) -> bool:
        """One attempt; whether everybody who is to have the update has it now."""

    def start(self) -> None:
        """Delivers, if there is a webhook and nothing delivers yet."""
        if self.active and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Stops delivering; what is set stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _set(self) -> None:
        """Another webhook is set, or none is left."""
        self._updates.webhook_set(self.active)
        self.stop()
        self.start()

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        async with aiohttp.ClientSession(timeout=self._timeout) as session:
            while self.active:
                pending = self._updates.first()
                if pending is None:
                    await self._updates.arrived.wait()
                elif await self._deliver(session, pending):
                    self._updates.done(pending)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    def _post(
        self, session: aiohttp.ClientSession, address: str, secret: str | None, body: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {"Content-Type": "application/json"}
        if secret:
            headers[self._secret_header] = secret
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return session.post(address, data=data, headers=headers, allow_redirects=False)
