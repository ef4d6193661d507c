"""The HTTP side: calls in, answers out, faults in between, files up and down.

https://dev.max.ru/docs-api. Files have addresses of their own, which need no token, as in MAX.
"""

from __future__ import annotations

import inspect
import re
from typing import Any
from urllib.parse import quote

from aiohttp import web

from ..stand_in.checks import Json, SchemaError
from ..stand_in.journal import Call
from ..stand_in.line import Line, json_answer
from .errors import ApiError, broken_contract, not_found, not_simulated, own_fault
from .files import StoredFile, Upload
from .operations import OPERATIONS
from .request import Params, authorize, check, operation_of, read_body
from .schema import Operation
from .world import World

LARGEST_REQUEST = 64 * 1024 * 1024
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
XML = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<retval>1</retval>'


class Server:
    """Answers the MAX Bot API over HTTP for one world and one token."""

    def __init__(self, world: World, token: str, line: Line) -> None:
        self._world = world
        self._token = token
        self._line = line

    def application(self) -> web.Application:
        """Routes of the Bot API, for a runner of one's own."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_post("/upload/{key}", self._upload)
        app.router.add_get("/files/{kind}/{number}/{name}", self._download)
        app.router.add_route("*", "/{path:.*}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = Call(f"{request.method} {request.path}", dict(request.query), self._world.clock())

        async def read() -> tuple[Operation, Params]:
            authorize(request, self._token)
            operation, in_path = operation_of(self._world.schema, request)
            call.method = operation.id
            body = await read_body(request)
            call.params |= {**in_path, **body}
            call.chat_id = self._chat_id(call.params)
            params = check(operation, in_path, request.query, body)
            call.params = params.values
            call.chat_id = self._chat_id(call.params)
            return operation, params

        async def perform(checked: tuple[Operation, Params]) -> web.Response:
            call.result = await self._perform(*checked)
            return json_answer(call.result)

        return await self._line.serve(request, call, read, perform)

    def _chat_id(self, params: Json) -> int | None:
        """The chat that a call is about, however it names it."""
        if isinstance(user_id := params.get("user_id"), int) and "chat_id" not in params:
            return user_id ^ self._world.bot.id
        message = self._world.by_mid.get(str(params.get("message_id")))
        press = self._world.presses.get(str(params.get("callback_id")))
        if message is not None:
            return message.chat.id
        if press is not None:
            return press.message.chat.id
        chat_id = params.get("chat_id")
        return chat_id if isinstance(chat_id, int) else None

    async def _perform(self, operation: Operation, params: Params) -> Any:
        handler = OPERATIONS.get(operation.id)
        if handler is None:
            raise not_simulated(f"the operation {operation.id}")
        try:
            result = handler(self._world, params)
            if inspect.isawaitable(result):
                result = await result
            # Updates were checked when they were queued, but for kinds nobody knows.
            known = result | {"updates": []} if operation.id == "getUpdates" else result
            operation.answer(known)
        except SchemaError as error:
            raise own_fault(f"{operation.id}: {error}") from error
        return result

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        call = Call("upload", {}, self._world.clock())

        async def read() -> Upload:
            upload = self._world.files.upload(request.match_info["key"])
            call.params = {"type": upload.kind}
            return upload

        async def perform(upload: Upload) -> web.Response:
            if request.content_type == "multipart/form-data":
                return _uploaded(upload, await self._whole(request, upload))
            return await self._part(request, upload)

        return await self._line.serve(request, call, read, perform)

    async def _whole(self, request: web.Request, upload: Upload) -> StoredFile:
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge:
            raise ApiError(413, "proto.payload", "the file is too large") from None
        parts = list(form.items())
        if len(parts) != 1 or parts[0][0] != "data" or not isinstance(parts[0][1], web.FileField):
            raise broken_contract("an upload is one file under the name 'data'")
        part = parts[0][1]
        return self._world.files.finish(upload, part.file.read(), part.filename, part.content_type)

    async def _part(self, request: web.Request, upload: Upload) -> web.Response:
        """A file that comes in parts, each with its Content-Range."""
        place = RANGE.fullmatch(request.headers.get("Content-Range", ""))
        if place is None:
            raise broken_contract("an upload is multipart/form-data or has a Content-Range")
        start, end, total = (int(number) for number in place.groups())
        data = await request.read()
        if start != len(upload.received) or end - start + 1 != len(data) or end >= total:
            raise broken_contract(
                f"part {place[0]} does not fit after {len(upload.received)} bytes"
            )
        upload.received += data
        if len(upload.received) < total:
            return web.Response(status=201, text=f"0-{end}/{total}")
        name = request.headers.get("X-File-Name", "file.bin")
        return _uploaded(
            upload, self._world.files.finish(upload, bytes(upload.received), name, None)
        )

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["kind"], request.match_info["number"]
        call = Call("file", {"path": "/".join(path)}, self._world.clock())

        async def read() -> None:
            return None

        async def send(_: None) -> web.Response:
            file = self._world.files.at(*path)
            if file is None:
                raise not_found("File not found")
            disposition = f'attachment; filename="{quote(file.name)}"'
            return web.Response(
                body=file.data,
                content_type=file.mime_type,
                headers={"Content-Disposition": disposition},
            )

        return await self._line.serve(request, call, read, send)


def _uploaded(upload: Upload, file: StoredFile) -> web.Response:
    """Images and files have their token in this answer; video and audio had it before."""
    if upload.kind == "image":
        return json_answer({"photos": {str(file.number): {"token": file.token}}})
    if upload.kind == "file":
        return json_answer({"fileId": file.number, "token": file.token})
    return web.Response(text=XML, content_type="text/xml")
