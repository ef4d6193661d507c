"""How MAX's updates come in: by its marker or by a webhook, each once, with numbers for messages.

What they mean is told by `updates`. https://dev.max.ru/docs-api/methods/GET/updates
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram.types import Update

from bot.messengers.max.incoming import Json, parts_of
from bot.messengers.max.session import MaxBot
from bot.messengers.max.updates import (
    KINDS,
    Known,
    actor_in,
    answered_in,
    chat_type_in,
    message_in,
    mid_in,
    translate,
)
from storage import inbox, max_messages
from storage.database import Database
from storage.model import Channel
from storage.transaction import Transaction

log = structlog.get_logger()

POLL_SECONDS = 25
"""How long one request waits for updates at MAX, which waits for 30 at most."""
BATCH = 100
POLLS, POLLS_WINDOW = 2, 1.05
"""MAX allows so many requests a second: so many in a window of so many seconds, a little more."""
MUTE = "MAX tells of a message, but not whose it is or what it says: voice messages come so"
"""https://github.com/max-messenger/max-bot-api-client-ts/issues/250: round videos do too."""
NOBODY = 0
"""The lane of updates whose chat is unknown."""

MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
"""What an update raises whose shape is another than MAX promises."""


class MaxFeed:
    """The way in of one bot; see `bot.messengers.Feed`."""

    secret_header = "X-Max-Bot-Api-Secret"
    kinds = KINDS

    def __init__(self, bot: MaxBot) -> None:
        self._bot = bot

    def reader(self, db: Database) -> "MaxReader":
        return MaxReader(self._bot, db)

    def take_in(self, tx: Transaction, updates: Sequence[Any]) -> None:
        """Raises ValueError for what is no update."""
        if not all(map(_is_update, updates)):
            raise ValueError("no update of MAX's")
        take_in(tx, updates)

    def album_of(self, payload: Json) -> str | None:
        """None: an album is one message in MAX, and so one row."""
        return None

    def parse(self, payload: Json) -> Sequence[Update]:
        return translate(Known(**payload), self._bot)


class MaxReader:
    """Polling. The marker is in the database, committed with the updates that came before it."""

    def __init__(self, bot: MaxBot, db: Database) -> None:
        self._max = bot.max
        self._db = db
        # When the last polls were answered, by which MAX had counted them. A desk that ended a
        # moment ago may have polled just before.
        self._answered = deque([asyncio.get_running_loop().time()] * POLLS, maxlen=POLLS)

    async def read(self, *, wait: bool) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._answered[0] + POLLS_WINDOW - loop.time())
        marker = await self._db.read(inbox.position, Channel.MAX)
        seconds = POLL_SECONDS if wait else 0
        try:
            answer = await self._max.call(
                "GET",
                "/updates",
                query={"marker": marker, "limit": BATCH, "timeout": seconds},
                seconds=seconds + 15,
            )
        finally:
            self._answered.append(loop.time())
        updates, following = answer.get("updates") or [], answer.get("marker")
        if updates or following != marker:
            await self._db.write(take_in, updates, following)


def take_in(tx: Transaction, updates: Sequence[Any], marker: int | None = None) -> None:
    """Put updates into the inbox, those that mean something, and move the feed to `marker`.

    One of a shape that nobody knows stops no other, and is kept too: it is set aside for a look.
    """
    rows = []
    for update in updates:
        if not _is_update(update):
            log.warning("what MAX sent is no update", channel=Channel.MAX.value)
        elif update["update_type"] in KINDS:
            if update["update_type"] == "message_created" and not update.get("message"):
                log.warning(MUTE, channel=Channel.MAX.value)
            known = _find_out(tx, update)
            rows.append((known.update_id, _lane(known), known._asdict()))
    inbox.add(tx, Channel.MAX, rows, marker)


def _is_update(update: object) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_type"), str)


def _lane(known: Known) -> int:
    if known.chat_id is not None:
        return known.chat_id
    try:
        return int(actor_in(known.update).get("user_id") or NOBODY)
    except MALFORMED:
        return NOBODY


def _find_out(tx: Transaction, update: Json) -> Known:
    """The update with its chat and the numbers of its messages, which are given here."""
    update_id = NOBODY
    try:
        update_id = identity(update)
        chat_id = _chat_of(tx, update)
        if chat_id is None:
            # What was said where nobody knows is kept for a look.
            return Known(update, update_id, None, None if message_in(update) else [], None)
        user_id = actor_in(update).get("user_id")
        if isinstance(user_id, int) and _is_dialog(update, chat_id):
            max_messages.met(tx, user_id, chat_id)
        numbers: list[int] = []
        if message := message_in(update):
            mid = mid_in(update) or f"update {update_id}"
            numbers = max_messages.remember(tx, chat_id, mid, len(parts_of(message)))
        answered = answered_in(update)
        if answered is None:
            return Known(update, update_id, chat_id, numbers, None)
        [number, *_] = max_messages.remember(tx, chat_id, answered)
        return Known(update, update_id, chat_id, numbers, number)
    except MALFORMED:
        return Known(update, update_id or _digest(update), None, None, None)


def _chat_of(tx: Transaction, update: Json) -> int | None:
    """Where it happened. Presses may come without the chat, or without any message."""
    recipient = message_in(update).get("recipient") or {}
    chat_id = update.get("chat_id") or recipient.get("chat_id")
    if chat_id is not None:
        return int(chat_id)
    mid = mid_in(update)
    known = None if mid is None else max_messages.chat_of(tx, mid)
    if known is not None or recipient.get("chat_type") in ("chat", "channel"):
        return known
    user_id = actor_in(update).get("user_id")
    return None if user_id is None else max_messages.dialog_of(tx, int(user_id))


def _is_dialog(update: Json, chat_id: int) -> bool:
    kind = chat_type_in(update)
    return kind == "dialog" or (kind is None and chat_id > 0)


def identity(update: Json) -> int:
    """A number that a repeat of the same update has too: MAX's updates have none of their own."""
    callback, message = update.get("callback") or {}, message_in(update)
    body = message.get("body") or {}
    linked = (message.get("link") or {}).get("message") or {}
    return _digest(
        [
            update.get("update_type"),
            update.get("timestamp"),
            update.get("chat_id"),
            update.get("user_id"),
            update.get("payload"),
            actor_in(update).get("user_id"),
            callback.get("callback_id"),
            callback.get("timestamp"),
            callback.get("payload"),
            message.get("timestamp"),
            body.get("mid") or linked.get("mid"),  # what only passes on has no body
            body.get("text"),
        ]
    )


def _digest(of: object) -> int:
    """63 bits: what a column of integers takes."""
    text = json.dumps(of, sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1
