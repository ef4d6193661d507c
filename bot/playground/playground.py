"""The playground as a running thing: the messenger, its people, and the website with its request.

The desk is told of it like of any messenger, by a token and a URL. What pages do is in `actions`.
"""

import secrets
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.playground import pages
from bot.playground.cast import Cast, gather, subscribed
from bot.playground.live import Live, Part
from bot.playground.telegram import Limits, TelegramStandIn
from bot.playground.telegram.snapshot import chat_state
from bot.tasks import Tasks
from storage import agent_chats, projects, requests
from storage.database import Database, Transaction, to_ms
from storage.model import Channel, Chat, Project, Request, RequestStatus

Json = dict[str, Any]


class Playground:
    """A context manager; inside it the messenger answers and the agents' group is linked."""

    messenger: TelegramStandIn
    cast: Cast
    project: Project
    _tasks: Tasks

    def __init__(self, db: Database) -> None:
        self.db = db
        self.live = Live()
        self.request: Request | None = None
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
        self._tasks = Tasks()
        self._tasks.start("playground news", self._follow)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._tasks.stop()
        await self.messenger.stop()

    def add_routes(self, app: web.Application) -> None:
        """The page at /playground, and the way there from /."""
        pages.add_to(app, self)

    async def ask_for_support(self, context: dict[str, str]) -> None:
        """What the website's button does: a request, whose status the pages then see."""
        request = await self.db.write(
            requests.create, self.project.id, channel=Channel.TELEGRAM, context=context
        )
        self.request = request
        self._tasks.start("playground request", partial(self._watch, request.id), lives=False)

    # What pages show

    def state(self) -> Json:
        """Everything, for a page that has just been opened."""
        bot = self.messenger.bot
        return {
            "project": self.project.name,
            "bot": {"name": bot.name, "username": bot.username},
            "customers": [
                {"id": person.id, "name": person.name, "language": person.language}
                for person in self.cast.customers
            ],
            "agents": [{"id": person.id, "name": person.name} for person in self.cast.agents],
            "group": self.cast.group.id,
            **self.changes({chat.id for chat in self.messenger.chats} | {"request"}),
        }

    def changes(self, parts: set[Part]) -> Json:
        """These parts as they are now."""
        chats = [chat for chat in self.messenger.chats if chat.id in parts]
        found: Json = {"chats": [chat_state(chat) for chat in chats]}
        if "request" in parts:
            found["request"] = self._request_state()
        return found

    def _request_state(self) -> Json | None:
        request = self.request
        if request is None:
            return None
        return {
            "link": f"https://t.me/{self.messenger.bot.username}?start=hd_{request.id}",
            "status": request.status,
            "expires_at": request.expires_at.isoformat(),
        }

    async def _follow(self) -> None:
        with self.messenger.listen() as news:
            async for change in news:
                if change.chat_id is not None:
                    self.live.changed(change.chat_id)

    async def _watch(self, request_id: str) -> None:
        """Keep the request as it stands in the desk, until it is final or there is a newer one."""
        with self.db.listen(f"request:{request_id}") as decided:
            while True:
                request = await self.db.read(requests.get, self.project.id, request_id)
                if self.request is None or self.request.id != request_id:
                    return
                self.request = request
                self.live.changed("request")
                if request.status is not RequestStatus.PENDING:
                    return
                await decided.wait()
                decided.clear()


def _link(tx: Transaction, group_id: int) -> Project:
    first = projects.listing(tx)[0]
    return agent_chats.link(tx, first.id, Chat(Channel.TELEGRAM, group_id))
