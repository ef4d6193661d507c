"""The queue of updates for the bot: long polling, confirmation, and what the bot asked for.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .checks import Json
from .errors import OTHER_POLLER, POLLED_WITH_WEBHOOK, TERMINATED_BY_WEBHOOK, ApiError
from .schema import Schema

# "all update types except chat_member, message_reaction, and message_reaction_count (default)":
# https://core.telegram.org/bots/api#getupdates
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 512_000_001


@dataclass(slots=True)
class Pending:
    """An update the bot has not confirmed. `again`: given once more though it was confirmed."""

    id: int
    body: Json = field(repr=False)
    again: bool = False


class Updates:
    """Updates in order. They stay until an offset or a webhook's 2xx confirms them."""

    def __init__(self, schema: Schema, changed: Callable[[], None]) -> None:
        self.allowed: frozenset[str] | None = None
        self.webhook_active = False
        self.batch_size = 100
        self.confirmed_offset = 0
        self._schema = schema
        self._changed = changed
        self._next_id = FIRST_ID
        self._pending: list[Pending] = []
        self._held: list[Pending] | None = None
        self._last: Pending | None = None
        self._poller: asyncio.Future[ApiError | None] | None = None
        self.arrived = asyncio.Event()

    def count_from(self, base: int) -> None:
        """The ids of updates from now on are above `base`."""
        self._next_id = base + FIRST_ID

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed, held ones included."""
        return len(self._pending) + len(self._held or [])

    @property
    def polling(self) -> bool:
        """Whether a getUpdates call waits for an update now."""
        return self._poller is not None and not self._poller.done()

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of that kind."""
        return kind in self.allowed if self.allowed else kind not in UNASKED

    def ask_for(self, kinds: Iterable[str] | None) -> None:
        """`allowed_updates`: None keeps what was asked before, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def push(self, kind: str, payload: Json) -> None:
        """Queues an update of that kind, unless the bot does not want it."""
        if self.wants(kind):
            self.inject({kind: payload})

    def inject(self, update: Json) -> int:
        """Queues a raw update; without `update_id` it gets the next one. Returns its id."""
        update_id: int = update.get("update_id", self._next_id)
        self._next_id = max(self._next_id, update_id + 1)
        body = {"update_id": update_id, **update}
        self._schema.check("Update", body)
        self._queue(Pending(update_id, body))
        return update_id

    def repeat(self) -> None:
        """Queues the last update again under its old id, even if it was confirmed."""
        if self._last is not None:
            self._queue(Pending(self._last.id, self._last.body, again=True))

    def _queue(self, pending: Pending) -> None:
        self._last = pending
        if self._held is not None:
            self._held.append(pending)
            return
        self._pending.append(pending)
        self._wake()

    def hold(self) -> None:
        """Keeps updates from the bot until `release`."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Hands over what was held, in one batch."""
        if self._held is not None:
            self._pending += self._held
            self._held = None
            self._wake()

    def _wake(self) -> None:
        if self._pending:
            self.arrived.set()
            if self._poller is not None and not self._poller.done():
                self._poller.set_result(None)

    def drop(self) -> None:
        """Forgets everything pending: `drop_pending_updates`."""
        self._pending.clear()
        if self._held:
            self._held.clear()

    def confirm(self, offset: int) -> None:
        """Forgets updates below the offset; a negative one keeps that many of the last."""
        if offset < 0:
            self._pending = self._pending[offset:]
            return
        self.confirmed_offset = max(self.confirmed_offset, offset)
        self._pending = [item for item in self._pending if item.id >= offset or item.again]

    def first(self) -> Pending | None:
        """The oldest update pending, for the webhook."""
        if not self._pending:
            self.arrived.clear()
        return self._pending[0] if self._pending else None

    def done(self, pending: Pending) -> None:
        """The webhook took that update."""
        if pending in self._pending:
            self._pending.remove(pending)
        self.confirmed_offset = max(self.confirmed_offset, pending.id + 1)
        self._changed()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """One getUpdates call. A later one ends it with 409, as setWebhook does."""
        if self.webhook_active:
            raise POLLED_WITH_WEBHOOK
        self.interrupt(OTHER_POLLER)
        self.confirm(offset)
        self._changed()
        if not self._pending and seconds > 0:
            await self._wait(seconds)
        given = self._pending[: min(limit, self.batch_size)]
        for item in given:
            if item.again:
                self._pending.remove(item)
        return [item.body for item in given]

    async def _wait(self, seconds: float) -> None:
        poller: asyncio.Future[ApiError | None] = asyncio.get_running_loop().create_future()
        self._poller = poller
        self._changed()
        try:
            error = await asyncio.wait_for(poller, seconds)
        except TimeoutError:
            return
        finally:
            if self._poller is poller:
                self._poller = None
        if error is not None:
            raise error

    def interrupt(self, error: ApiError | None) -> None:
        """Ends the waiting getUpdates call with that error, or empty-handed for None."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(error)

    def webhook_set(self, active: bool) -> None:
        """Webhook mode begins or ends."""
        self.webhook_active = active
        if active:
            self.interrupt(TERMINATED_BY_WEBHOOK)
            self._wake()
