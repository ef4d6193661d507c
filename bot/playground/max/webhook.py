"""Webhook mode: posts updates to the bot in order, each until it is taken.

https://dev.max.ru/docs-api/methods/POST/subscriptions. Pauses between attempts are short, as no
test can wait for MAX's minutes; the 8 hours after which MAX gives up go by the messenger's clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from ..stand_in.changes import Changes
from ..stand_in.checks import Json
from ..stand_in.routes import Routes
from .updates import Pending, Updates

SECRET_HEADER = "X-Max-Bot-Api-Secret"
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
ANSWER_TIMEOUT = 30.0
GIVES_UP_AFTER = 8 * 3600


@dataclass(slots=True)
class Subscription:
    """One webhook. `types` None means all; `failing_since` is the clock at its first failure."""

    url: str
    time: int
    secret: str | None = None
    types: list[str] | None = None
    failing_since: float | None = None

    def wants(self, pending: Pending) -> bool:
        """Whether that update is for it, and it has not taken it yet."""
        return pending.kind in (self.types or [pending.kind]) and self.url not in pending.taken

    def to_api(self) -> Json:
        """The Subscription object."""
        return {"url": self.url, "time": self.time, "update_types": self.types}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: the update's number, and the status, or 0 where no answer came."""

    update_id: int
    status: int


class WebhookSender:
    """Delivers pending updates one at a time while there is a subscription."""

    def __init__(self, updates: Updates, changes: Changes, clock: Callable[[], float]) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.attempts: list[Attempt] = []
        self.routes = Routes()
        self._updates = updates
        self._changes = changes
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, subscription: Subscription) -> None:
        """Delivers there from now on; the same URL once more replaces what it asked for."""
        self.subscriptions[subscription.url] = subscription
        self._changed()

    def unsubscribe(self, url: str) -> bool:
        """Delivers there no more; whether it did."""
        found = self.subscriptions.pop(url, None)
        self._changed()
        return found is not None

    def _changed(self) -> None:
        self._updates.webhook_set(bool(self.subscriptions))
        self.stop()
        self.start()
        self._changes.tell("webhook")

    def start(self) -> None:
        """Delivers, if there is a subscription and nothing delivers yet."""
        if self.subscriptions and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Stops delivering; the subscriptions stay."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
        pause = FIRST_PAUSE
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while self.subscriptions:
                pending = self._updates.first()
                if pending is None:
                    await self._updates.arrived.wait()
                elif await self._deliver(session, pending):
                    self._updates.done(pending)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> bool:
        """Whether everybody who wants the update has it now."""
        waiting = [item for item in self.subscriptions.values() if item.wants(pending)]
        for subscription in waiting:
            status = await self._post(session, subscription, pending)
            self.attempts.append(Attempt(pending.number, status))
            if status == 200:
                pending.taken.add(subscription.url)
                subscription.failing_since = None
            else:
                self._count_failure(subscription)
            self._changes.tell("webhook")
        return all(item.url in pending.taken for item in waiting)

    async def _post(
        self, session: aiohttp.ClientSession, subscription: Subscription, pending: Pending
    ) -> int:
        address = self.routes.local(subscription.url)
        if address is None:
            return 0
        headers = {"Content-Type": "application/json"}
        if subscription.secret:
            headers[SECRET_HEADER] = subscription.secret
        data = json.dumps(pending.body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            async with session.post(
                address, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (TimeoutError, aiohttp.ClientError):
            return 0

    def _count_failure(self, subscription: Subscription) -> None:
        """MAX unsubscribes a bot that gave no good answer for 8 hours."""
        now = self._clock()
        if subscription.failing_since is None:
            subscription.failing_since = now
        elif now - subscription.failing_since >= GIVES_UP_AFTER:
            self.subscriptions.pop(subscription.url, None)
            self._updates.webhook_set(bool(self.subscriptions))
