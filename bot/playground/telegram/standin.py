"""The stand-in for Telegram: one messenger, one bot, and the people around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable

from aiohttp import web

from ..stand_in.checks import Json
from ..stand_in.running import Running
from .files import StoredFile
from .groups import BotRights, Group
from .limits import Limits
from .model import ANONYMOUS_ADMIN_ID, CHANNEL_BOT_ID, SERVICE_ID, Chat, User
from .people import Person
from .schema import load
from .server import Server
from .snapshot import chat_state
from .world import World

TELEGRAMS_OWN = (
    User(ANONYMOUS_ADMIN_ID, "Group", username="GroupAnonymousBot", is_bot=True),
    User(CHANNEL_BOT_ID, "Channel", username="Channel_Bot", is_bot=True),
    User(SERVICE_ID, "Telegram"),
)


class TelegramStandIn(Running):
    """Speaks the Bot API over HTTP to the bot under test, and plays the people by calls.

    `limits=None` lets everything through. `privacy` is the bot's privacy mode in groups.
    `clock` drives the limits and the ages of messages, and dates the calls; messages carry the
    real time.
    """

    world: World

    def __init__(
        self,
        token: str = "42:TEST-TOKEN",
        bot_username: str = "deskwire_bot",
        *,
        bot_name: str = "Deskwire",
        privacy: bool = False,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        bot = User(int(token.partition(":")[0]), bot_name, username=bot_username, is_bot=True)
        super().__init__(token, World(load(), bot, privacy=privacy, limits=limits, clock=clock))
        self.world.users.update({user.id: user for user in TELEGRAMS_OWN})

    def application(self) -> web.Application:
        return Server(self.world, self.token, self._line).application()

    # People and groups

    @property
    def bot(self) -> User:
        """The bot under test."""
        return self.world.bot

    def add_person(
        self,
        first_name: str,
        *,
        username: str | None = None,
        language: str | None = "en",
        last_name: str | None = None,
        id: int | None = None,
    ) -> Person:
        """Somebody who has not opened the bot yet, so that it can't write first."""
        user_id = id or 700_000_000 + self.world.number()
        return Person(self.world, User(user_id, first_name, last_name, username, language))

    def add_group(  # noqa: PLR0913 - a group is described by all of these
        self,
        title: str,
        *,
        owner: Person | None = None,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        forum: bool = False,
        supergroup: bool = True,
        bot_rights: BotRights = None,
        username: str | None = None,
        id: int | None = None,
    ) -> Group:
        """A group that exists already: no updates come of it.

        `bot_rights`: None makes the bot an administrator with the usual rights, a dict one with
        these, "member" a plain member, "absent" leaves it out. Without an owner one is made up.
        """
        number = self.world.number()
        chat_id = id or (-1_001_000_000_000 - number if supergroup else -4_000_000_000 - number)
        owner = owner or self.add_person(f"Owner of {title}")
        kind = "supergroup" if supergroup or forum else "group"
        group = Group(self.world, chat_id, kind, title, owner)
        group.forum, group.username = forum, username
        for person in (*members, *admins):
            group.members[person.id] = person
        for person in admins:
            group.promote(person)
        group.set_bot_silently(bot_rights)
        return group

    def person(self, id: int) -> Person:
        """The person with that id; KeyError if there is none."""
        user = self.world.users[id]
        if not isinstance(user, Person):
            raise KeyError(id)
        return user

    @property
    def chats(self) -> list[Chat]:
        """All chats, private ones and groups."""
        return list(self.world.chats.values())

    def file(self, path: str) -> StoredFile | None:
        """The file at that path, as getFile tells it."""
        return self.world.files.at(path)

    def snapshot(self, ids: Container[int | None] | None = None) -> list[Json]:
        """These chats, or all of them, as a page shows them."""
        return [chat_state(chat) for chat in self.chats if ids is None or chat.id in ids]

    def inject(self, update: Json) -> int:
        """Queues a raw update, checked against the schema; returns its id."""
        return self.world.updates.inject(update)
