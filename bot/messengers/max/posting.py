"""Messages in MAX by the numbers that aiogram knows them by: made, edited, deleted, in their turn.

MAX names messages by strings; `storage.max_messages` has a number for each, and for an album,
which is one message in MAX, a number for each part.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.methods import TelegramMethod

from bot.messengers.max.connection import Json, MaxApi, misunderstood
from bot.messengers.max.errors import (
    CHAT_NOT_FOUND,
    EDIT_NOT_FOUND,
    REPLY_NOT_FOUND,
    NothingThere,
    NotReady,
)
from bot.outgoing.recording import record
from bot.pace import Pace
from bot.pacing import made_nothing
from storage import max_messages
from storage.database import Database

T = TypeVar("T")

NOT_READY_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between tries of a message whose file MAX still works on."""
BEYOND_IDS = 2**64
"""Keeps apart, in the pace of sends, what is counted apart: chat ids have 64 bits."""


class Counted(IntEnum):
    """What MAX counts beside sends, each by itself in a chat, together in all."""

    EDIT = 1
    DELETION = 2
    ANSWER = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A message that MAX made: the numbers of its parts."""

    ids: list[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """The message that a new one answers; not `needed` where it may go without."""

    message_id: int
    needed: bool


def is_group(chat_id: int) -> bool:
    """Groups have negative ids, dialogs positive ones, as in all samples of dev.max.ru/docs-api."""
    return chat_id < 0


class Posting:
    """Sends have taken their turns before they get here: see `bot.pacing`."""

    def __init__(
        self, api: MaxApi, db: Database, pace: Pace, waits: Sequence[float] = NOT_READY_WAITS
    ) -> None:
        self._api = api
        self._db = db
        self._pace = pace
        self._waits = waits

    async def send(
        self,
        method: TelegramMethod[Any],
        query: Json,
        body: Json,
        *,
        parts: int = 1,
        reply: Reply | None = None,
    ) -> Made:
        """Make a message in the chat that `query` names; one of several files has `parts`."""
        answer = await self._send_reply(method, query, body, reply)
        try:
            mid = str(answer["message"]["body"]["mid"])
        except (KeyError, TypeError) as error:
            raise misunderstood(answer, error) from error
        remember = max_messages.remember
        ids = await record(self._db, remember, query["chat_id"], mid, parts)
        return Made(ids, self._db.clock())

    async def _send_reply(
        self, method: TelegramMethod[Any], query: Json, body: Json, reply: Reply | None
    ) -> Json:
        if reply is None:
            return await self._send(method, query, body)
        if place := await self._db.read(max_messages.mid_of, reply.message_id):
            link = {"type": "reply", "mid": place[1]}
            try:
                return await self._send(method, query, body | {"link": link})
            except TelegramBadRequest:
                # MAX does not say how it refuses a reply to what is gone, nor a file that is.
                if reply.needed and await self._is_there(method, place[1]):
                    raise
        if reply.needed:
            raise TelegramBadRequest(method, REPLY_NOT_FOUND)
        return await self._send(method, query, body)

    async def _is_there(self, method: TelegramMethod[Any], mid: str) -> bool:
        """Whether a message is not gone; where MAX does not tell, it is taken to be there."""
        query = {"message_ids": [mid]}
        try:
            found = await self._api.call("GET", "/messages", query=query, method=method)
        except NothingThere:
            return False
        except (TelegramBadRequest, TelegramForbiddenError):
            return True
        return bool(found.get("messages"))

    async def _send(self, method: TelegramMethod[Any], query: Json, body: Json) -> Json:
        for wait in self._waits:
            try:
                return await self._post(method, query, body)
            except NotReady:
                await asyncio.sleep(wait)
        return await self._post(method, query, body)

    async def _post(self, method: TelegramMethod[Any], query: Json, body: Json) -> Json:
        try:
            return await self._api.call("POST", "/messages", query=query, body=body, method=method)
        except NothingThere as error:
            if "link" in body or _has_files(body):
                raise
            raise TelegramBadRequest(method, CHAT_NOT_FOUND) from error

    async def edit(self, method: TelegramMethod[Any], message_id: int | None, body: Json) -> None:
        """Replace what `body` names of a message."""
        place = await self._db.read(max_messages.mid_of, message_id or 0)
        if place is None:
            raise TelegramBadRequest(method, EDIT_NOT_FOUND)
        chat_id, mid = place
        query = {"message_id": mid}
        await self.paced(
            Counted.EDIT,
            chat_id,
            lambda: self._api.call("PUT", "/messages", query=query, body=body, method=method),
        )

    async def delete(self, method: TelegramMethod[Any], message_ids: Sequence[int]) -> bool:
        """Take messages away, an album as a whole; whether all of them were there."""
        places = [await self._db.read(max_messages.mid_of, each) for each in message_ids]
        found = dict.fromkeys(place for place in places if place is not None)
        there = [await self._delete(method, *place) for place in found]
        return all(there) and None not in places

    async def _delete(self, method: TelegramMethod[Any], chat_id: int, mid: str) -> bool:
        query = {"message_id": mid}
        try:
            await self.paced(
                Counted.DELETION,
                chat_id,
                lambda: self._api.call("DELETE", "/messages", query=query, method=method),
            )
        except NothingThere:
            return False
        return True

    async def paced(self, counted: Counted, chat_id: int, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call in its turn, and again when a limit refused it: then it did nothing."""
        key = chat_id + counted * BEYOND_IDS
        group = is_group(chat_id)
        while True:
            turn = await self._pace.turn(key, group=group, priority=int(group))
            try:
                return await call()
            except TelegramRetryAfter as limit:
                turn.void()
                self._pace.pause(key, limit.retry_after)
            except TelegramAPIError as error:
                if made_nothing(error):
                    turn.void()
                raise
            finally:
                turn.done()


def _has_files(body: Json) -> bool:
    """Whether a message names more that may not be there than its chat."""
    return any(each["type"] != "inline_keyboard" for each in body.get("attachments") or ())
