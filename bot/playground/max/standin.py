"""The stand-in for MAX: one messenger, one bot, and the people around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from aiohttp import web

from ..stand_in.changes import Changes
from ..stand_in.checks import Json
from ..stand_in.faults import Faults
from ..stand_in.journal import Journal
from ..stand_in.running import Running
from .files import StoredFile
from .groups import BotRights, Group
from .limits import Limits
from .model import Chat, User
from .people import Person
from .schema import load
from .server import Server
from .snapshot import snapshot
from .webhook import Attempt, Subscription
from .world import World

BOT_ID = 277_639_678


class MaxStandIn(Running):
    """Speaks the MAX Bot API over HTTP to the bot under test, and plays the people by calls.

    `limits=None` lets everything through. `clock` drives the limits, the ages of updates and
    messages, and the patience with webhooks; messages carry the real time.
    """

    def __init__(
        self,
        token: str = "f9LHodD0cOLTEST-TOKEN",
        bot_username: str = "deskwire_bot",
        *,
        bot_name: str = "Deskwire",
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        bot = User(BOT_ID, bot_name, username=bot_username, is_bot=True)
        self.world = World(load(), bot, limits=limits, clock=clock, base=lambda: self.url)
        self.faults = Faults()
        self.calls = Journal()
        self._server = Server(self.world, token, self.faults, self.calls)

    @property
    def changes(self) -> Changes:
        """The news of this messenger."""
        return self.world.changes

    def application(self) -> web.Application:
        """The HTTP side alone, to be served by somebody else's runner, who also sets `url`."""
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

    # What tests look at

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

    # Files

    def file(self, path: str) -> StoredFile | None:
        """The file at that path, which its address ends with."""
        kind, _, rest = path.partition("/")
        return self.world.files.at(kind, rest.partition("/")[0])

    def refuse_files(self, times: int) -> None:
        """Every file uploaded from now on is "not ready" for that many messages."""
        self.world.files.not_ready_for = times

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
        """The marker up to which the bot confirmed: that of the first update it did not."""
        return self.world.updates.confirmed_offset

    def hold(self) -> None:
        """Keeps updates from the bot until `release` hands them over in one batch."""
        self.world.updates.hold()

    def release(self) -> None:
        """Hands over what was held."""
        self.world.updates.release()

    def limit_batches(self, size: int) -> None:
        """At most that many updates an answer."""
        self.world.updates.batch_size = size

    def inject(self, update: Json) -> None:
        """Queues a raw update, checked against the schema unless its kind is unknown to it."""
        self.world.updates.inject(update)

    def repeat_update(self) -> None:
        """Sends the last update again, confirmed or not."""
        self.world.updates.repeat()

    def route_webhook(self, public_url: str, local_url: str) -> None:
        """Requests for the public origin go to the local one, as a reverse proxy would do it."""
        self.world.webhook.routes.add(public_url, local_url)

    @property
    def subscriptions(self) -> list[Subscription]:
        """The webhooks that the bot set and MAX has not dropped."""
        return list(self.world.webhook.subscriptions.values())

    @property
    def webhook_attempts(self) -> list[Attempt]:
        """Every POST to a webhook."""
        return self.world.webhook.attempts
