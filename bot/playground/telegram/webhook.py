"""Webhook mode: posts updates to the bot in order, each until it is taken.

https://core.telegram.org/bots/api#setwebhook. Nothing outside this machine is ever called:
public addresses lead where `routes` were told, as a reverse proxy would.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

import aiohttp

from ..stand_in.changes import Changes
from ..stand_in.routes import Routes
from .updates import Pending, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
ANSWER_TIMEOUT = 10.0


@dataclass(slots=True)
class Webhook:
    """The bot's webhook and how its last failed delivery ended."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: the update's id, and the status, or 0 where no answer came."""

    update_id: int
    status: int


class WebhookSender:
    """Delivers pending updates one at a time while a webhook is set."""

    def __init__(self, updates: Updates, changes: Changes) -> None:
        self.current: Webhook | None = None
        self.attempts: list[Attempt] = []
        self._updates = updates
        self._changes = changes
        self.routes = Routes()
        self._task: asyncio.Task[None] | None = None

    def set(self, webhook: Webhook | None) -> None:
        """Starts delivering there; None stops."""
        self.current = webhook
        self._updates.webhook_set(webhook is not None)
        self.stop()
        self.start()

    def start(self) -> None:
        """Delivers, if a webhook is set and nothing delivers yet."""
        if self.current is not None and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(self.current))

    def stop(self) -> None:
        """Stops delivering; the setting stays."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, webhook: Webhook) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
        pause = FIRST_PAUSE
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                pending = self._updates.first()
                if pending is None:
                    await self._updates.arrived.wait()
                elif await self._deliver(session, webhook, pending):
                    self._updates.done(pending)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    async def _deliver(
        self, session: aiohttp.ClientSession, webhook: Webhook, pending: Pending
    ) -> bool:
        address = self.routes.local(webhook.url)
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        status, problem = 0, "Failed to resolve host: Name or service not known"
        try:
            if address is not None:
                data = json.dumps(pending.body).encode()
                async with session.post(
                    address, data=data, headers=headers, allow_redirects=False
                ) as answer:
                    status = answer.status
                    problem = f"Wrong response from the webhook: {status} {answer.reason}"
        except TimeoutError:
            problem = "Read timeout expired"
        except aiohttp.ClientError as error:
            refused = isinstance(error, aiohttp.ClientConnectorError)
            problem = "Connection refused" if refused else "Webhook connection closed"
        self.attempts.append(Attempt(pending.id, status))
        taken = 200 <= status < 300
        if not taken:
            webhook.last_error_date, webhook.last_error_message = int(time.time()), problem
        self._changes.tell("webhook")
        return taken
