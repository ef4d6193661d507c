"""Runs routes under aiohttp: who calls, what is given, one hop to the database, the answer.

The key is looked up in the same hop and transaction as the work, before anything else in it; what
is refused earlier is refused after a look at the key, so that 401 comes before any other error.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from uuid import UUID

from aiohttp import web

from api import auth, reading
from api.desk import Desk
from api.routing import Call, LongCall, Route
from storage import api_keys
from storage.database import Transaction
from storage.errors import HelpdeskError

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Reply(NamedTuple):
    """An answer as it goes over the wire."""

    status: int
    body: bytes | None
    location: str | None


def serve(route: Route, desk: Desk) -> Serve:
    """The aiohttp handler of a route."""
    return _long(route, desk) if route.is_long else _in_transaction(route, desk)


def _in_transaction(route: Route, desk: Desk) -> Serve:
    submit = desk.db.write if route.writes else desk.db.read

    def run(tx: Transaction, hashed: str, path: Mapping[str, str], given: object) -> Reply:
        project_id: UUID = api_keys.project_of(tx, hashed)
        return _reply(route, route.handler(Call(desk, tx, project_id, path, given)))

    async def handle(request: web.Request) -> web.StreamResponse:
        hashed = auth.key_hash(request)
        given = await _given(request, route, desk)
        return _response(await submit(run, hashed, request.match_info, given))

    return handle


def _long(route: Route, desk: Desk) -> Serve:
    async def handle(request: web.Request) -> web.StreamResponse:
        project_id = await auth.authenticate(desk.db, request)
        given = await reading.read(request, route)
        result = await route.handler(LongCall(desk, request, project_id, given))
        return (
            result if isinstance(result, web.StreamResponse) else _response(_reply(route, result))
        )

    return handle


async def _given(request: web.Request, route: Route, desk: Desk) -> object:
    try:
        return await reading.read(request, route)
    except HelpdeskError:
        await auth.authenticate(desk.db, request)
        raise


def _reply(route: Route, result: object) -> Reply:
    if result is None:
        return Reply(204, None, None)
    location = None if route.location is None else route.location.format(result)
    return Reply(route.status, route.to_json(result), location)


def _response(reply: Reply) -> web.Response:
    response = web.Response(
        status=reply.status,
        body=reply.body,
        content_type=None if reply.body is None else "application/json",
    )
    if reply.location is not None:
        response.headers["Location"] = reply.location
    return response
