"""The playground as a running thing: the messenger, its people, and the website with its request.

The desk is told of it like of any messenger, by a token and a URL. What pages do is in `actions`.
"""

import secrets
from collections.abc import Collection
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.playground import pages
from bot.playground.cast import Cast, gather, subscribed
from bot.playground.telegram import Limits, Person, TelegramStandIn
from bot.playground.telegram.snapshot import chat_state
from storage import agent_chats, projects, requests
from storage.database import Database, Transaction, to_ms
from storage.model import Channel, Chat, Project, Request, RequestStatus

Json = dict[str, Any]


class Playground:
    """A context manager; inside it the messenger answers and the agents' group is linked."""

    messenger: TelegramStandIn
    cast: Cast
    project: Project

    def __init__(self, db: Database) -> None:
        self.db = db
        self._request: Request | None = None
        self.telegram_token = f"42:{secrets.token_urlsafe(24)}"
        self.telegram_url = ""

    async def __aenter__(self) -> Self:
        self.messenger = TelegramStandIn(self.telegram_token, limits=Limits())
        # The file remembers the ids of earlier starts, and each must stay what it was.
        self.messenger.count_from(to_ms(self.db.clock()))
        self.cast = gather(self.messenger)
        for person in await self.db.read(subscribed, self.cast):
            person.chat.bot_status = "member"
        self.project = await self.db.write(_link, self.cast.group.id)
        await self.messenger.start()
        self.telegram_url = self.messenger.url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.messenger.stop()

    def add_routes(self, app: web.Application) -> None:
        """The page at /playground, and the way there from /."""
        pages.add_to(app, self)

    async def ask_for_support(self, context: dict[str, str]) -> None:
        """What the website's button does. The pages see the newest request."""
        self._request = await self.db.write(
            requests.create, self.project.id, channel=Channel.TELEGRAM, context=context
        )
        self.messenger.world.changes.tell("request")

    # What pages show

    async def state(self) -> Json:
        """Everything, for a page that has just been opened."""
        bot = self.messenger.bot
        return {
            "project": self.project.name,
            "bot": {"name": bot.name, "username": bot.username},
            "customers": [_described(person) for person in self.cast.customers],
            "agents": [_described(person) for person in self.cast.agents],
            "group": self.cast.group.id,
            **await self.changes({chat.id for chat in self.messenger.chats}),
        }

    async def changes(self, chat_ids: Collection[int | None]) -> Json:
        """These chats as they are now, and the request, which changes with what people do."""
        chats = [chat_state(chat) for chat in self.messenger.chats if chat.id in chat_ids]
        return {"chats": chats, "request": await self._request_state()}

    async def _request_state(self) -> Json | None:
        request = self._request
        if request is None:
            return None
        if request.status is RequestStatus.PENDING:
            request = await self.db.read(requests.get, self.project.id, request.id)
        return {
            "link": f"https://t.me/{self.messenger.bot.username}?start=hd_{request.id}",
            "status": request.status,
            "expires_at": request.expires_at.isoformat(),
        }


def _described(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "first_name": person.first_name,
        "language": person.language,
    }


def _link(tx: Transaction, group_id: int) -> Project:
    first = projects.listing(tx)[0]
    return agent_chats.link(tx, first.id, Chat(Channel.TELEGRAM, group_id))
