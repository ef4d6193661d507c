"""The line between the messenger and the bot: connections that can be cut, and faults on them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import web

from .changes import Changes
from .faults import Fault, Faults
from .journal import Call, Journal
from .refusals import Refusal

T = TypeVar("T")


class Line:
    """All connections to one stand-in. While it is down, each ends as soon as it says something."""

    def __init__(self, faults: Faults, calls: Journal, changes: Changes) -> None:
        self._faults = faults
        self._calls = calls
        self._changes = changes
        self._is_down = False
        self._connections: set[asyncio.WriteTransport] = set()
        self._stopping = asyncio.Event()

    def down(self) -> None:
        """Closes every connection at once, and every later one as soon as it says something."""
        self._is_down = True
        self._stopping.set()
        for connection in self._connections:
            connection.abort()
        self._connections.clear()

    def up(self) -> None:
        """Undoes `down`."""
        self._is_down = False
        self._stopping = asyncio.Event()

    async def serve(
        self,
        request: web.Request,
        call: Call,
        read: Callable[[], Awaitable[T]],
        perform: Callable[[T], Awaitable[web.Response]],
    ) -> web.StreamResponse:
        """Answers one call as its faults allow, and remembers it.

        `read` checks what came and completes `call`, `perform` does the work: both may refuse.
        """
        began = time.monotonic()
        if self._is_down:
            call.outcome = "cut_before"
            self._remember(call, began)
            return _cut(request)
        self._admit(request)
        fault: Fault | None = None
        try:
            checked = await read()
            fault = self._faults.strike(call.method, call.params, call.chat_id)
            if fault is not None:
                call.outcome = fault.name
                self._changes.tell("fault")
                struck = await self._strike(request, fault)
                if struck is not None:
                    self._remember(call, began)
                    return struck
            answer = await perform(checked)
        except Refusal as error:
            call.error = error
            call.outcome = "error" if fault is None else fault.name
            answer = refused(error)
        self._remember(call, began)
        if (fault is not None and fault.name == "cut_after") or self._is_down:
            return _cut(request)
        if fault is not None and fault.name == "cut_during":
            return await _half(request, answer)
        return answer

    def _remember(self, call: Call, began: float) -> None:
        call.seconds = time.monotonic() - began
        self._calls.add(call)
        self._changes.tell("call")

    def _admit(self, request: web.Request) -> None:
        if request.transport is not None and request.transport not in self._connections:
            self._connections = {item for item in self._connections if not item.is_closing()}
            self._connections.add(request.transport)

    async def _strike(self, request: web.Request, fault: Fault) -> web.Response | None:
        """The fault's own answer; None where the work is to be done all the same."""
        if fault.error is not None:
            raise fault.error
        if fault.status:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        if fault.seconds:
            await self._pause(fault.seconds)
        if fault.name in ("cut_before", "hang"):
            return _cut(request)
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _cut(request: web.Request) -> web.Response:
    """Closes the request's connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """The beginning of an answer, then the end of its connection."""
    whole = answer.body
    assert isinstance(whole, bytes)
    begun = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(whole))})
    begun.content_type = answer.content_type
    await begun.prepare(request)
    await begun.write(whole[: len(whole) // 2])
    _cut(request)
    return begun


def refused(error: Refusal) -> web.Response:
    """The answer to a call that is refused."""
    return json_answer(error.body, error.status, headers=error.headers)


def json_answer(
    body: object, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An answer in JSON, lone surrogates included."""
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        content_type="application/json",
        headers=headers,
    )
