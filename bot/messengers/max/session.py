"""An aiogram bot whose other side is MAX: each method is looked up in a table and translated.

How updates come in is the business of `updates` and `feed`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteMessages,
    DeleteWebhook,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    GetChat,
    GetChatAdministrators,
    GetChatMember,
    GetFile,
    GetMe,
    GetWebhookInfo,
    SendMediaGroup,
    SendMessage,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType

from bot.messengers.max.chats import Chats
from bot.messengers.max.connection import MaxApi
from bot.messengers.max.downloads import Downloads
from bot.messengers.max.posting import NOT_READY_WAITS, Posting, is_group
from bot.messengers.max.sending import FILES, Sending
from bot.messengers.max.subscriptions import Subscriptions
from bot.pace import Pace
from bot.pacing import Limits, PacedRequests, pace_of
from storage.database import Database

Translation = Callable[[Bot, Any], Awaitable[Any]]
Table = Mapping[type[TelegramMethod[Any]], Translation]

AIOGRAM_TOKEN = "0:max"
"""aiogram wants a token with a number in it, which is the bot's `id`; MAX's own has none, and
stays out of aiogram's reach."""
WHEREVER = TelegramAPIServer(base="", file="{path}")
"""The path of a file in MAX is its whole address."""


class MaxSession(BaseSession):
    """Translates aiogram's methods to calls of `api`. What MAX has nothing like is refused with
    TelegramBadRequest."""

    def __init__(
        self, api: MaxApi, db: Database, pace: Pace, waits: Sequence[float] = NOT_READY_WAITS
    ) -> None:
        super().__init__(api=WHEREVER)
        self._max = api
        self._table = _table(api, Posting(api, db, pace, waits))
        self.middleware(PacedRequests(pace, is_group))

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 (aiogram's own signature)
    ) -> TelegramType:
        translation = self._table.get(type(method))
        if translation is None:
            name = method.__api_method__
            raise TelegramBadRequest(method, f"Bad Request: MAX has nothing like {name}")
        return cast(TelegramType, await translation(bot, method))

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 (aiogram's own signature)
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """A file's bytes. Raises what aiohttp raises, the address in its words."""
        stream = self._max.stream(
            url, seconds=timeout, chunk_size=chunk_size, raise_for_status=raise_for_status
        )
        async for chunk in stream:
            yield chunk

    async def close(self) -> None:
        await self._max.close()


def _table(api: MaxApi, posting: Posting) -> Table:
    chats = Chats(api)
    sending = Sending(api, posting)
    subscriptions = Subscriptions(api)
    return {
        SendMessage: sending.message,
        **dict.fromkeys(FILES, sending.file),
        SendMediaGroup: sending.album,
        EditMessageText: sending.edit_text,
        EditMessageCaption: sending.edit_caption,
        EditMessageReplyMarkup: sending.edit_keyboard,
        DeleteMessage: sending.delete,
        DeleteMessages: sending.delete_all,
        AnswerCallbackQuery: sending.answer,
        GetFile: Downloads(api).file,
        GetMe: chats.me,
        GetChat: chats.chat,
        GetChatAdministrators: chats.administrators,
        GetChatMember: chats.member,
        SetMyCommands: chats.set_commands,
        GetWebhookInfo: subscriptions.info,
        SetWebhook: subscriptions.set,
        DeleteWebhook: subscriptions.delete,
    }


class MaxBot(Bot):
    """The bot behind a MAX token. `max` makes calls that aiogram has no method for, such as those
    for updates; `pace` has the windows of sends, which whoever sends waits for.

    `waits` are seconds between tries of a message whose file is not ready.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        db: Database,
        limits: Limits,
        waits: Sequence[float] = NOT_READY_WAITS,
    ) -> None:
        self.max = MaxApi(token, api_url)
        self.pace = pace_of(limits)
        super().__init__(AIOGRAM_TOKEN, session=MaxSession(self.max, db, self.pace, waits))
