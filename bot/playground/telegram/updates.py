"""The queue of updates for the bot: long polling, confirmation, and what the bot asked for.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..stand_in import updates
from ..stand_in.checks import Json
from .errors import OTHER_POLLER, POLLED_WITH_WEBHOOK, TERMINATED_BY_WEBHOOK
from .schema import Schema

# "all update types except chat_member, message_reaction, and message_reaction_count (default)":
# https://core.telegram.org/bots/api#getupdates
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 512_000_001


@dataclass(eq=False, slots=True)
class Pending(updates.Pending):
    """`again`: given once more though it was confirmed."""

    again: bool = False


class Updates(updates.UpdateQueue[Pending]):
    """Updates stay until an offset or a webhook's 2xx confirms them."""

    def __init__(self, schema: Schema, changed: Callable[[], None]) -> None:
        super().__init__(FIRST_ID, changed, ends_polls=TERMINATED_BY_WEBHOOK)
        self.allowed: frozenset[str] | None = None
        self._schema = schema

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
        # Under its old id.
        if self._last is not None:
            self._queue(Pending(self._last.id, self._last.body, again=True))

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
