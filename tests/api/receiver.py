"""Somebody's program that receives webhooks: it keeps what came and answers as a test says."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

PATIENCE = 30.0
"""Seconds until a test gives up waiting."""


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    json: Any = field(repr=False)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> str:
        event: str = self.json["event"]
        return event

    @property
    def ticket_number(self) -> int:
        number: int = self.json["data"]["ticket"]["ticket_number"]
        return number


Answer = int | web.Response | None
"""A status, a whole answer, or None for no answer at all."""


class Receiver:
    """`answer` is asked for each request; by default everything is taken."""

    def __init__(self, answer: Callable[[Received], Answer] = lambda _: 200) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.taken: list[Received] = []
        self.port = 0
        self._news = asyncio.Condition()
        self._end = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, at the port of before if there was one."""
        self._end.clear()
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self._end.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        one = Received(request.path, headers, body, json.loads(body))
        answer = self.answer(one)
        async with self._news:
            self.received.append(one)
            if isinstance(answer, int) and 200 <= answer < 300:
                self.taken.append(one)
            self._news.notify_all()
        if answer is None:
            await self._end.wait()
            answer = 503
        return web.Response(status=answer) if isinstance(answer, int) else answer

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until what came fulfils the condition."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            seen = [(one.event, one.id) for one in self.received]
            raise AssertionError(f"the condition never held; received: {seen}") from None

    async def told(self, count: int) -> list[Received]:
        """What it took, once it is so much."""
        await self.until(lambda: len(self.taken) >= count)
        return self.taken
