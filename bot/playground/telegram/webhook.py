"""Webhook mode: where updates go, and what became of the last that was not taken.

https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import aiohttp

from ..stand_in.changes import Changes
from ..stand_in.webhook import Attempt, Sender
from .updates import Pending, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
ANSWER_TIMEOUT = 10.0


@dataclass(slots=True)
class Webhook:
    """The bot's webhook and how its last failed delivery ended."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


class WebhookSender(Sender[Pending]):
    """Delivers to the one webhook that Telegram has for a bot."""

    def __init__(self, updates: Updates, changes: Changes) -> None:
        super().__init__(updates, changes, secret_header=SECRET_HEADER, patience=ANSWER_TIMEOUT)
        self.current: Webhook | None = None

    @property
    def active(self) -> bool:
        return self.current is not None

    def set(self, webhook: Webhook | None) -> None:
        """Starts delivering there; None stops."""
        self.current = webhook
        self._set()

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> bool:
        webhook = self.current
        assert webhook is not None
        address = self.routes.local(webhook.url)
        status, problem = 0, "Failed to resolve host: Name or service not known"
        try:
            if address is not None:
                async with self._post(session, address, webhook.secret, pending.body) as answer:
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
