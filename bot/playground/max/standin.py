"""The stand-in for MAX: one messenger, one bot, and the people around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable

from aiohttp import web

from ..stand_in.checks import Json
from ..stand_in.running import Running
from .files import StoredFile
from .groups import BotRights, Group
from .limits import Limits
from .model import Chat, User
from .people import Person
from .schema import load
from .server import Server
from .snapshot import chat_state
from .webhook import Subscription
from .world import World

BOT_ID = 277_639_678


class MaxStandIn(Running):
    """Speaks the MAX Bot API over HTTP to the bot under test, and plays the people by calls.

    `limits=None` lets everything through. `clock` drives the limits, the ages of updates and
    messages, and the patience with webhooks; messages carry the real time.
    """

    world: World

    def __init__(
        self,
        token: str = "f9LHodD0cOLTEST-TOKEN",
        bot_username: str = "deskwire_bot",
        *,
        bot_name: str = "Deskwire",
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        bot = User(BOT_ID, bot_name, username=bot_username, is_bot=True)
        super().__init__(
            token, World(load(), bot, limits=limits, clock=clock, base=lambda: self.url)
        )

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

    def add_group(
        self,
        title: str,
        *,
        owner: Person | None = None,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        bot_rights: BotRights = None,
        id: int | None = None,
    ) -> Group:
        """A group that exists already: no updates come of it.

        `bot_rights`: None makes the bot an administrator with all rights, a collection one with
        these, "member" a plain member, "absent" leaves it out. Without an owner one is made up.
        """
        chat_id = id or -70_801_090_000_000 - self.world.number()
        owner = owner or self.add_person(f"Owner of {title}")
        group = Group(self.world, chat_id, title, owner)
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
        """All chats, dialogs and groups."""
        return list(self.world.chats.values())

    def snapshot(self, ids: Container[int | None] | None = None) -> list[Json]:
        """These chats, or all of them, as a page shows them."""
        return [chat_state(chat) for chat in self.chats if ids is None or chat.id in ids]

    # Files

    def file(self, path: str) -> StoredFile | None:
        """The file at that path, which its address ends with."""
        kind, _, rest = path.partition("/")
        return self.world.files.at(kind, rest.partition("/")[0])

    def refuse_files(self, times: int) -> None:
        """Every file uploaded from now on is "not ready" for that many messages."""
        self.world.files.not_ready_for = times

    # Updates

    def inject(self, update: Json) -> None:
        """Queues a raw update, checked against the schema unless its kind is unknown to it."""
        self.world.updates.inject(update)

    @property
    def subscriptions(self) -> list[Subscription]:
        """The webhooks that the bot set and MAX has not dropped."""
        return list(self.world.webhook.subscriptions.values())
