"""Telegram: its bot, its limits, and how its updates come in.

Facts are from https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from bot.messengers import Capabilities, Messenger
from bot.pace import Pace, Window
from bot.pacing import PacedRequests
from storage.model import Channel

Scope = Literal["all", "chat", "group"]

CAPABILITIES = Capabilities(
    topics=True,
    reactions=True,
    text_limit=4096,
    caption_limit=1024,
    album_limit=10,
    download_limit=20 * 1024 * 1024,
)

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
    timeout: int = 25
    allowed_updates: list[str] = ALLOWED_UPDATES


def build(token: str, api_url: str, limits: Mapping[Scope, tuple[int, float]]) -> Messenger:
    """Telegram behind `token` at the base URL `api_url`.

    `limits` are messages in so many seconds, by scope: all, chat, group.
    """
    windows = {scope: Window(*window) for scope, window in limits.items()}
    pace = Pace(everybody=windows.get("all"), chat=windows.get("chat"), group=windows.get("group"))
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    session.middleware(PacedRequests(pace, is_group))
    bot = Bot(token, session=session)

    def parse(payload: Mapping[str, Any]) -> Update:
        return Update.model_validate(payload, context={"bot": bot})

    return Messenger(
        channel=Channel.TELEGRAM,
        bot=bot,
        capabilities=CAPABILITIES,
        pace=pace,
        is_group=is_group,
        parse=parse,
        start_link=lambda username, payload: f"https://t.me/{username}?start={payload}",
    )


def is_group(chat_id: int) -> bool:
    """Users' chats have positive ids, groups and channels negative ones."""
    return chat_id < 0


def lane_of(update: Mapping[str, Any]) -> int:
    """The chat that an update belongs to, whose updates are handled in order; 0 without one."""
    for event in _events(update):
        inner = event.get("message")
        for place in (event, inner if isinstance(inner, Mapping) else {}):
            chat = place.get("chat")
            if isinstance(chat, Mapping) and isinstance(chat.get("id"), int):
                return int(chat["id"])
        sender = event.get("from")
        if isinstance(sender, Mapping) and isinstance(sender.get("id"), int):
            return int(sender["id"])
    return 0


def _events(update: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (event for event in update.values() if isinstance(event, Mapping))
