"""Telegram: its bot, its limits, its abilities. How its updates come in is in `feed`.

Facts are from https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq.
"""

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bot.messengers import Capabilities, Messenger
from bot.messengers.telegram.feed import TelegramFeed
from bot.messengers.telegram.session import Session
from bot.pacing import Limits, PacedRequests, pace_of
from storage.model import Channel

CAPABILITIES = Capabilities(
    topics=True,
    privacy_mode=True,
    text_limit=4096,
    caption_limit=1024,
    # Photos and videos mix, documents and audio keep to themselves
    # (core.telegram.org/bots/api#sendmediagroup).
    albums={"photo": "picture", "video": "picture", "document": "document", "audio": "audio"},
    album_limit=10,
    download_limit=20 * 1024 * 1024,
)


def build(token: str, api_url: str, limits: Limits) -> Messenger:
    """Telegram behind `token` at the base URL `api_url`."""
    pace = pace_of(limits)
    session = Session(api=TelegramAPIServer.from_base(api_url))
    session.middleware(PacedRequests(pace, is_group))
    bot = Bot(token, session=session)
    return Messenger(
        channel=Channel.TELEGRAM,
        bot=bot,
        capabilities=CAPABILITIES,
        pace=pace,
        is_group=is_group,
        feed=TelegramFeed(bot),
        start_link=lambda username, payload: f"https://t.me/{username}?start={payload}",
    )


def is_group(chat_id: int) -> bool:
    """Users' chats have positive ids, groups and channels negative ones."""
    return chat_id < 0
