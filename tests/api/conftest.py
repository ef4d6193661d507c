"""A desk with two projects, served over real HTTP from a real file."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from api.addresses import Network
from api.app import build
from api.guard import Guard
from api.runner import Runner
from storage import agent_chats, agents, api_keys, projects, subscribers
from storage.database import Database
from storage.model import Agent, Attachment, Channel, Chat, Person, Project, Subscriber
from tests.api.receiver import Receiver
from tests.api.sending import Office, office_in, sender_of


class Clock:
    """Stands at a moment until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Links:
    """Deeplinks of bots whose names are known, until a test forgets them."""

    def __init__(self) -> None:
        self.bots: dict[Channel, str] = {Channel.TELEGRAM: "desk_bot", Channel.MAX: "desk_max"}

    def telegram(self, start: str) -> str | None:
        bot = self.bots.get(Channel.TELEGRAM)
        return bot and f"https://t.me/{bot}?start={start}"

    def max(self, start: str) -> str | None:
        bot = self.bots.get(Channel.MAX)
        return bot and f"https://max.ru/{bot}?start={start}"


class Files:
    """Gives these chunks, then raises this error if there is one."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = [b"first,", b"second"]
        self.error: Exception | None = None

    async def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.error is not None:
            raise self.error


@dataclass
class Answer:
    """`json` is None where the answer has no JSON in it."""

    status: int
    headers: Any
    body: bytes
    json: Any

    @property
    def code(self) -> str:
        """The code of a problem, which is checked to be a whole one."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code", "retryable"} <= self.json.keys()
        assert self.json["status"] == self.status
        code: str = self.json["code"]
        return code

    @property
    def wrong(self) -> dict[str, str]:
        """What is said of each field of a refused request."""
        assert (self.status, self.code) == (400, "validation_failed"), self.body
        return {each["field"]: each["message"] for each in self.json["errors"]}


class Client:
    """Calls the API with one key."""

    def __init__(self, http: aiohttp.ClientSession, key: str | None) -> None:
        self.http = http
        self.key = key

    async def call(self, method: str, path: str, **how: Any) -> Answer:
        headers = dict(how.pop("headers", {}))
        if self.key is not None:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        async with self.http.request(method, path, headers=headers, **how) as response:
            body = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            json = await response.json(content_type=None) if is_json and body else None
            return Answer(response.status, response.headers, body, json)

    async def get(self, path: str, **params: object) -> Answer:
        return await self.call("GET", path, params={k: str(v) for k, v in params.items()})

    async def post(self, path: str, json: object = None) -> Answer:
        return await self.call("POST", path, json={} if json is None else json)

    async def patch(self, path: str, json: object) -> Answer:
        return await self.call("PATCH", path, json=json)

    async def delete(self, path: str) -> Answer:
        return await self.call("DELETE", path)

    async def ticket(self, text: str = "Where is my parcel?", **fields: object) -> Any:
        """A ticket, made through the API."""
        made = await self.post("/v1/helpdesk/tickets", {"text": text, **fields})
        assert made.status == 201, made.body
        return made.json


@dataclass
class Desk:
    """The server under test, and what stands around it."""

    db: Database
    clock: Clock
    app: web.Application
    runner: Runner
    http: aiohttp.ClientSession
    links: Links
    files: Files
    project: Project
    other_project: Project
    key: str
    other_key: str
    reasons: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self.runner.addresses[0][1]
        return port

    @property
    def client(self) -> Client:
        return Client(self.http, self.key)

    @property
    def other(self) -> Client:
        """The same calls with the other project's key."""
        return Client(self.http, self.other_key)

    @property
    def stranger(self) -> Client:
        return Client(self.http, None)

    async def link_agents(self) -> Chat:
        """A group of the project's agents."""
        chat = Chat(Channel.TELEGRAM, -100)
        await self.db.write(agent_chats.link, self.project.id, chat)
        return chat

    async def raw(self, sent: bytes) -> bytes:
        """What comes back for these very bytes, until the server ends or the answer is whole."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        writer.close()
        await writer.wait_closed()
        return head + body

    async def agent(self, name: str = "Olga", user_id: int = 7) -> Agent:
        """An agent of the project, as the first action in its chat makes one."""
        person = Person(Chat(Channel.TELEGRAM, -100), user_id, name, username=name.lower())
        return await self.db.write(agents.seen, self.project.id, person)

    async def subscriber(self, chat_id: int = 500) -> Subscriber:
        """A customer in Telegram who consented."""
        person = Person(Chat(Channel.TELEGRAM, chat_id), chat_id, "Ann", "Lee", "ann", "en")
        return await self.db.write(subscribers.subscribe, self.project.id, person)


Serve = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts a desk: with both messengers configured unless the test says which."""
    running: list[Desk] = []

    async def start(
        channels: tuple[Channel, ...] = (Channel.TELEGRAM, Channel.MAX),
        metrics_token: str | None = None,
        rate_limit: int = 0,
        guard: Guard | None = None,
        trusted_proxies: Sequence[Network] = (),
        playground: bool = False,
    ) -> Desk:
        clock, links, files = Clock(), Links(), Files()
        db = await Database.open(tmp_path / "desk.db", clock=clock)
        one = await db.write(projects.create, slug="main", name="Shop")
        two = await db.write(projects.create, slug="second", name="Second shop")
        _, key = await db.write(api_keys.create, one.id)
        _, other_key = await db.write(api_keys.create, two.id)
        reasons: list[str] = []

        async def readiness() -> list[str]:
            return reasons

        app = build(
            db,
            links=links,
            channels=channels,
            files=files,
            readiness=readiness,
            metrics_token=metrics_token,
            rate_limit=rate_limit,
            guard=guard,
            trusted_proxies=trusted_proxies,
            playground=playground,
            seconds=lambda: clock().timestamp(),
        )
        runner = Runner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        http = aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}")
        running.append(
            Desk(db, clock, app, runner, http, links, files, one, two, key, other_key, reasons)
        )
        return running[-1]

    yield start
    for desk in running:
        await desk.http.close()
        await desk.runner.cleanup()
        await desk.db.close()


@pytest.fixture
async def desk(serve: Serve) -> Desk:
    return await serve()


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def sending(serve: Serve) -> AsyncIterator[Desk]:
    """A desk with a sender of webhooks at work; its clock stands still: nothing is tried again."""
    desk = await serve(guard=Guard(allow_private=True))
    async with sender_of(desk.db):
        yield desk


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_in(tmp_path) as office:
        yield office
