"""The pace, applied to every request of a bot: whoever makes a message waits for a turn first."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Literal

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.pace import Pace, Window
from bot.turn import Turn

MAKES_A_MESSAGE = frozenset(
    [
        "copyMessage",
        "copyMessages",
        "forwardMessage",
        "forwardMessages",
        "sendAnimation",
        "sendAudio",
        "sendContact",
        "sendDice",
        "sendDocument",
        "sendLocation",
        "sendMediaGroup",
        "sendMessage",
        "sendPhoto",
        "sendPoll",
        "sendSticker",
        "sendVenue",
        "sendVideo",
        "sendVideoNote",
        "sendVoice",
    ]
)
"""Methods that the messengers' limits on messages count; an album is one."""

Limits = Mapping[Literal["all", "chat", "group"], tuple[int, float]]
"""So many messages in so many seconds, by scope; a scope that is left out has no limit."""

SCREEN = 0
"""Priority of what is shown directly: a customer waits for it, as for an answer."""

current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)
"""The turn that the sender took already for the request that it is about to make."""


def pace_of(limits: Limits) -> Pace:
    windows = {scope: Window(*window) for scope, window in limits.items()}
    return Pace(everybody=windows.get("all"), chat=windows.get("chat"), group=windows.get("group"))


class PacedRequests(BaseRequestMiddleware):
    """Waits for a turn before a message is made, and passes `retry_after` on to the pace.

    A screen that was refused by a limit is asked for again when its turn comes.
    """

    def __init__(self, pace: Pace, is_group: Callable[[int], bool]) -> None:
        self._pace = pace
        self._is_group = is_group

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        chat_id = getattr(method, "chat_id", None)
        if not isinstance(chat_id, int):
            return await make_request(bot, method)
        makes_a_message = method.__api_method__ in MAKES_A_MESSAGE
        while True:
            turn = None
            if makes_a_message and current_turn.get() is None:
                turn = await self._pace.turn(
                    chat_id, group=self._is_group(chat_id), priority=SCREEN
                )
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as limit:
                _void(turn)
                self._pace.pause(chat_id, limit.retry_after)
                if turn is None:
                    raise
            except TelegramAPIError as error:
                if made_nothing(error):
                    _void(turn)
                raise
            finally:
                if turn is not None:
                    turn.done()


def made_nothing(error: Exception) -> bool:
    """Whether the messenger surely made no message: it refused, rather than fell silent."""
    return isinstance(error, TelegramAPIError) and not isinstance(
        error, TelegramNetworkError | TelegramServerError
    )


def _void(turn: Turn | None) -> None:
    if turn is not None:
        turn.void()
