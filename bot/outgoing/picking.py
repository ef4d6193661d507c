"""What a lane sends next: its first row, read in one go with all that sending it takes."""

import asyncio
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from bot.failures import LONGEST_WAIT
from bot.outgoing.outlet import Outlet
from bot.outgoing.recording import Sequel
from bot.outgoing.turns import Turns
from storage import outbox, shares
from storage.outbox import Audience, LaneKey, OutboxRow
from storage.shares import Share
from storage.transaction import Transaction

FAIR = 0.75
"""The part of a group's window that the tickets of one customer may take."""


class Outgoing(Protocol):
    """Sends the rows for one audience; `loaded` is what its `load` told of a row.

    `admit` waits until the row may go, and tells whether that took time.
    """

    def load(self, tx: Transaction, row: OutboxRow) -> Any: ...
    async def admit(self, loaded: Any, turns: Turns) -> bool: ...
    def gathers(self, row: OutboxRow, turns: Turns) -> float: ...
    async def send(self, loaded: Any, turns: Turns) -> None: ...
    async def give_up(self, row: OutboxRow, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Pick:
    """A lane's next row with what was loaded for it. Without a row, `held_until` is when to look
    again where something waits."""

    row: OutboxRow | None
    held_until: datetime | None = None
    found: Any = None
    error: Exception | None = None

    def loaded(self) -> Any:
        """What sending the row takes. Raises what loading it failed with."""
        if self.error is not None:
            raise self.error
        return self.found


class Terms(NamedTuple):
    """What may go in a lane: `share` is what one customer may have of a group, `aside` are tickets
    that wait for something of their own, and until when."""

    share: Share | None
    aside: Mapping[UUID, datetime]


class Picker:
    """Picks for the lanes of one messenger."""

    def __init__(self, outlet: Outlet, outgoing: Mapping[Audience, Outgoing]) -> None:
        self._db = outlet.db
        self._messenger = outlet.messenger
        self._outgoing = outgoing
        self._aside: dict[LaneKey, Mapping[UUID, datetime]] = {}

    async def pick(self, lane: LaneKey) -> Pick:
        """What waits in a lane and may go."""
        return await self._db.read(self.read, lane, self.terms(lane))

    def read(self, tx: Transaction, lane: LaneKey, terms: Terms) -> Pick:
        """`pick`, inside a transaction."""
        chat = self._messenger.chat(lane.chat_id)
        row, held_until = shares.first(tx, chat, terms.share, terms.aside, marks=lane.marks)
        if row is None:
            return Pick(None, held_until)
        try:
            return Pick(row, found=self._outgoing[row.audience].load(tx, row))
        except sqlite3.Error:
            raise  # the database's trouble, not the row's
        except Exception as error:
            return Pick(row, error=error)

    def put_aside(self, row: OutboxRow, seconds: float) -> None:
        """Let a row's ticket wait for so long, and the others in its lane go on."""
        if row.ticket_id is not None:
            until = self._db.clock() + timedelta(seconds=seconds)
            self._aside[row.lane] = {**self._waiting(row.lane), row.ticket_id: until}

    def _waiting(self, lane: LaneKey) -> Mapping[UUID, datetime]:
        now = self._db.clock()
        latest = now + timedelta(seconds=LONGEST_WAIT)  # a clock that is set back holds up nothing
        aside = self._aside.get(lane, {})
        return {ticket: until for ticket, until in aside.items() if now < until <= latest}

    def terms(self, lane: LaneKey) -> Terms:
        """What holds in a lane at this moment."""
        return Terms(self._share(lane), self._waiting(lane) if lane in self._aside else {})

    def _share(self, lane: LaneKey) -> Share | None:
        """In a group no customer has more than a FAIR part of the window: what others write then
        finds room at once, whatever one of them does. None while nobody can have had that much,
        and for marks."""
        pace = self._messenger.pace
        window = pace.window(group=True)
        if window is None or lane.marks or not self._messenger.is_group(lane.chat_id):
            return None
        most = max(1, int(window.count * FAIR))
        if window.count - pace.free(lane.chat_id, group=True) < most:
            return None
        return Share(most, timedelta(seconds=window.seconds))


class Follower(Sequel):
    """Picks what follows a row in the transaction that ends it: one way through the database, where
    a look for more would be another. `more` tells of rows that the last pick may not know."""

    def __init__(
        self, picker: Picker, lane: LaneKey, more: asyncio.Event, first: Pick | None
    ) -> None:
        self._picker = picker
        self._lane = lane
        self._more = more
        self._row: OutboxRow | None = None
        self._terms = Terms(None, {})
        self._pick = first

    def follow(self, row: OutboxRow) -> None:
        """From now on it is this row that is waited for to end."""
        self._row = row

    def begin(self) -> None:
        self._pick = None
        self._more.clear()
        self._terms = self._picker.terms(self._lane)

    def read(self, tx: Transaction) -> Pick | None:
        if self._row is None or not outbox.ended(tx, self._row.id):
            return None
        try:
            return self._picker.read(tx, self._lane, self._terms)
        except Exception:
            return None  # it must not undo what is recorded: the next look tells what is wrong

    def end(self, read: Pick | None) -> None:
        self._pick = read

    @property
    def knows(self) -> bool:
        """Whether the row has ended, so that what follows it is known."""
        return self._pick is not None

    def take(self) -> Pick | None:
        """What was picked when the row ended; None while it has not."""
        pick, self._pick, self._row = self._pick, None, None
        return pick
