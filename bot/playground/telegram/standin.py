"""The stand-in for Telegram: one messenger, one bot, and the people around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from ..stand_in.changes import Changes
from ..stand_in.journal import Journal
from ..stand_in.running import Running
from .checks import Json
from .faults import Faults
from .files import StoredFile
from .groups import BotRights, Group
from .limits import Limits
from .model import ANONYMOUS_ADMIN_ID, CHANNEL_BOT_ID, SERVICE_ID, Chat, User
from .people import Person
from .schema import load
from .server import Server
from .snapshot import snapshot
from .webhook import Attempt
from .world import World

TELEGRAMS_OWN = (
    User(ANONYMOUS_ADMIN_ID, "Group", username="GroupAnonymousBot", is_bot=True),
    User(CHANNEL_BOT_ID, "Channel", username="Channel_Bot", is_bot=True),
    User(SERVICE_ID, "Telegram"),
)


class TelegramStandIn(Running):
    """Speaks the Bot API over HTTP to the bot under test, and plays the people by calls.

    `limits=None` lets everything through. `privacy` is the bot's privacy mode in groups.
    `clock` drives the limits and dates the calls; messages carry the real time.
    """

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
        self.token = token
        bot = User(int(token.partition(":")[0]), bot_name, username=bot_username, is_bot=True)
        self.world = World(load(), bot, privacy=privacy, limits=limits, clock=clock)
        self.world.users.update({user.id: user for user in TELEGRAMS_OWN})
        self.faults = Faults()
        self.calls = Journal()
        self._server = Server(self.world, token, self.faults, self.calls)

    @property
    def changes(self) -> Changes:
        """The news of this messenger."""
        return self.world.changes

    def application(self) -> web.Application:
        """The HTTP side alone, to be served by somebody else's runner."""
        return self._server.application()

    def down(self) -> None:
        """The whole messenger is gone: connections are closed at once, and new ones too."""
        self._server.down()

    def up(self) -> None:
        """Undoes `down`."""
        self._server.up()

    def count_from(self, base: int) -> None:
        """All identifiers from now on are above `base`: for a bot that remembers an earlier run."""
        self.world.count_from(base)

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

    # What tests wait for and look at

    def snapshot(self) -> Json:
        """Everything a page shows, as JSON."""
        return snapshot(self.world)

    def describe(self) -> str:
        """The chats as text."""
        return self.world.describe()

    @property
    def refused(self) -> int:
        """Calls refused for going over the limits."""
        return self.world.pace.refused

    # Updates

    @property
    def updates_pending(self) -> int:
        """Updates that the bot has not confirmed."""
        return self.world.updates.pending

    @property
    def polling(self) -> bool:
        """Whether the bot waits for updates in a long poll."""
        return self.world.updates.polling

    @property
    def confirmed_offset(self) -> int:
        """The id after the last update that the bot confirmed."""
        return self.world.updates.confirmed_offset

    def hold(self) -> None:
        """Keeps updates from the bot until `release` hands them over in one batch."""
        self.world.updates.hold()

    def release(self) -> None:
        """Hands over what was held."""
        self.world.updates.release()

    def limit_batches(self, size: int) -> None:
        """At most that many updates an answer, so that an album comes in several."""
        self.world.updates.batch_size = size

    def inject(self, update: dict[str, Any]) -> int:
        """Queues a raw update, checked against the schema; returns its id."""
        return self.world.updates.inject(update)

    def repeat_update(self) -> None:
        """Sends the last update again under its id, confirmed or not."""
        self.world.updates.repeat()

    def route_webhook(self, public_url: str, local_url: str) -> None:
        """Requests for the public origin go to the local one, as a reverse proxy would do it."""
        self.world.webhook.routes.add(public_url, local_url)

    @property
    def webhook_attempts(self) -> list[Attempt]:
        """Every POST to the webhook."""
        return self.world.webhook.attempts
