"""The queue of updates for the bot: held back, waited for, taken by a webhook.

How updates are numbered, asked for and confirmed is each messenger's own.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .checks import Json
from .refusals import Refusal


@dataclass(eq=False, slots=True)
class Pending:
    """An update the bot has not confirmed."""

    id: int
    body: Json = field(repr=False)


PendingT = TypeVar("PendingT", bound=Pending)


class UpdateQueue(ABC, Generic[PendingT]):
    """Updates in order.

    `first_id` is where their numbers begin, `ends_polls` how a webhook ends the polls that wait.
    """

    def __init__(
        self, first_id: int, changed: Callable[[], None], ends_polls: Refusal | None = None
    ) -> None:
        self.webhook_active = False
        self.batch_size = 100
        self.confirmed_offset = 0
        self.arrived = asyncio.Event()
        self._changed = changed
        self._ends_polls = ends_polls
        self._next_id = self._first_id = first_id
        self._pending: list[PendingT] = []
        self._held: list[PendingT] | None = None
        self._last: PendingT | None = None
        self._pollers: set[asyncio.Future[Refusal | None]] = set()

    def count_from(self, base: int) -> None:
        """The numbers of updates from now on are above `base`."""
        self._next_id = base + self._first_id

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed, held ones included."""
        return len(self._pending) + len(self._held or [])

    @property
    def polling(self) -> bool:
        """Whether the bot waits for an update in a long poll."""
        return any(not poller.done() for poller in self._pollers)

    @abstractmethod
    def repeat(self) -> None:
        """Queues the last update again, confirmed or not."""

    def _queue(self, pending: PendingT) -> None:
        self._last = pending
        if self._held is not None:
            self._held.append(pending)
        else:
            self._hand_over([pending])

    def _hand_over(self, items: list[PendingT]) -> None:
        self._pending += items
        self._wake()

    def hold(self) -> None:
        """Keeps updates from the bot until `release`."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Hands over what was held, in one batch."""
        held, self._held = self._held or [], None
        self._hand_over(held)

    def _wake(self) -> None:
        if self._pending:
            self.arrived.set()
            self.interrupt()

    def interrupt(self, error: Refusal | None = None) -> None:
        """Ends the polls that wait, with that error or with what there is."""
        for poller in self._pollers:
            if not poller.done():
                poller.set_result(error)

    async def _wait(self, seconds: float) -> bool:
        """Whether something may have come in that time."""
        poller: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._pollers.add(poller)
        self._changed()
        try:
            error = await asyncio.wait_for(poller, seconds)
        except TimeoutError:
            return False
        finally:
            self._pollers.discard(poller)
        if error is not None:
            raise error
        return True

    def webhook_set(self, active: bool) -> None:
        """Webhook mode begins or ends."""
        self.webhook_active = active
        if active:
            self.interrupt(self._ends_polls)
            self._wake()

    def first(self) -> PendingT | None:
        """The oldest update pending, for webhooks."""
        if not self._pending:
            self.arrived.clear()
        return self._pending[0] if self._pending else None

    def done(self, pending: PendingT) -> None:
        """Every webhook has taken that update."""
        if pending in self._pending:
            self._pending.remove(pending)
        self.confirmed_offset = max(self.confirmed_offset, pending.id + 1)
        self._changed()
