"""The HTTP side: calls in, answers out, faults in between, files to download.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from aiohttp import web

from ..stand_in.checks import SchemaError
from ..stand_in.journal import Call
from ..stand_in.line import Line, json_answer, refused
from .errors import (
    METHOD_NOT_FOUND,
    NOT_FOUND,
    UNAUTHORIZED,
    not_simulated,
    own_fault,
)
from .methods import METHODS
from .request import Params, check, read
from .world import World

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
LARGEST_REQUEST = 64 * 1024 * 1024


class Server:
    """Answers the Bot API over HTTP for one world and one token."""

    def __init__(self, world: World, token: str, line: Line) -> None:
        self._world = world
        self._token = token
        self._line = line

    def application(self) -> web.Application:
        """Routes of the Bot API, for a runner of one's own or to be mounted under a prefix."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/{nothing:.*}", _nothing)
        return app

    def _admit(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise NOT_FOUND
        if token != self._token:
            raise UNAUTHORIZED

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        call = Call(method, {}, self._world.clock())

        async def read_params() -> Params:
            self._admit(request)
            return await self._read(request, call)

        async def perform(params: Params) -> web.Response:
            call.result = await self._perform(method, params)
            return json_answer({"ok": True, "result": call.result})

        return await self._line.serve(request, call, read_params, perform)

    async def _read(self, request: web.Request, call: Call) -> Params:
        if call.method not in self._world.schema:
            raise METHOD_NOT_FOUND
        raw = await read(request)
        call.params = raw.values
        call.chat_id = raw.values.get("chat_id")
        params = check(self._world.schema, call.method, raw)
        call.params = params.values
        call.chat_id = params.get("chat_id")
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
        path = request.match_info["path"]
        call = Call("file", {"file_path": path}, self._world.clock())

        async def admit() -> None:
            self._admit(request)

        async def send(_: None) -> web.Response:
            file = self._world.files.at(path)
            if file is None:
                raise NOT_FOUND
            return web.Response(body=file.data, content_type="application/octet-stream")

        return await self._line.serve(request, call, admit, send)


async def _nothing(request: web.Request) -> web.Response:
    return refused(NOT_FOUND)
