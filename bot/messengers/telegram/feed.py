"""How Telegram's updates come in: by getUpdates and its offset, or by a webhook.

Facts are from https://core.telegram.org/bots/api#getting-updates.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from storage import inbox
from storage.database import Database
from storage.model import Channel
from storage.transaction import Transaction

POLL_SECONDS = 25
"""How long one request waits for updates at Telegram."""
FORGET_OFFSET_AFTER = 24 * 3600.0
"""After a week without updates Telegram may go on with any id, lower ones too: an idle poll starts
afresh long before, and the inbox refuses what it has (core.telegram.org/bots/api#update)."""

ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
]


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates that leaves updates as they came: one of an unknown shape stops no other."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = POLL_SECONDS
    allowed_updates: list[str] = ALLOWED_UPDATES


class TelegramFeed:
    """The way in of one bot; see `bot.messengers.Feed`."""

    secret_header = "X-Telegram-Bot-Api-Secret-Token"
    kinds = ALLOWED_UPDATES

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def reader(self, db: Database) -> "TelegramReader":
        return TelegramReader(self._bot, db)

    def take_in(self, tx: Transaction, updates: Sequence[Any]) -> None:
        take_in(tx, updates)

    def album_of(self, payload: Mapping[str, Any]) -> str | None:
        message = payload.get("message")
        group = message.get("media_group_id") if isinstance(message, dict) else None
        return None if group is None else str(group)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Update]:
        return [Update.model_validate(payload, context={"bot": self._bot})]


class TelegramReader:
    """Polling; an update is confirmed by the next request, once it is committed."""

    def __init__(self, bot: Bot, db: Database) -> None:
        self._bot = bot
        self._db = db
        self._offset: int | None = None
        self._last = 0.0

    async def read(self, *, wait: bool) -> None:
        loop = asyncio.get_running_loop()
        if self._offset is not None and loop.time() - self._last > FORGET_OFFSET_AFTER:
            self._offset = None
        seconds = POLL_SECONDS if wait else 0
        updates = await self._bot(
            GetRawUpdates(offset=self._offset, timeout=seconds), request_timeout=seconds + 15
        )
        if updates:
            await self._db.write(take_in, updates)
            self._offset = max(int(update["update_id"]) for update in updates) + 1
            self._last = loop.time()


def take_in(tx: Transaction, updates: Sequence[Mapping[str, Any]]) -> None:
    """Put updates into the inbox. Raises ValueError, KeyError or TypeError for what is none."""
    rows = [(int(update["update_id"]), lane_of(update), update) for update in updates]
    inbox.add(tx, Channel.TELEGRAM, rows)


def lane_of(update: Mapping[str, Any]) -> int:
    """The chat that an update belongs to, whose updates are handled in order; 0 without one."""
    for event in _events(update):
        inner = event.get("message")
        for place in (event, inner if isinstance(inner, dict) else {}):
            chat = place.get("chat")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
        sender = event.get("from")
        if isinstance(sender, dict) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


def _events(update: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (event for event in update.values() if isinstance(event, dict))
