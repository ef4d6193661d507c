"""The playground's server side as a page meets it: acts, the live feed, and a bot that listens."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.playground import Playground
from storage import projects
from storage.database import Database
from storage.model import Channel, Chat, Person

Json = dict[str, Any]


class Feed:
    """An open page: its state, kept up to date by the feed."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.state: Json = {}

    async def until(self, condition: Callable[[Json], object]) -> Json:
        """The state once it is so. Ends by an error when the feed ends."""
        while not (self.state and condition(self.state)):
            await self.read()
        return self.state

    async def read(self) -> None:
        """Take in one event."""
        event = (await self._answer.content.readuntil(b"\n\n")).decode()
        name, _, data = event.partition("\n")
        news = json.loads(data.removeprefix("data: "))
        chats = {} if name == "event: state" else self.state["chats"]
        self.state |= news | {"chats": chats | {chat["id"]: chat for chat in news["chats"]}}

    async def rest(self) -> bytes:
        """What still comes, up to the end."""
        return await self._answer.content.read()


class Page:
    """The playground in an application of its own, on a desk's database."""

    def __init__(self, db: Database) -> None:
        self.playground = Playground(db)

    async def __aenter__(self) -> Self:
        await self.playground.__aenter__()
        self.app = web.Application()
        self.playground.add_routes(self.app)
        self.client = TestClient(TestServer(self.app))
        await self.client.start_server()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.close()
        await self.playground.__aexit__(*error)

    @asynccontextmanager
    async def feed(self) -> AsyncIterator[Feed]:
        async with self.client.get("/playground/feed") as answer:
            assert answer.content_type == "text/event-stream"
            yield Feed(answer)

    async def act(self, what: str, /, **body: object) -> tuple[int, Json]:
        """Status and answer of an act."""
        sent = BytesIO(json.dumps(body).encode())
        headers = {"Content-Type": "application/json"}
        path = f"/playground/actions/{what}"
        async with self.client.post(path, data=sent, headers=headers) as answer:
            return answer.status, await answer.json()

    async def done(self, what: str, /, **body: object) -> Json:
        """The answer of an act that goes well."""
        status, answer = await self.act(what, **body)
        assert status == 200, answer
        return answer

    @property
    def ann(self) -> int:
        """The first customer's id, and that of the chat with the bot."""
        return self.playground.cast.customers[Channel.TELEGRAM][0].id

    @property
    def vera(self) -> tuple[int, int]:
        """The first customer in MAX: the id, and that of the dialog with the bot."""
        vera = self.playground.cast.customers[Channel.MAX][0]
        return vera.id, vera.chat.id

    @property
    def customer(self) -> Person:
        """The first customer as the desk knows them."""
        person = self.playground.cast.customers[Channel.TELEGRAM][0]
        return Person(Chat(Channel.TELEGRAM, person.id), person.id, person.first_name)

    @property
    def kate(self) -> int:
        """The first agent's id."""
        return self.playground.cast.agents[Channel.TELEGRAM][0].id

    @property
    def group(self) -> int:
        return self.playground.cast.groups["forum"].id

    async def bot(self, method: str, **params: object) -> Any:
        """A call of the bot in Telegram, over HTTP."""
        messenger = self.playground.telegram
        url = f"{messenger.url}/bot{messenger.token}/{method}"
        async with aiohttp.ClientSession() as session, session.post(url, json=params) as answer:
            body = await answer.json()
            assert body["ok"], body
            return body["result"]

    async def max_bot(self, method: str, path: str, **params: object) -> Any:
        """A call of the bot in MAX, over HTTP."""
        messenger = self.playground.max
        headers = {"Authorization": messenger.token}
        sent: Json = {"params": params} if method == "GET" else {"json": params}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, messenger.url + path, **sent) as answer,
        ):
            return await answer.json()

    async def updates(self) -> list[Json]:
        """What the bot has been told so far, by kind, without the updates' ids."""
        found = await self.bot("getUpdates")
        return [{kind: body for kind, body in u.items() if kind != "update_id"} for u in found]


async def desk(db: Database) -> None:
    """What the first start makes."""
    await db.write(projects.create, slug="main", name="Acme")
