"""Sliding windows over messages made: what Telegram allows, kept to the letter.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..stand_in.windows import Limit, Windows
from .errors import too_many_requests
from .model import Chat


@dataclass(frozen=True, slots=True)
class Limits:
    """In all, in a private chat, in a group."""

    all: Limit = (30, 1.0)
    chat: Limit = (3, 3.0)
    group: Limit = (20, 60.0)


class Pace(Windows):
    """Applies the limits; None lets everything through."""

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.limits = limits

    def admit(self, chat: Chat, messages: int) -> None:
        """Counts the messages, or refuses the call: 429 with whole seconds to wait."""
        if self.limits is None:
            return
        own = self.limits.chat if chat.is_private else self.limits.group
        wait = self.take({"all": self.limits.all, chat.id: own}, messages)
        if wait > 0:
            raise too_many_requests(math.ceil(wait))
