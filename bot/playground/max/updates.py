"""The queue of updates for the bot: polling with its marker, and how long updates are kept.

https://dev.max.ru/docs-api/methods/GET/updates
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..stand_in import updates
from ..stand_in.checks import Json
from .errors import POLLED_WITH_WEBHOOK
from .model import now_ms
from .schema import Schema

KEPT_SECONDS = 24 * 3600
FIRST_MARKER = 25_493_970


@dataclass(eq=False, slots=True)
class Pending(updates.Pending):
    """`at` is when it came, by the messenger's clock. `taken`: webhooks that have it already."""

    at: float
    taken: set[str] = field(default_factory=set, repr=False)

    @property
    def kind(self) -> str:
        """Its update_type."""
        return str(self.body["update_type"])


class Updates(updates.UpdateQueue[Pending]):
    """Updates stay until a marker or a webhook confirms them, or for 24 hours."""

    def __init__(
        self, schema: Schema, clock: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        super().__init__(FIRST_MARKER, changed)
        self.confirmed_offset = FIRST_MARKER
        self._schema = schema
        self._clock = clock
        self._bare = ""

    def count_from(self, base: int) -> None:
        """The markers from now on are above `base`."""
        super().count_from(base)
        self.confirmed_offset = self._next_id

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
        self._queue(Pending(0, update, self._clock()))

    def repeat(self) -> None:
        if self._last is not None:
            self._queue(Pending(0, self._last.body, self._clock()))

    def _hand_over(self, items: list[Pending]) -> None:
        # Numbers come only now: a marker given meanwhile would confirm what was still held.
        for pending in items:
            pending.id = self._next_id
            self._next_id += 1
        super()._hand_over(items)

    def first(self) -> Pending | None:
        """The oldest update pending, for webhooks."""
        self._forget_old()
        return super().first()

    async def poll(
        self, marker: int | None, limit: int, seconds: float, kinds: Collection[str] | None
    ) -> Json:
        """One GET /updates. Without a marker it confirms nothing, and tells of the last only."""
        if self.webhook_active:
            raise POLLED_WITH_WEBHOOK
        self._forget_old()
        if marker is not None:
            self.confirmed_offset = max(self.confirmed_offset, marker)
            self._pending = [item for item in self._pending if item.id >= marker]
        self._changed()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not (ready := self._wanted(kinds)):
            if not await self._wait(deadline - loop.time()) or self.webhook_active:
                break
        given = ready[: min(limit, self.batch_size)] if marker is not None else ready[-1:]
        rest = ready[len(given) :] if marker is not None else []
        return {
            "updates": [item.body for item in given],
            "marker": rest[0].id if rest else max(self._next_id, marker or 0),
        }

    def _wanted(self, kinds: Collection[str] | None) -> list[Pending]:
        return [item for item in self._pending if not kinds or item.kind in kinds]

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        self._pending = [item for item in self._pending if item.at > oldest]
