"""Lanes: the updates of each chat handled in order, one at a time, different chats in parallel.

An update leaves the inbox only when it was handled, so that a crash anywhere replays it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import structlog
from aiogram.exceptions import TelegramServerError
from aiogram.types import Message, Update
from structlog.contextvars import bind_contextvars

from bot.failures import PASSING, understood, wait_after, words
from bot.handling import Handling
from bot.messengers import Messenger
from bot.outgoing.recording import record
from storage import inbox
from storage.database import Database
from storage.errors import Unavailable
from storage.transaction import Transaction

log = structlog.get_logger()
_events = logging.getLogger(__name__)

ALBUM_QUIET = 1.0
"""Seconds without a further part after which an album is complete; the parts come as updates of
their own. A part that comes later still becomes a follow-up."""
SURPRISES = 3
"""How often an update that our own code fails on is tried."""
SERVER_ERRORS = 20
"""How often an update is tried whose screen the messenger fails on: about a quarter of an hour."""

Handle = Callable[[Update, list[Message]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Arrived:
    update: inbox.Update
    at: float


class _Lane:
    def __init__(self) -> None:
        self.queue: deque[_Arrived] = deque()
        self.more = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class Lanes:
    """Reads one messenger's inbox and hands each update to `handle`."""

    def __init__(self, db: Database, messenger: Messenger, handle: Handle) -> None:
        self._db = db
        self._messenger = messenger
        self._handle = handle
        self._lanes: dict[int, _Lane] = {}
        self._after = 0
        self._behind = True
        self._ending = False
        self._working = 0

    async def run(self) -> None:
        """Hand out updates for ever, those left over from before first."""
        loop = asyncio.get_running_loop()
        seen: list[inbox.Update] | None = None
        with self._db.listen(f"inbox:{self._messenger.channel}", look=self._look) as arrived:
            while True:
                if seen is None:
                    seen = await self._read()
                for update in seen:
                    if update.id > self._after:
                        self._after = update.id
                        self._put(_Arrived(update, loop.time()))
                self._behind = len(seen) == inbox.BATCH  # there may be more
                if self._behind:
                    seen = None
                else:
                    await arrived.wait()
                    seen = arrived.take().get(None)

    def _look(self, tx: Transaction, _: object) -> list[inbox.Update] | None:
        """What is new, in the transaction that took it in; not while there is more to read."""
        return None if self._behind else self._pending(tx)

    def _pending(self, tx: Transaction) -> list[inbox.Update]:
        return inbox.pending(tx, self._messenger.channel, self._after)

    async def _read(self) -> list[inbox.Update]:
        while True:
            try:
                return await self._db.read(self._pending)
            except Unavailable as error:
                log.warning("cannot read the inbox", reason=error.detail)
                await asyncio.sleep(1)

    def _put(self, arrived: _Arrived) -> None:
        chat_id = arrived.update.chat_id
        lane = self._lanes.setdefault(chat_id, _Lane())
        lane.queue.append(arrived)
        lane.more.set()
        if lane.task is None:
            lane.task = asyncio.create_task(self._serve(chat_id, lane), name=f"lane {chat_id}")

    async def finish(self, seconds: float) -> None:
        """Let what is in hand end; what is not after `seconds` is replayed at the next start."""
        self._ending = True
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for lane in self._lanes.values():
            lane.queue.clear()
            lane.more.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _serve(self, chat_id: int, lane: _Lane) -> None:
        self._work(+1)
        try:
            while lane.queue:
                updates = await self._next(lane)
                if updates:
                    await self._handle_all(updates)
        finally:
            self._work(-1)
        del self._lanes[chat_id]

    def _work(self, lanes: int) -> None:
        """So many lanes more have something to do at present, or fewer."""
        self._working += lanes
        if self._working:
            self._messenger.idle.clear()
        else:
            self._messenger.idle.set()

    async def _next(self, lane: _Lane) -> list[inbox.Update]:
        """The next update, or all parts of the album that it begins.

        Empty when the end comes before the album is complete: the next start has it whole.
        """
        first = lane.queue.popleft()
        group = self._album_of(first)
        if group is None:
            return [first.update]
        parts = [first]
        loop = asyncio.get_running_loop()
        while not self._ending:
            lane.more.clear()
            parts += self._take(lane.queue, group)
            wait = parts[-1].at + ALBUM_QUIET - loop.time()
            if wait <= 0 or len(parts) >= self._messenger.capabilities.album_limit:
                return [part.update for part in parts]
            with suppress(TimeoutError):
                await asyncio.wait_for(lane.more.wait(), wait)
        return []

    def _album_of(self, arrived: _Arrived) -> str | None:
        return self._messenger.feed.album_of(arrived.update.payload)

    def _take(self, queue: deque[_Arrived], group: str) -> list[_Arrived]:
        """Move an album's further parts out of the queue; the others keep their order."""
        parts = [arrived for arrived in queue if self._album_of(arrived) == group]
        if parts:
            others = [arrived for arrived in queue if self._album_of(arrived) != group]
            queue.clear()
            queue.extend(others)
        return parts

    async def _handle_all(self, updates: list[inbox.Update]) -> None:
        # The lane's task has a context of its own.
        bind_contextvars(chat=updates[0].chat_id, update=updates[0].update_id)
        ids = [update.id for update in updates]
        surprises = server_errors = 0
        for attempt in count():
            try:
                with Handling(ids) as tried:
                    await self._feed(updates)
                _events.debug("an update was handled")
                if not tried.over:
                    await record(self._db, inbox.handled, ids)
            except PASSING as error:
                failure: Exception = error
                server_errors += isinstance(error, TelegramServerError)
                surprises += not understood(error)  # its screen is shown again by each try
                log.warning("an update waits", updates=ids, error=words(error))
            except Exception as error:
                failure = error
                surprises += 1
                log.exception("an update failed", updates=ids)
            else:
                return
            if surprises >= SURPRISES or server_errors >= SERVER_ERRORS:
                log.error("an update is set aside", updates=ids, error=words(failure))
                await record(self._db, inbox.set_aside, ids, words(failure))
                return
            self._work(-1)
            try:
                await asyncio.sleep(wait_after(failure, attempt))
            finally:
                self._work(+1)

    async def _feed(self, updates: list[inbox.Update]) -> None:
        parse = self._messenger.feed.parse
        parsed = [each for update in updates for each in parse(update.payload)]
        if not parsed:
            return
        album = [message for update in parsed if (message := _message_in(update)) is not None]
        album.sort(key=lambda message: message.message_id)
        captioned = next((update for update in parsed if _caption(update)), parsed[0])
        await self._handle(captioned, album)


def _message_in(update: Update) -> Message | None:
    return update.message or update.edited_message


def _caption(update: Update) -> str | None:
    message = _message_in(update)
    return None if message is None else message.caption
