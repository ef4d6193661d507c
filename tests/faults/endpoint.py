"""Somebody's program that receives webhooks, and lies: late, cut off, slow, refusing, or gone."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

from tests.api.receiver import Received

PATIENCE = 10.5
"""Seconds; a little more than the desk waits for an answer."""


class Mood(StrEnum):
    """honest: takes it and says so. late: takes it and says so when nobody listens any more. cut:
    takes it and says nothing. half: takes it, and breaks off after the status. slow: takes its
    time. The others refuse."""

    HONEST = "honest"
    LATE = "late"
    CUT = "cut"
    HALF = "half"
    SLOW = "slow"
    BROKEN = "500"
    BUSY = "503"
    MOVED = "302"
    GONE = "410"


UNHEARD = (Mood.LATE, Mood.CUT)
"""The desk cannot know that it was taken: it will come again."""
TAKES = (Mood.HONEST, Mood.HALF, Mood.SLOW, *UNHEARD)


class Endpoint:
    """`mood` is asked for every request that is not to `/gone`."""

    def __init__(self) -> None:
        self.mood: Callable[[], Mood] = lambda: Mood.HONEST
        self.taken: list[Received] = []
        self.received: list[Received] = []
        self.unheard: Counter[str] = Counter()
        self.empty: list[dict[str, str]] = []
        self.gone = 0
        self.url = ""
        self.news = asyncio.Event()
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        server = web.Server(self._handle)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.path == "/gone":
            self.gone += 1
            return web.Response(status=410)
        if "webhook-id" not in headers or request.content_length != len(body):
            return web.Response(status=400)  # somebody else's, or cut off by a kill
        if not body:
            self.empty.append(headers)
            return web.Response(status=400)
        one = Received(request.path, headers, body, json.loads(body))
        mood = self.mood()
        self.received.append(one)
        if mood in TAKES:
            self.taken.append(one)
            self.unheard[one.id] += mood in UNHEARD
        self.news.set()
        return await self._answer(request, mood)

    async def _answer(self, request: web.BaseRequest, mood: Mood) -> web.StreamResponse:
        if mood is Mood.LATE:
            await asyncio.sleep(PATIENCE)
        elif mood is Mood.SLOW:
            await asyncio.sleep(1)
        elif mood is Mood.CUT:
            _abort(request)
        elif mood is Mood.HALF:
            begun = web.StreamResponse(headers={"Content-Length": "100"})
            await begun.prepare(request)
            await begun.write(b"OK, but")
            _abort(request)
            return begun
        elif mood not in TAKES:
            return web.Response(status=int(mood), headers={"Location": "/elsewhere"})
        return web.Response()


def _abort(request: web.BaseRequest) -> None:
    transport: Any = request.transport
    if transport is not None:
        transport.abort()
