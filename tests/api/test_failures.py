"""Handlers that fail in every way, and databases that cannot be used: what leaves the server says
so in one shape and tells nothing of the inside."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from storage.database import Database
from storage.errors import HelpdeskError, NotFound, Unavailable
from storage.transaction import Transaction
from tests.api.conftest import Desk, Serve
from tests.serving import serving

TICKETS = "/v1/helpdesk/tickets"
SECRET = "the inside, which is nobody's business"


class OurNewKind(HelpdeskError):
    """Somebody forgot to say which status this has."""

    code = "brand_new"


def invalid() -> ValidationError:
    try:
        TypeAdapter(int).validate_python(SECRET)
    except ValidationError as error:
        return error
    raise AssertionError


FAILURES: dict[str, tuple[Exception, int]] = {
    "a bug": (RuntimeError(SECRET), 500),
    "an assertion": (AssertionError(SECRET), 500),
    "no such key": (KeyError(SECRET), 500),
    "too deep": (RecursionError(SECRET), 500),
    "no memory": (MemoryError(SECRET), 500),
    "an end of iteration": (StopAsyncIteration(SECRET), 500),
    "a text that is none": (UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET), 500),
    "a timeout": (TimeoutError(SECRET), 500),
    "no permission": (PermissionError(13, SECRET, "/var/lib/desk"), 500),
    "a broken pipe to another": (BrokenPipeError(SECRET), 500),
    "SQLite's own words": (sqlite3.OperationalError(f"near {SECRET}: syntax error"), 500),
    "several at once": (ExceptionGroup(SECRET, [RuntimeError(SECRET)]), 500),
    "an answer that does not fit": (invalid(), 500),
    "a client's failure": (aiohttp.ClientConnectionError(SECRET), 500),
    "a redirect": (web.HTTPFound("https://inside.example/" + SECRET.replace(" ", "-")), 400),
    "HTML": (web.HTTPInternalServerError(text=f"<h1>{SECRET}</h1>"), 500),
    "a teapot": (web.HTTPNotFound(text=SECRET), 404),
    "a status of its own": (web.HTTPServiceUnavailable(text=SECRET), 500),
    "a kind without a status": (OurNewKind("Told."), 500),
    "what is not there": (NotFound("There is none."), 404),
    "an outage": (Unavailable("The disk is full."), 503),
}


def raising(error: Exception) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        raise error

    return handler


async def nothing(request: web.Request) -> web.StreamResponse:
    return None  # type: ignore[return-value]


async def words(request: web.Request) -> web.StreamResponse:
    return SECRET  # type: ignore[return-value]


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"the first half")
    raise RuntimeError(SECRET)


@pytest.fixture
async def failing(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A server whose every path fails in its own way."""
    db = await Database.open(tmp_path / "desk.db")
    app = web.Application()
    for name, (error, _) in FAILURES.items():
        app.router.add_get("/" + name.replace(" ", "-"), raising(error))
    for handler in (nothing, words, half):
        app.router.add_get("/" + handler.__name__, handler)
    async with serving(app) as url, aiohttp.ClientSession(url) as http:
        yield http
    await db.close()


@pytest.mark.parametrize("name", [*FAILURES, "nothing", "words"])
async def test_whatever_a_handler_does_one_shape_leaves_the_server(
    failing: aiohttp.ClientSession, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, status = FAILURES.get(name, (None, 500))
    path = "/" + name.replace(" ", "-")
    async with failing.get(path, allow_redirects=False) as response:
        body = await response.read()
    problem = json.loads(body)
    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail", "code", "retryable"} <= problem.keys()
    assert problem["retryable"] is (status == 503)
    sent = body.decode() + str(dict(response.headers))
    for word in ("inside", "business", "Error", "Traceback", "Exception", ".py", "<", "aiohttp"):
        assert word not in sent.replace(f"urn:deskwire:error:{problem['code']}", ""), sent
    assert response.headers["X-Request-Id"]
    assert "Location" not in response.headers
    if status == 500 and name in FAILURES and isinstance(FAILURES[name][0], RuntimeError):
        told = capsys.readouterr()
        assert response.headers["X-Request-Id"] in told.out + told.err


async def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(
    failing: aiohttp.ClientSession,
) -> None:
    async with failing.get("/half") as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    async with failing.get("/what-is-not-there") as response:
        assert response.status == 404


async def refused(desk: Desk) -> None:
    """Writing is, and can be tried again; reading goes on."""
    headers = {"Idempotency-Key": "patience"}
    answer = await desk.client.call("POST", TICKETS, json={"text": "x" * 4000}, headers=headers)
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.json["retryable"] is True
    assert "Idempotency-Replayed" not in answer.headers
    assert (await desk.client.get(TICKETS)).json["tickets"] == []


async def taken(desk: Desk) -> None:
    """The same request succeeds, and once."""
    headers = {"Idempotency-Key": "patience"}
    answer = await desk.client.call("POST", TICKETS, json={"text": "x" * 4000}, headers=headers)
    assert (answer.status, answer.json["ticket_number"]) == (201, 1)
    assert "Idempotency-Replayed" not in answer.headers


async def test_a_locked_database_is_503_until_it_is_free(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT", 0.05)
    desk = await serve()
    other = sqlite3.connect(desk.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await refused(desk)
    other.execute("ROLLBACK")
    other.close()
    await taken(desk)


async def test_a_full_disk_is_503_until_there_is_room(desk: Desk) -> None:
    def fill(tx: Transaction) -> None:
        [(free,)] = tx.all("PRAGMA freelist_count")
        tx.run("CREATE TABLE filler (bytes BLOB)")
        tx.run("INSERT INTO filler VALUES (zeroblob(:size))", size=free * 4096)
        [(pages,)] = tx.all("PRAGMA page_count")
        tx.all(f"PRAGMA max_page_count = {pages}")

    await desk.db.write(fill)
    many = await asyncio.gather(*(desk.client.post(TICKETS, {"text": "x" * 4000}) for _ in "12"))
    assert {answer.code for answer in many} == {"unavailable"}
    await refused(desk)
    await desk.db.write(lambda tx: tx.all("PRAGMA max_page_count = 1000000"))
    await taken(desk)
