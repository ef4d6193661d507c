"""Webhook mode: subscriptions, and when MAX gives one up.

https://dev.max.ru/docs-api/methods/POST/subscriptions. The 8 hours go by the messenger's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from ..stand_in.changes import Changes
from ..stand_in.checks import Json
from ..stand_in.webhook import Attempt, Sender
from .updates import Pending, Updates

SECRET_HEADER = "X-Max-Bot-Api-Secret"
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


class WebhookSender(Sender[Pending]):
    """Delivers to every subscription."""

    def __init__(self, updates: Updates, changes: Changes, clock: Callable[[], float]) -> None:
        super().__init__(updates, changes, secret_header=SECRET_HEADER, patience=ANSWER_TIMEOUT)
        self.subscriptions: dict[str, Subscription] = {}
        self._clock = clock

    @property
    def active(self) -> bool:
        return bool(self.subscriptions)

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
        self._set()
        self._changes.tell("webhook")

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> bool:
        waiting = [item for item in self.subscriptions.values() if item.wants(pending)]
        for subscription in waiting:
            status = await self._status(session, subscription, pending)
            self.attempts.append(Attempt(pending.id, status))
            if status == 200:
                pending.taken.add(subscription.url)
                subscription.failing_since = None
            else:
                self._count_failure(subscription)
            self._changes.tell("webhook")
        return all(item.url in pending.taken for item in waiting)

    async def _status(
        self, session: aiohttp.ClientSession, subscription: Subscription, pending: Pending
    ) -> int:
        address = self.routes.local(subscription.url)
        if address is None:
            return 0
        try:
            async with self._post(session, address, subscription.secret, pending.body) as answer:
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
            self._updates.webhook_set(self.active)
