"""The webhook sender: gives every endpoint its due deliveries, so that none waits for another.

What goes out next, and what follows from an attempt, is said by `storage.webhook_queue`; one
attempt is the business of `webhook_attempt`.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from api.guard import Guard
from api.webhook_attempt import Outcome, Poster
from api.webhook_bodies import body_of
from storage import webhook_queue
from storage.database import Database
from storage.errors import Unavailable
from storage.webhook_queue import Due, Waiting

PLACES = 256
"""Attempts under way at once. Endpoints that fail at present get half of them at most."""
MOST_AT_ONCE = 8
"""Attempts under way at one endpoint, once it showed that it works; one until then."""
JITTER = 0.1
"""The part by which a wait is longer at most: what failed together is not repeated together."""
PART = "webhooks"
"""The sender's name where readiness is told."""
SET_BACK = 1.0
"""Seconds by which a clock is set back at least; it is adjusted by less all the time."""
AGAIN_AFTER = 1.0
"""Seconds until a database that could not be used is tried again."""

log = structlog.get_logger(__name__)

Pause = Callable[[asyncio.Event, float | None], Awaitable[None]]
"""Waits for the event, so many seconds at most."""


async def pause(woken: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, so many seconds at most; None is for ever."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


class Health(Protocol):
    """Where a part of the desk says whether it works; the answer is whether that is news."""

    def bad(self, part: str, reason: str) -> bool: ...

    def good(self, part: str) -> bool: ...


class _Lane:
    """One endpoint: what is under way there, and how much may be."""

    def __init__(self) -> None:
        self.under_way: set[int] = set()
        self.most = 1
        self.failing = False

    @property
    def room(self) -> int:
        return self.most - len(self.under_way)

    def learn(self, *, succeeded: bool) -> None:
        self.most = min(self.most * 2, MOST_AT_ONCE) if succeeded else 1
        self.failing = not succeeded


class WebhookSender:
    """Runs until it is cancelled; `finish` then lets what is under way end and be recorded."""

    def __init__(
        self,
        db: Database,
        *,
        schedule: Sequence[float],
        guard: Guard,
        health: Health,
        pause: Pause = pause,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`schedule` has the seconds between the attempts of one delivery."""
        self._db = db
        self._health = health
        self._schedule = schedule
        self._poster = Poster(guard, db.clock)
        self._pause = pause
        self._chance = chance
        self._lanes: dict[UUID, _Lane] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._ahead: float | None = None
        health.bad(PART, "not started yet")

    @property
    def under_way(self) -> int:
        """How many attempts are."""
        return len(self._attempts)

    async def run(self) -> None:
        """Send for ever, what was left over from before first."""
        with self._db.listen("webhooks") as self._woken:
            self._woken.set()
            while True:
                self._woken.clear()
                try:
                    await self._mind_the_clock()
                    seconds = await self._start_due()
                    self._health.good(PART)
                except Unavailable as error:
                    if self._health.bad(PART, error.detail):
                        log.warning("cannot read what waits for webhooks", reason=error.detail)
                    seconds = AGAIN_AFTER
                await self._pause(self._woken, seconds)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end; what does not in time is sent again at the next start."""
        if self._attempts:
            _, late = await asyncio.wait(self._attempts, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._poster.close()

    async def _mind_the_clock(self) -> None:
        """Schedules are kept by the time of day, as they last for hours: who sets it back must not
        make them longer."""
        ahead = self._db.clock().timestamp() - asyncio.get_running_loop().time()
        back = 0.0 if self._ahead is None else self._ahead - ahead
        if self._ahead is None or back > SET_BACK:
            waits = [timedelta(seconds=wait * (1 + JITTER)) for wait in self._schedule]
            await self._db.write(webhook_queue.bring_forward, timedelta(seconds=back), waits)
        self._ahead = ahead

    async def _start_due(self) -> float | None:
        """Start what is due and has a place; seconds until more is due, None for never."""
        fresh, waiting = await self._db.read(webhook_queue.outlook)
        if fresh and await self._db.write(webhook_queue.write_bodies, body_of) > 0:
            self._woken.set()  # there may be more, but those that can go now go first
        now = self._db.clock()
        self._know(waiting)
        places = self._places([each for each in waiting if each.due_at <= now])
        if places:
            under_way = {key: frozenset(self._lanes[key].under_way) for key in places}
            wanted = {key: count + len(under_way[key]) for key, count in places.items()}
            for due in await self._db.read(webhook_queue.due, wanted):
                # What ended while the database was asked may look due still.
                if due.seq not in under_way[due.webhook_id] and places[due.webhook_id] > 0:
                    places[due.webhook_id] -= 1
                    self._start(due)
        later = min((each.due_at for each in waiting if each.due_at > now), default=None)
        return None if later is None else (later - now).total_seconds()

    def _know(self, waiting: Sequence[Waiting]) -> None:
        """Keep a lane for each endpoint that is waited for, and for none that is idle."""
        idle = self._lanes.keys() - {each.webhook_id for each in waiting}
        for webhook_id in idle:
            if not self._lanes[webhook_id].under_way:
                del self._lanes[webhook_id]
        for each in waiting:
            self._lanes.setdefault(each.webhook_id, _Lane()).failing = each.failing

    def _places(self, due: Sequence[Waiting]) -> dict[UUID, int]:
        """How many attempts may start at each endpoint. Who works comes before who fails, and then
        who waits longest."""
        free = PLACES - self.under_way
        lanes = self._lanes.values()
        failing = sum(len(lane.under_way) for lane in lanes if lane.failing)
        places: dict[UUID, int] = {}
        for each in sorted(due, key=lambda one: (one.failing, one.due_at)):
            lane = self._lanes[each.webhook_id]
            room = min(lane.room, free, PLACES // 2 - failing if lane.failing else free)
            if room > 0:
                places[each.webhook_id] = room
                free -= room
                failing += room if lane.failing else 0
        return places

    def _start(self, due: Due) -> None:
        lane = self._lanes[due.webhook_id]
        lane.under_way.add(due.seq)
        task = asyncio.create_task(self._attempt(due, lane), name=f"webhook {due.id}")
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)

    async def _attempt(self, due: Due, lane: _Lane) -> None:
        try:
            outcome = await self._poster.post(due)
            lane.learn(succeeded=outcome.attempt.succeeded)
            await self._record(due, outcome)
        finally:
            lane.under_way.discard(due.seq)
            self._woken.set()

    async def _record(self, due: Due, outcome: Outcome) -> None:
        """Record an attempt until it is recorded: sending again instead would repeat it."""
        waits = [timedelta(seconds=s * (1 + JITTER * self._chance())) for s in self._schedule]
        while True:
            try:
                await self._db.write(
                    webhook_queue.attempted, due.seq, outcome.attempt, waits, outcome.pause
                )
            except Exception as error:  # whatever it is, the endpoint is not to suffer from it
                log.warning("cannot record an attempt", delivery=str(due.id), exc_info=error)
                await asyncio.sleep(AGAIN_AFTER)
            else:
                return
