"""What a chat is sent next: its first row, read in one go with all that sending it takes."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.outgoing.outlet import Outlet
from bot.outgoing.turns import Turns
from storage import outbox, shares
from storage.model import Chat
from storage.outbox import Audience, OutboxRow
from storage.shares import Share
from storage.transaction import Transaction

FAIR = 0.75
"""The part of a group's window that the tickets of one customer may take."""


class Outgoing(Protocol):
    """Sends the rows for one audience; `loaded` is what its `load` told of a row."""

    def load(self, tx: Transaction, row: OutboxRow) -> Any: ...
    def needs_turn(self, loaded: Any) -> bool: ...
    def gathers(self, row: OutboxRow, turns: Turns) -> float: ...
    async def send(self, loaded: Any, turns: Turns) -> None: ...
    async def give_up(self, row: OutboxRow, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Pick:
    """A chat's next row with what was loaded for it. Without a row, `held_until` is when to look
    again where something waits. `ended` is whether nothing is left of the row before."""

    row: OutboxRow | None
    ended: bool
    held_until: datetime | None = None
    found: Any = None
    error: Exception | None = None

    def loaded(self) -> Any:
        """What sending the row takes. Raises what loading it failed with."""
        if self.error is not None:
            raise self.error
        return self.found


class Picker:
    """Picks for the chats of one messenger."""

    def __init__(self, outlet: Outlet, outgoing: Mapping[Audience, Outgoing]) -> None:
        self._db = outlet.db
        self._messenger = outlet.messenger
        self._outgoing = outgoing

    async def pick(self, chat: Chat, before: OutboxRow | None = None) -> Pick:
        """What waits for a chat and may go. In a group no customer has more than a FAIR part of
        the window: what others write then finds room at once, whatever one of them does."""
        window = self._messenger.pace.window(group=True)
        share = None
        if window is not None and self._messenger.is_group(chat.id):
            count = max(1, int(window.count * FAIR))
            share = Share(count, timedelta(seconds=window.seconds))
        return await self._db.read(self._pick, chat, share, before)

    def _pick(
        self, tx: Transaction, chat: Chat, share: Share | None, before: OutboxRow | None
    ) -> Pick:
        row, held_until = shares.first(tx, chat, share)
        ended = before is not None and outbox.ended(tx, before.id)
        if row is None:
            return Pick(None, ended, held_until)
        try:
            return Pick(row, ended, found=self._outgoing[row.audience].load(tx, row))
        except sqlite3.Error:
            raise  # the database's trouble, not the row's
        except Exception as error:
            return Pick(row, ended, error=error)
