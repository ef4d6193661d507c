"""A webhook sender at work for one project, and a clock that leaps to what is due next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from api.guard import Guard
from api.webhook_sender import WebhookSender
from storage.database import Database
from storage.deliveries import Delivery
from storage.webhooks import Webhook
from tests.storage.post import Clock, Post, open_post

SCHEDULE = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)
"""The default of DESKWIRE_WEBHOOK_RETRY_SCHEDULE."""


class Health:
    """What the sender said last of itself; None is well."""

    reason: str | None = None

    def bad(self, part: str, reason: str) -> bool:
        self.reason = f"{part}: {reason}"
        return True

    def good(self, part: str) -> bool:
        self.reason = None
        return True


class Office:
    """Time stands still while anything is under way, and leaps when the sender would sleep.

    `chance` is what the sender draws, from 0 to 1.
    """

    def __init__(self, post: Post, clock: Clock) -> None:
        self.post = post
        self.clock = clock
        self.health = Health()
        self.chance = 0.0
        self.plans: list[tuple[datetime, Callable[[], Awaitable[None]]]] = []
        self.sender: WebhookSender
        self._running: asyncio.Task[None]

    def at(self, after: timedelta, plan: Callable[[], Awaitable[None]]) -> None:
        """Have something happen at that time."""
        self.plans.append((self.clock() + after, plan))
        self.plans.sort(key=lambda each: each[0])

    async def leap(self, woken: asyncio.Event, seconds: float | None) -> None:
        """Stand in for the sender's pause."""
        if woken.is_set() or self.sender.under_way or (seconds is None and not self.plans):
            await woken.wait()
            return
        until = None if seconds is None else self.clock() + timedelta(seconds=seconds)
        if self.plans and (until is None or self.plans[0][0] <= until):
            self.clock.now, plan = self.plans.pop(0)
            await plan()
        elif until is not None:
            self.clock.now = until

    def start(self, schedule: Sequence[float] = SCHEDULE, *, guard: Guard | None = None) -> None:
        self.sender = WebhookSender(
            self.post.db,
            schedule=schedule,
            guard=guard or Guard(allow_private=True),
            health=self.health,
            pause=self.leap,
            chance=lambda: self.chance,
        )
        self._running = asyncio.create_task(self.sender.run())

    async def stop(self, seconds: float = 5) -> None:
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        await self.sender.finish(seconds)

    async def recorded(self, webhook: Webhook, count: int = 1) -> list[Delivery]:
        """The endpoint's deliveries, once so many ended."""
        with self.post.db.listen("webhooks") as news:
            async with asyncio.timeout(30):
                while True:
                    news.clear()
                    record = await self.post.record(webhook)
                    if sum(each.status != "pending" for each in record) >= count:
                        return record
                    await news.wait()


@asynccontextmanager
async def office_in(folder: Path) -> AsyncIterator[Office]:
    """An office whose sender runs already."""
    clock = Clock()
    db = await Database.open(folder / "desk.db", clock=clock)
    office = Office(await open_post(db, clock), clock)
    office.start()
    try:
        yield office
    finally:
        await office.stop()
        await db.close()


@asynccontextmanager
async def sender_of(db: Database) -> AsyncIterator[None]:
    """A sender at work for a desk whose clock stands still, so that nothing is tried again."""
    guard = Guard(allow_private=True)
    sender = WebhookSender(db, schedule=(5.0,), guard=guard, health=Health())
    running = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await sender.finish(5)
