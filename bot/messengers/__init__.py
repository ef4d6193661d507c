"""What the rest of the bot knows of a messenger: its bot, its abilities, its pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.types import Update

from bot.pace import Pace
from storage.model import Channel, Chat


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What differs between messengers. Lengths in UTF-16 units after entities; sizes in bytes."""

    topics: bool
    reactions: bool
    text_limit: int
    caption_limit: int
    album_limit: int
    download_limit: int


@dataclass(slots=True)
class Messenger:
    """A messenger that the desk talks through. `username` is unknown until it was first reached."""

    channel: Channel
    bot: Bot
    capabilities: Capabilities
    pace: Pace
    is_group: Callable[[int], bool]
    parse: Callable[[Mapping[str, Any]], Update]
    start_link: Callable[[str, str], str]
    username: str | None = None

    def chat(self, chat_id: int) -> Chat:
        return Chat(self.channel, chat_id)

    def deeplink(self, payload: str) -> str | None:
        """The link that opens the bot with `payload`; None while the bot's name is unknown."""
        return None if self.username is None else self.start_link(self.username, payload)
