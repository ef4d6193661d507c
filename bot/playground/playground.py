"""The playground as a running thing: both messengers, their people, and the desk between them.

The desk is told of the messengers like of any, by a token and a URL. What pages do is in
`actions`, what they see in `view`.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Self
from uuid import UUID

from aiohttp import web

from bot.messengers.max.file_ids import pack
from bot.playground import pages, telegram
from bot.playground.cast import Cast, Group, GroupName, Person, StandIn, gather, subscribed
from bot.playground.desk import Desk
from bot.playground.max import Limits as MaxLimits
from bot.playground.max import MaxStandIn
from bot.playground.stand_in.changes import Changes, Listener
from bot.playground.telegram import Limits, TelegramStandIn
from bot.playground.trouble import Trouble
from bot.service import Service
from storage import agent_chats, messages, projects
from storage.database import Database
from storage.model import Channel, Chat, Project
from storage.transaction import Transaction, to_ms


class Playground:
    """A context manager; inside it the messengers answer and the agents' group is linked."""

    cast: Cast
    project: Project
    started: int

    def __init__(self, db: Database) -> None:
        self.db = db
        self.changes = Changes()
        self.telegram = TelegramStandIn(f"42:{secrets.token_urlsafe(24)}", limits=Limits())
        self.max = MaxStandIn(secrets.token_urlsafe(40), limits=MaxLimits())
        self.messengers: Mapping[Channel, StandIn] = {
            Channel.TELEGRAM: self.telegram,
            Channel.MAX: self.max,
        }
        self.trouble = {channel: Trouble(each) for channel, each in self.messengers.items()}
        self.linked: GroupName = "forum"
        self.desk: Desk | None = None

    async def __aenter__(self) -> Self:
        for messenger in self.messengers.values():
            # The file remembers the ids of earlier starts, and each must stay what it was.
            messenger.count_from(to_ms(self.db.clock()))
        self.cast = gather(self.telegram, self.max)
        for person in await self.db.read(subscribed, self.cast):
            person.chat.bot_status = "member"
        self.started = to_ms(self.db.clock())
        self.project = await self.db.write(_first_project)
        # MAX's files have addresses, those of earlier starts at a server that is gone.
        await self.db.write(messages.lose_files, Channel.MAX, pack("file", None, None))
        await self.link("forum")
        await self.telegram.start()
        await self.max.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for messenger in self.messengers.values():
            await messenger.stop()

    def desk_of(self, make: Callable[[], Service]) -> Desk:
        """The desk to be served, which pages may kill and begin anew; `make` builds its service."""
        self.desk = Desk(make, self.changes)
        return self.desk

    def add_routes(self, app: web.Application) -> None:
        """The page at /playground."""
        pages.add_to(app, self)

    def listen(self) -> Listener:
        """Every change from now on, in either messenger and of the desk."""
        return Listener(self.changes, *(each.changes for each in self.messengers.values()))

    async def link(self, name: GroupName) -> None:
        """Let that group be where the agents work; it gets the cards of all open tickets."""
        chat = Chat(channel_of(self.cast.groups[name]), self.cast.groups[name].id)
        await self.db.write(agent_chats.link, self.project.id, chat)
        self.linked = name
        self.changes.tell("link", chat.id)

    async def admit(self, port: int) -> None:
        """Let the playground's own pages ask for support: the server's origins, at that port."""
        origins = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")
        await self.db.write(_admit, self.project.id, origins)

    # Who is where

    def person(self, id: int) -> Person:
        """The person with that id; LookupError if there is none."""
        for person in self.cast.everybody():
            if person.id == id:
                return person
        raise LookupError(f"nobody has the id {id}")

    def group(self, id: int) -> Group | None:
        """The agents' group with that id."""
        return next((group for group in self.cast.groups.values() if group.id == id), None)


def channel_of(whose: Person | Group) -> Channel:
    """The messenger that a person or a group is in."""
    in_telegram = isinstance(whose, telegram.Person | telegram.Group)
    return Channel.TELEGRAM if in_telegram else Channel.MAX


def _first_project(tx: Transaction) -> Project:
    return projects.listing(tx)[0]


def _admit(tx: Transaction, project_id: UUID, origins: Sequence[str]) -> None:
    known = projects.get(tx, project_id).allowed_origins
    missing = [origin for origin in origins if origin not in known]
    if missing:
        projects.update(tx, project_id, allowed_origins=[*known, *missing])
