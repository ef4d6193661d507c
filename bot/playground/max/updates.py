"""The queue of updates for the bot: polling with its marker, and how long updates are kept.

https://dev.max.ru/docs-api/methods/GET/updates
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..stand_in.checks import Json
from .errors import POLLED_WITH_WEBHOOK
from .model import now_ms
from .schema import Schema

KEPT_SECONDS = 24 * 3600
FIRST_MARKER = 25_493_970


@dataclass(slots=True)
class Pending:
    """An update the bot has not confirmed. `taken`: webhooks that have it already."""

    body: Json = field(repr=False)
    at: float
    number: int = 0
    taken: set[str] = field(default_factory=set, repr=False)

    @property
    def kind(self) -> str:
        """Its update_type."""
        return str(self.body["update_type"])


class Updates:
    """Updates in order. They stay until a marker or a webhook confirms them, or for 24 hours."""

    def __init__(
        self, schema: Schema, clock: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        self.webhook_active = False
        self.batch_size = 100
        self.confirmed_offset = FIRST_MARKER
        self.arrived = asyncio.Event()
        self._schema = schema
        self._clock = clock
        self._changed = changed
        self._next = FIRST_MARKER
        self._pending: list[Pending] = []
        self._held: list[Pending] | None = None
        self._last: Pending | None = None
        self._bare = ""
        self._pollers: set[asyncio.Future[None]] = set()

    def count_from(self, base: int) -> None:
        """The markers from now on are above `base`."""
        self._next = self.confirmed_offset = base + FIRST_MARKER

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed, held ones included."""
        return len(self._pending) + len(self._held or [])

    @property
    def polling(self) -> bool:
        """Whether a GET /updates waits for an update now."""
        return bool(self._pollers)

    def push(self, kind: str, **payload: Any) -> None:
        """Queues an update of that kind."""
        if kind == self._bare:
            payload.pop("message", None)
        self.inject({"update_type": kind, "timestamp": now_ms(), **payload})

    @contextmanager
    def without_message(self, kind: str) -> Iterator[None]:
        """Inside it, updates of that kind lack the message they are about."""
        self._bare = kind
        try:
            yield
        finally:
            self._bare = ""

    def inject(self, update: Json) -> None:
        """Queues a raw update; it is checked, unless its kind is unknown to the schema."""
        if update.get("update_type") in self._schema.update_types:
            self._schema.check("Update", update)
        self._queue(Pending(update, self._clock()))

    def repeat(self) -> None:
        """Queues the last update once more, confirmed or not."""
        if self._last is not None:
            self._queue(Pending(self._last.body, self._clock()))

    def _queue(self, pending: Pending) -> None:
        self._last = pending
        if self._held is not None:
            self._held.append(pending)
            return
        self._number(pending)
        self._wake()

    def _number(self, pending: Pending) -> None:
        pending.number = self._next
        self._next += 1
        self._pending.append(pending)

    def hold(self) -> None:
        """Keeps updates from the bot until `release`."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Hands over what was held, in one batch."""
        if self._held is not None:
            for pending in self._held:
                self._number(pending)
            self._held = None
            self._wake()

    def _wake(self) -> None:
        if self._pending:
            self.arrived.set()
            self.interrupt()

    def interrupt(self) -> None:
        """Ends the polls that wait, with what there is."""
        for poller in self._pollers:
            if not poller.done():
                poller.set_result(None)

    def first(self) -> Pending | None:
        """The oldest update pending, for webhooks."""
        self._forget_old()
        if not self._pending:
            self.arrived.clear()
        return self._pending[0] if self._pending else None

    def done(self, pending: Pending) -> None:
        """Every webhook has taken that update."""
        if pending in self._pending:
            self._pending.remove(pending)
        self.confirmed_offset = max(self.confirmed_offset, pending.number + 1)
        self._changed()

    async def poll(
        self, marker: int | None, limit: int, seconds: float, kinds: Collection[str] | None
    ) -> Json:
        """One GET /updates. Without a marker it confirms nothing, and tells of the last only."""
        if self.webhook_active:
            raise POLLED_WITH_WEBHOOK
        self._forget_old()
        if marker is not None:
            self.confirmed_offset = max(self.confirmed_offset, marker)
            self._pending = [item for item in self._pending if item.number >= marker]
        self._changed()
        deadline = asyncio.get_running_loop().time() + seconds
        while not (ready := self._wanted(kinds)):
            if not await self._wait(deadline) or self.webhook_active:
                break
        given = ready[: min(limit, self.batch_size)] if marker is not None else ready[-1:]
        rest = ready[len(given) :] if marker is not None else []
        return {
            "updates": [item.body for item in given],
            "marker": rest[0].number if rest else max(self._next, marker or 0),
        }

    def _wanted(self, kinds: Collection[str] | None) -> list[Pending]:
        return [item for item in self._pending if not kinds or item.kind in kinds]

    async def _wait(self, deadline: float) -> bool:
        """Whether something may have come before the deadline."""
        loop = asyncio.get_running_loop()
        poller: asyncio.Future[None] = loop.create_future()
        self._pollers.add(poller)
        self._changed()
        try:
            await asyncio.wait_for(poller, deadline - loop.time())
        except TimeoutError:
            return False
        finally:
            self._pollers.discard(poller)
        return True

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        self._pending = [item for item in self._pending if item.at > oldest]

    def webhook_set(self, active: bool) -> None:
        """Webhook mode begins or ends."""
        self.webhook_active = active
        if active:
            self._wake()
            self.interrupt()
