"""The sender: one messenger's outbox, each lane's rows in order, until each is recorded as sent.

What a row becomes is the business of `outgoing`; here are order, patience and the kinds of error.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)

from bot.due import Due
from bot.failures import PASSING, REFUSED, backoff, understood, wait_after, words
from bot.health import Health
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import FileDelayed, FileRefused
from bot.outgoing.picking import Follower, Outgoing, Pick, Picker
from bot.outgoing.recording import record, sequel
from bot.outgoing.to_agents import ToAgents
from bot.outgoing.to_customer import ToCustomer
from bot.outgoing.topics import Mended
from bot.outgoing.turns import Turns
from storage import agent_chats, outbox
from storage.errors import NotFound, Unavailable
from storage.outbox import Audience, LaneKey, OutboxRow
from storage.transaction import Transaction

log = structlog.get_logger()
_events = logging.getLogger(__name__)

PERSISTENCE = timedelta(hours=24)
"""How long a row is tried again after passing errors."""
SURPRISES = 8
"""How often a row that our own code fails on is tried, some minutes: it holds up its whole lane."""
FRESH = 1.0
"""Seconds for which what was picked is as it was, unless something new came in its lane."""
LONGEST_SLEEP = 60.0
"""Seconds after which a row that waits is looked at again."""

FINAL_REASONS = (
    ("bot was blocked by the user", "blocked"),
    ("user is deactivated", "deactivated"),
    ("chat not found", "chat_not_found"),
    ("bot can't initiate conversation", "chat_not_found"),
    ("PEER_ID_INVALID", "chat_not_found"),
)
"""What Telegram says, and the name of the reason in `locales`."""

MISSING_RIGHT = ("not enough rights", "have no rights", "CHAT_WRITE_FORBIDDEN", "chat not found")
"""What an agent chat answers while the bot lacks a right there or was removed; it can be given."""


class _Lane:
    def __init__(self) -> None:
        self.more = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.due = Due()
        self.busy = False
        """Whether a row is on its way, or what became of it is being recorded."""


class Sender:
    """Sends what waits for one messenger's chats, what is said in each in a lane of its own, and
    the marks on it in another."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self._db = outlet.db
        self._numbers = outlet.numbers
        self._messenger = outlet.messenger
        self._outgoing: dict[Audience, Outgoing] = {
            Audience.CUSTOMER: ToCustomer(outlet),
            Audience.AGENTS: ToAgents(outlet),
        }
        self._picker = Picker(outlet, self._outgoing)
        self._lanes: dict[LaneKey, _Lane] = {}
        self._ending = False
        self.part = f"{self._messenger.channel} sender"
        """What its health is told of."""

    async def run(self, health: Health) -> None:
        """Send for ever, what was left over from before first."""
        with self._db.listen(f"outbox:{self._messenger.channel}", look=self._look) as news:
            for key in await self._left_over(health):
                self._wake(key)
            health.good(self.part)
            while True:
                await news.wait()
                for key, pick in news.take().items():
                    self._wake(key, pick)

    async def _left_over(self, health: Health) -> list[LaneKey]:
        """The lanes in which something waits from before."""
        while True:
            try:
                return await self._db.read(outbox.waiting_lanes, self._messenger.channel)
            except Unavailable as error:
                if health.bad(self.part, error.detail):
                    log.warning("cannot read the outbox", reason=error.detail)
                await asyncio.sleep(1)

    def _look(self, tx: Transaction, key: LaneKey) -> Pick | None:
        """What is first in a group's lane that sleeps, in the transaction that woke it. In a
        private chat it is read afterwards: the screen of the same update had better come first."""
        if key in self._lanes or not self._messenger.is_group(key.chat_id):
            return None
        return self._picker.read(tx, key, self._picker.terms(key))

    def _wake(self, key: LaneKey, pick: Pick | None = None) -> None:
        lane = self._lanes.setdefault(key, _Lane())
        if lane.task is not None or pick is None:
            lane.more.set()
        if lane.task is None and not self._ending:
            served = self._serve(key, lane, pick)
            lane.task = asyncio.create_task(served, name=f"sender {key}")

    async def finish(self, seconds: float) -> None:
        """Let what is being sent end and be recorded; the rest waits for the next start."""
        self._ending = True
        lanes = {lane.task: lane for lane in self._lanes.values() if lane.task is not None}
        busy = [task for task, lane in lanes.items() if lane.busy]
        for task, lane in lanes.items():
            if not lane.busy:
                task.cancel()
        if busy:
            _, late = await asyncio.wait(busy, timeout=seconds)
            for task in late:
                task.cancel()
        if lanes:
            await asyncio.wait(lanes)

    async def _serve(self, key: LaneKey, lane: _Lane, first: Pick | None) -> None:
        follower = Follower(self._picker, key, lane.more, first)
        sequel.set(follower)
        stumbles = 0
        while not self._ending:
            try:
                pick = follower.take()
                if pick is None:
                    lane.more.clear()
                    pick = await self._picker.pick(key)
                if pick.row is not None:
                    await self._step(lane, pick, pick.row, follower)
                elif pick.held_until is not None:
                    await self._until(pick.held_until, lane)
                elif not lane.more.is_set():
                    break
                stumbles = 0
                continue
            except Unavailable as error:
                log.warning("cannot read the outbox", reason=error.detail)
            except Exception:
                # A lane that ended by an error would leave its rows without a sender.
                log.exception("a lane stumbled", chat=key.chat_id, marks=key.marks)
            await asyncio.sleep(backoff(stumbles))
            stumbles += 1
        self._lanes.pop(key, None)

    async def _until(self, moment: datetime, lane: _Lane) -> None:
        """Wait for the moment, or for something new in the lane."""
        seconds = (moment - self._db.clock()).total_seconds()
        with suppress(TimeoutError):
            await asyncio.wait_for(lane.more.wait(), min(max(seconds, 0.001), LONGEST_SLEEP))

    async def _step(self, lane: _Lane, pick: Pick, row: OutboxRow, follower: Follower) -> None:
        """Send the row that was picked when it is due; whatever happens, the row tells of it."""
        outgoing = self._outgoing[row.audience]
        turns = Turns(self._messenger, row.chat.id, row.audience)
        wait = lane.due.wait(row, outgoing.gathers(row, turns), self._db.clock())
        if wait > 0:
            await asyncio.sleep(min(wait, LONGEST_SLEEP))
            return
        follower.follow(row)
        now = asyncio.get_running_loop().time
        try:
            picked_at = now()
            if await outgoing.admit(pick.loaded(), turns) and (
                lane.more.is_set() or now() > picked_at + FRESH
            ):
                pick = await self._picker.pick(row.lane)
            if pick.row is not None and pick.row.id == row.id:
                loaded = pick.loaded()
                lane.busy = True
                await outgoing.send(loaded, turns)
                if follower.knows:
                    self._sent(row)
        except Exception as error:
            await self._failed(row, error)
        finally:
            lane.busy = False
            turns.close()

    def _sent(self, row: OutboxRow) -> None:
        seconds = (self._db.clock() - row.created_at).total_seconds()
        self._numbers.sent(row.chat.channel, row.audience, seconds)
        if _events.isEnabledFor(logging.DEBUG):
            said = {**told(row), "kind": row.kind.value, "seconds": round(seconds, 3)}
            _events.debug("sent", extra=said)

    # --- the three kinds of error -----------------------------------------------------------------

    async def _failed(self, row: OutboxRow, error: Exception) -> None:
        if isinstance(error, NotFound):  # erased with its customer
            await record(self._db, outbox.finish, [row.id], "failed", "erased")
        elif isinstance(error, TelegramMigrateToChat):
            self._stumbled(row, "repairable")
            await record(self._db, agent_chats.migrated, row.chat, error.migrate_to_chat_id)
        elif isinstance(error, Mended):
            self._stumbled(row, "repairable")
            await self._later(row, error, 0 if row.attempts == 0 else backoff(row.attempts))
        elif isinstance(error, (*REFUSED, FileRefused)) and not self._may_be_given(row, error):
            await self._give_up(row, final_reason(error), error)
        elif isinstance(error, (*PASSING, TelegramAPIError)) and understood(error):
            self._stumbled(row, "passing")
            await self._later(row, error, wait_after(error, row.attempts))
        elif row.attempts < SURPRISES:
            self._stumbled(row, "surprise")
            if row.attempts == 0:
                log.error("sending failed", **told(row), exc_info=error)
            await self._later(row, error, backoff(row.attempts))
        else:
            await self._give_up(row, "rejected", error)

    def _stumbled(self, row: OutboxRow, kind: str) -> None:
        self._numbers.stumbled(row.chat.channel, row.audience, kind)

    def _may_be_given(self, row: OutboxRow, error: Exception) -> bool:
        """In the agents' chat a missing right is a passing error: nothing for them is dropped."""
        if row.audience is not Audience.AGENTS:
            return False
        if isinstance(error, TelegramForbiddenError):
            return True
        return isinstance(error, TelegramBadRequest) and any(
            sign in error.message for sign in MISSING_RIGHT
        )

    async def _later(self, row: OutboxRow, error: Exception, seconds: float) -> None:
        now = self._db.clock()
        if now - row.created_at > PERSISTENCE and row.attempts:
            await self._give_up(row, "expired", error)
            return
        level = log.warning if row.attempts in (0, 5) else log.debug
        level("sending waits", **told(row), seconds=round(seconds, 1), error=words(error))
        if (lane := self._lanes.get(row.lane)) is not None:
            lane.due.later(seconds)
        if isinstance(error, FileDelayed) and row.audience is Audience.AGENTS:
            self._picker.put_aside(row, seconds)
        until = now + timedelta(seconds=seconds)
        await record(self._db, outbox.postpone, row.id, words(error), until)

    async def _give_up(self, row: OutboxRow, reason: str, error: Exception) -> None:
        log.warning("not sent", **told(row), reason=reason, error=words(error))
        self._numbers.gave_up(row.chat.channel, row.audience, reason)
        await self._outgoing[row.audience].give_up(row, reason)


def told(row: OutboxRow) -> dict[str, object]:
    """What a log says of a row: where it goes and what it is about, nothing of what it says."""
    return {"row": row.id, "chat": row.chat.id, "ticket": row.ticket_id and str(row.ticket_id)}


def final_reason(error: Exception) -> str:
    """The name in `locales` of why the messenger refuses for good."""
    for sign, reason in FINAL_REASONS:
        if isinstance(error, TelegramAPIError) and sign in error.message:
            return reason
    return "rejected"
