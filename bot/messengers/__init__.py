"""What the rest of the bot knows of a messenger: its bot, its abilities, its pace, its way in."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiogram import Bot
from aiogram.types import Update

from bot.pace import Pace
from storage.database import Database
from storage.model import Channel, Chat
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What differs between messengers. Lengths in UTF-16 units after entities; sizes in bytes.

    Kinds of files may share an album where `albums` names the same group for them.
    `privacy_mode`: a setting of the bot's owner lets it read groups; else only its rights there do.
    """

    topics: bool
    privacy_mode: bool
    text_limit: int
    caption_limit: int
    albums: Mapping[str, str]
    album_limit: int
    download_limit: int


class Reader(Protocol):
    """Reads updates by polling; what it read last is confirmed by what it reads next."""

    async def read(self, *, wait: bool) -> None:
        """Ask once for updates, `wait` for some where there are none, and commit them to the inbox.

        Raises aiogram's errors, TelegramConflictError where a webhook stands in the way, and
        Unavailable.
        """


class Feed(Protocol):
    """How a messenger's updates come in, and what they mean; `intake` and the lanes ask it."""

    @property
    def secret_header(self) -> str:
        """The header of a webhook's request that has the secret."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of updates that mean something to the desk, as the messenger calls them."""

    def reader(self, db: Database) -> Reader: ...

    def take_in(self, tx: Transaction, updates: Sequence[Any]) -> None:
        """Put updates, as they came, into the inbox. Raises ValueError, KeyError or TypeError for
        what is none."""

    def album_of(self, payload: Mapping[str, Any]) -> str | None:
        """The album that an inbox row is a part of, where the other parts are other rows."""

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Update]:
        """An inbox row's updates: several for an album in one row, none where nothing is meant."""


@dataclass(slots=True)
class Messenger:
    """A messenger that the desk talks through. `username` is unknown until it was first reached;
    `idle` is set while none of its updates is being handled."""

    channel: Channel
    bot: Bot
    capabilities: Capabilities
    pace: Pace
    is_group: Callable[[int], bool]
    feed: Feed
    start_link: Callable[[str, str], str]
    username: str | None = None
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.idle.set()

    def chat(self, chat_id: int) -> Chat:
        return Chat(self.channel, chat_id)

    def deeplink(self, payload: str) -> str | None:
        """The link that opens the bot with `payload`; None while the bot's name is unknown."""
        return None if self.username is None else self.start_link(self.username, payload)
