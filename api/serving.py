"""Runs routes under aiohttp: who calls, what is given, one hop to the database, the answer.

The key is looked up in the same hop and transaction as the work, before anything else in it; what
is refused earlier is refused after a look at the key, so that 401 comes before any other error.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from aiohttp import web

from api import auth, reading
from api.desk import Desk
from api.routing import Call, LongCall, Route
from storage import api_keys, idempotency
from storage.errors import HelpdeskError, Unauthorized
from storage.idempotency import Answer, Once
from storage.transaction import Transaction

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(route: Route, desk: Desk) -> Serve:
    """The aiohttp handler of a route."""
    return _long(route, desk) if route.is_long else _in_transaction(route, desk)


def _in_transaction(route: Route, desk: Desk) -> Serve:
    submit = desk.db.write if route.writes else desk.db.read

    def run(
        tx: Transaction, hashed: str, path: Mapping[str, str], given: object, once: Once | None
    ) -> tuple[Answer, bool]:
        project_id: UUID = api_keys.project_of(tx, hashed)
        return carry_out(route, Call(desk, tx, project_id, path, given), once)

    async def handle(request: web.Request) -> web.StreamResponse:
        hashed = await auth.admit(desk, request)
        given, once = await _given(request, route, desk)
        if route.before is not None:
            project_id = await auth.authenticate(desk, request)
            if once is None or await desk.db.read(idempotency.find, project_id, once) is None:
                await route.before(desk, given)
        try:
            if route.prepare is not None and (first := route.prepare(given)) is not None:
                await desk.db.write(_known, hashed, first)
            answer, replayed = await submit(run, hashed, request.match_info, given, once)
        except Unauthorized:
            desk.limiter.forget(hashed)
            raise
        return respond(answer, replayed=replayed)

    return handle


def _known(tx: Transaction, hashed: str, first: Callable[[Transaction], object]) -> None:
    api_keys.project_of(tx, hashed)
    first(tx)


def _long(route: Route, desk: Desk) -> Serve:
    async def handle(request: web.Request) -> web.StreamResponse:
        project_id = await auth.recognise(desk, request)
        given = await reading.read(request, route)
        result = await route.handler(LongCall(desk, request, project_id, given))
        return (
            result if isinstance(result, web.StreamResponse) else respond(answer_of(route, result))
        )

    return handle


async def _given(request: web.Request, route: Route, desk: Desk) -> tuple[object, Once | None]:
    try:
        given = await reading.read(request, route)
        asks_once = reading.IDEMPOTENCY_KEY in request.headers
        return given, await reading.once(request) if asks_once else None
    except HelpdeskError:
        await auth.authenticate(desk, request)
        raise


def carry_out(route: Route, call: Call[object], once: Once | None) -> tuple[Answer, bool]:
    """A plain route's answer, and whether it was given before to the same key."""
    tx, project_id = call.tx, call.project_id
    if once is not None:
        kept = idempotency.find(tx, project_id, once)
        if kept is not None:
            return kept, True
    answer = answer_of(route, route.handler(call))
    if once is not None:
        idempotency.keep(tx, project_id, once, answer)
    return answer, False


def answer_of(route: Route, result: object) -> Answer:
    """What a handler gave, as it goes over the wire."""
    if result is None:
        return Answer(204, None, None)
    location = None if route.location is None else route.location.format(result)
    return Answer(route.status, route.to_json(result), location)


def respond(answer: Answer, *, replayed: bool = False) -> web.Response:
    """The response that carries an answer; `replayed` says that it was given before."""
    response = web.Response(
        status=answer.status,
        body=answer.body,
        content_type=None if answer.body is None else "application/json",
    )
    if answer.location is not None:
        response.headers["Location"] = answer.location
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
