"""What a page of a website may ask without a key: a request, what became of it, its QR codes.

A project admits pages by their origin (`cors`), and an address asks so often in a minute
(`limiter`). What a request is, and how it is waited for, is `requests`' business.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from aiohttp import web

from api import addresses, answers, auth, cors, inputs, reading, requests, serving
from api.addresses import Network
from api.desk import Desk
from api.errors import RateLimited
from api.limiter import Minutes
from api.qr import QrCode, code
from api.routing import Call, LongCall, Route
from api.stamp import STAMP
from storage import projects
from storage import requests as storage
from storage.errors import ChannelUnavailable, NotFound, RequestNotFound
from storage.idempotency import Answer, Once
from storage.model import Channel, Project, Request
from storage.transaction import Transaction

MADE_A_MINUTE = 10
"""Requests that one address may make."""
ASKED_A_MINUTE = 120
"""Questions about them: a page that waits asks every 25 seconds, and an office has one address."""

ONE = auth.PUBLIC + "/request/{request_id}"


def create_public_request(call: Call[inputs.NewRequest]) -> answers.Request:
    """Make a request from a page of a website, as its support button does."""
    return requests.create_request(call)


async def get_public_request_status(call: LongCall[inputs.RequestQuery]) -> Request:
    """What became of a page's request; with `wait`, once it changes or so many seconds passed."""
    request_id = call.request.match_info["request_id"]
    return await requests.standing(call.desk, call.project_id, request_id, call.given.wait)


async def get_public_request_qr(call: LongCall[inputs.QrQuery]) -> QrCode:
    """The QR code of a request's link into one messenger."""
    request_id = call.request.match_info["request_id"]
    found = await call.desk.db.read(storage.get, call.project_id, request_id)
    shown = requests.answer(call.desk, found)
    in_telegram = call.given.channel is Channel.TELEGRAM
    link = shown.telegram_link if in_telegram else shown.max_link
    if link is None:
        raise ChannelUnavailable("This request has no link into this messenger.")
    return code(link)


CREATE = Route(
    "POST",
    auth.PUBLIC + "/{slug}/request",
    create_public_request,
    body=inputs.NewRequest,
    answer=answers.Request,
    status=201,
    location=ONE.replace("request_id", "0.request_id") + "/status",
    errors=requests.NOT_MADE,
    for_pages=True,
)
STATUS = Route(
    "GET",
    ONE + "/status",
    get_public_request_status,
    query=inputs.RequestQuery,
    answer=answers.RequestState,
    errors=(RequestNotFound,),
    for_pages=True,
)
QR = Route(
    "GET",
    ONE + "/qr",
    get_public_request_qr,
    query=inputs.QrQuery,
    answer=answers.QrCode,
    errors=(RequestNotFound, ChannelUnavailable),
    for_pages=True,
)
ROUTES = [CREATE, STATUS, QR]

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, desk: Desk, trusted: Sequence[Network]) -> None:
    """The routes, and each one's answer to browsers that ask first; `trusted` are the proxies."""
    door = _Door(desk, trusted)
    for route in ROUTES:
        serve = _in_transaction(door) if route is CREATE else _long(door, route)
        app.router.add_route(route.method, route.path, serve, name=route.operation_id)
        app.router.add_route("OPTIONS", route.path, _preflight(door, route))


class _Door:
    """Lets in pages that the project admits, an address so often in a minute."""

    def __init__(self, desk: Desk, trusted: Sequence[Network]) -> None:
        self.desk = desk
        self._trusted = trusted
        self._made = Minutes(MADE_A_MINUTE, desk.limiter.seconds)
        self._asked = Minutes(ASKED_A_MINUTE, desk.limiter.seconds)

    async def admit(self, request: web.Request, route: Route) -> UUID:
        """The project that the page asks. Raises NotFound, or RequestNotFound, where none admits
        the page: whether there is such a project, or request, is then not told."""
        request[STAMP].update(cors.WITH_NOBODY)
        find, refused = (_named, NotFound) if route is CREATE else (_of_request, RequestNotFound)
        project = await self.desk.db.read(find, request.match_info)
        origin = None if project is None else cors.admitted(request, project.allowed_origins)
        if project is None or origin is None:
            raise refused("Pages of this origin may not ask for this.")
        request[STAMP].update(cors.with_page(origin))
        return project.id

    def count(self, request: web.Request, route: Route) -> None:
        """Raises RateLimited."""
        minutes = self._made if route is CREATE else self._asked
        quota = minutes.take(addresses.caller(request, self._trusted))
        request[STAMP].update(quota.headers())
        if quota.over:
            raise RateLimited(quota.reset)


def _named(tx: Transaction, path: Mapping[str, str]) -> Project | None:
    try:
        return projects.by_slug(tx, path["slug"])
    except NotFound:
        return None


def _of_request(tx: Transaction, path: Mapping[str, str]) -> Project | None:
    try:
        return projects.get(tx, storage.find(tx, requests.known_id(path)).project_id)
    except RequestNotFound:
        return None


def _in_transaction(door: _Door) -> Serve:
    def run(
        tx: Transaction, project_id: UUID, given: object, once: Once | None
    ) -> tuple[Answer, bool]:
        return serving.carry_out(CREATE, Call(door.desk, tx, project_id, {}, given), once)

    async def handle(request: web.Request) -> web.StreamResponse:
        project_id = await door.admit(request, CREATE)
        door.count(request, CREATE)
        given = await reading.read(request, CREATE)
        once = await reading.once(request)
        if once is not None:  # the keys that back-ends use have no space: pages can't take one
            once = once._replace(key=f"page {once.key}")
        answer, replayed = await door.desk.db.write(run, project_id, given, once)
        return serving.respond(answer, replayed=replayed)

    return handle


def _long(door: _Door, route: Route) -> Serve:
    async def handle(request: web.Request) -> web.StreamResponse:
        project_id = await door.admit(request, route)
        door.count(request, route)
        given = await reading.read(request, route)
        result = await route.handler(LongCall(door.desk, request, project_id, given))
        return serving.respond(serving.answer_of(route, result))

    return handle


def _preflight(door: _Door, route: Route) -> Serve:
    async def handle(request: web.Request) -> web.StreamResponse:
        await door.admit(request, route)
        return cors.preflight(route.method)

    return handle
