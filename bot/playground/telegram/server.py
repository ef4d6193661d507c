"""The HTTP side: calls in, answers out, faults in between, files to download.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from typing import Any

from aiohttp import web

from .checks import SchemaError
from .errors import (
    METHOD_NOT_FOUND,
    NOT_FOUND,
    UNAUTHORIZED,
    ApiError,
    not_simulated,
    own_fault,
)
from .faults import Fault, Faults
from .journal import Call, Journal
from .methods import METHODS
from .request import Params, check, read
from .world import World

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
LARGEST_REQUEST = 64 * 1024 * 1024


class Server:
    """Answers the Bot API over HTTP for one world and one token."""

    def __init__(self, world: World, token: str, faults: Faults, calls: Journal) -> None:
        self._world = world
        self._token = token
        self._faults = faults
        self._calls = calls
        self._connections: set[asyncio.BaseTransport] = set()
        self._down = False
        self._stopping = asyncio.Event()

    def application(self) -> web.Application:
        """Routes of the Bot API, for a runner of one's own or to be mounted under a prefix."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/{nothing:.*}", _nothing)
        return app

    def down(self) -> None:
        """Closes every connection at once, and every later one as soon as it says something."""
        self._down = True
        self._stopping.set()
        for connection in self._connections:
            if isinstance(connection, asyncio.WriteTransport):
                connection.abort()
        self._connections.clear()
        self._world.updates.interrupt(None)
        self._world.webhook.stop()

    def up(self) -> None:
        """Undoes `down`."""
        self._down = False
        self._world.webhook.start()
        self._stopping = asyncio.Event()

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _admit(self, request: web.Request) -> None:
        if request.transport is not None and request.transport not in self._connections:
            gone = {item for item in self._connections if item.is_closing()}
            self._connections -= gone
            self._connections.add(request.transport)
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise NOT_FOUND
        if token != self._token:
            raise UNAUTHORIZED

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if self._down:
            return self._cut(request)
        method = request.match_info["method"]
        call = Call(method, {}, self._world.clock())
        fault: Fault | None = None
        try:
            self._admit(request)
            params = await self._read(request, call)
            fault = self._faults.strike(method, params.values)
            if fault is not None:
                call.outcome = fault.name
                self._world.changes.tell("fault")
                struck = await self._strike(request, fault)
                if struck is not None:
                    self._calls.add(call)
                    return struck
            call.result = await self._perform(method, params)
            answer = _ok(call.result)
        except ApiError as error:
            call.error = error
            call.outcome = "error" if fault is None else fault.name
            answer = _error(error)
        self._calls.add(call)
        self._world.changes.tell("call")
        lost = fault is not None and fault.name == "cut_after"
        return self._cut(request) if lost or self._down else answer

    async def _strike(self, request: web.Request, fault: Fault) -> web.Response | None:
        """The fault's own answer; None where the work is to be done all the same."""
        if fault.error is not None:
            raise fault.error
        if fault.status:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        if fault.seconds:
            await self._pause(fault.seconds)
        if fault.name in ("cut_before", "hang"):
            return self._cut(request)
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _read(self, request: web.Request, call: Call) -> Params:
        if call.method not in self._world.schema:
            raise METHOD_NOT_FOUND
        raw = await read(request)
        call.params = raw.values
        params = check(self._world.schema, call.method, raw)
        call.params = params.values
        return params

    async def _perform(self, method: str, params: Params) -> Any:
        handler = METHODS.get(method)
        if handler is None:
            raise not_simulated(f"the method {method}")
        try:
            result = handler(self._world, params)
            if inspect.isawaitable(result):
                result = await result
            self._world.schema.check_result(method, result)
        except SchemaError as error:
            raise own_fault(f"{method}: {error}") from error
        return result

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if self._down:
            return self._cut(request)
        path = request.match_info["path"]
        call = Call("file", {"file_path": path}, self._world.clock())
        self._calls.add(call)
        try:
            self._admit(request)
            fault = self._faults.strike("file", call.params)
            struck = await self._strike(request, fault) if fault is not None else None
            if struck is not None:
                return struck
            file = self._world.files.at(path)
            if file is None:
                raise NOT_FOUND
        except ApiError as error:
            call.outcome, call.error = "error", error
            return _error(error)
        return web.Response(body=file.data, content_type="application/octet-stream")


async def _nothing(request: web.Request) -> web.Response:
    return _error(NOT_FOUND)


def _ok(result: Any) -> web.Response:
    return web.Response(
        body=json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        ),
        content_type="application/json",
    )


def _error(error: ApiError) -> web.Response:
    body = json.dumps(error.body(), ensure_ascii=False).encode()
    headers = {}
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(
        status=error.code, body=body, content_type="application/json", headers=headers
    )
