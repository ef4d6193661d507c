"""Updates on their way in: committed before they are confirmed, by polling and by webhook."""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import failures, intake
from bot.health import Health
from bot.messengers import Messenger
from bot.messengers.telegram import lane_of
from bot.playground.telegram import Person, TelegramStandIn, faults
from storage.database import Database, Row
from storage.errors import Unavailable
from storage.model import Channel

SECRET = "a-secret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE = 15.0


class Outage:
    """Lets no write through while it lasts; `failed` counts those that tried."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failed = 0
        self.lasts = True
        self._write = db.write
        monkeypatch.setattr(db, "write", self._or_fail)

    async def _or_fail(self, operation: Callable[..., Any], *args: Any) -> Any:
        if self.lasts:
            self.failed += 1
            raise Unavailable("The disk is full.")
        return await self._write(operation, *args)


async def received(db: Database) -> list[Row]:
    return await db.read(lambda tx: tx.all("SELECT * FROM inbox ORDER BY id"))


async def until(db: Database, condition: Callable[[list[Row]], object]) -> list[Row]:
    async with asyncio.timeout(PATIENCE):
        while not condition(rows := await received(db)):
            continue
        return rows


# --- polling ------------------------------------------------------------------------------------


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def ann(telegram: TelegramStandIn) -> Person:
    return telegram.add_person("Ann")


Poll = Callable[[], Awaitable[None]]


@pytest.fixture
async def poll(
    db: Database, messenger: Messenger, health: Health, impatient: None
) -> AsyncIterator[Poll]:
    """Begins to poll; begun again, it is the next process."""
    tasks: list[asyncio.Task[None]] = []

    async def end() -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def begin() -> None:
        await end()
        tasks.append(asyncio.create_task(intake.poll(db, messenger, health)))

    yield begin
    await end()


async def test_an_update_is_committed_before_it_is_confirmed(
    db: Database,
    telegram: TelegramStandIn,
    ann: Person,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outage = Outage(db, monkeypatch)
    ann.say("Hello")
    await poll()
    await until(db, lambda _: outage.failed >= 5)
    assert telegram.updates_pending == 1
    await poll()  # a crash in between changes nothing
    before = outage.failed
    await until(db, lambda _: outage.failed > before)
    assert telegram.updates_pending == 1
    outage.lasts = False
    (row,) = await until(db, lambda rows: rows)
    assert "Hello" in row["payload"]
    await telegram.until(lambda: telegram.updates_pending == 0)


async def test_updates_that_wait_at_the_start_are_taken_in_in_order_and_once(
    db: Database, telegram: TelegramStandIn, ann: Person, poll: Poll
) -> None:
    for number in range(150):
        ann.say(f"line {number}")
    await poll()
    await until(db, lambda rows: len(rows) >= 50)
    await poll()
    await telegram.until(lambda: telegram.updates_pending == 0)
    texts = [json.loads(row["payload"])["message"]["text"] for row in await received(db)]
    assert texts == [f"line {number}" for number in range(150)]


async def test_an_update_that_comes_twice_is_taken_in_once(
    db: Database, telegram: TelegramStandIn, ann: Person, poll: Poll
) -> None:
    await poll()
    ann.say("Hello")
    telegram.repeat_update()
    ann.say("The end")
    await telegram.until(lambda: telegram.updates_pending == 0)
    assert len(await until(db, lambda rows: len(rows) >= 2)) == 2


async def test_updates_come_in_again_after_an_outage_of_the_messenger(
    db: Database, telegram: TelegramStandIn, ann: Person, poll: Poll, health: Health
) -> None:
    await poll()
    await telegram.until(lambda: telegram.polling)
    telegram.down()
    async with asyncio.timeout(PATIENCE):
        while not health.reasons():
            await received(db)
    assert "cannot be reached" in health.reasons()[0]
    telegram.up()
    async with asyncio.timeout(PATIENCE):
        while health.reasons():  # at once, not after the next update
            await received(db)
    ann.say("Hello")
    await until(db, lambda rows: rows)


async def test_a_webhook_left_over_is_removed_and_loses_nothing(
    db: Database, telegram: TelegramStandIn, messenger: Messenger, ann: Person, poll: Poll
) -> None:
    telegram.route_webhook("https://old.example", "http://127.0.0.1:1")
    await messenger.bot.set_webhook("https://old.example/hook")
    ann.say("Hello")
    await poll()
    await until(db, lambda rows: rows)
    assert (await messenger.bot.get_webhook_info()).url == ""


@pytest.fixture
def waits(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long polling would wait at most after each error; it waits no time at all."""
    noted: list[float] = []

    def wait_after(error: Exception, attempt: int) -> float:
        with monkeypatch.context() as patched:
            patched.setattr(random, "uniform", lambda _, most: most)
            noted.append(failures.wait_after(error, attempt))
        return 0.0

    monkeypatch.setattr(intake, "wait_after", wait_after)
    return noted


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (faults.reject(401, "Unauthorized"), "refuses the token"),
        (faults.reject(409, "Conflict: terminated by other getUpdates request"), "another program"),
        (faults.reject(404, "Not Found"), "Not Found"),
        (faults.status(502), "decode"),
    ],
)
async def test_a_refusal_is_told_and_asked_about_again_ever_more_slowly(
    telegram: TelegramStandIn,
    poll: Poll,
    health: Health,
    waits: list[float],
    refusal: faults.Fault,
    reason: str,
) -> None:
    telegram.faults.add(refusal, "getUpdates", times=None)
    await poll()
    await telegram.until(lambda: len(waits) > 10)
    assert reason in health.reasons()[0]
    assert waits[0] == 1
    assert waits[-1] == 60


async def test_the_messengers_wish_to_wait_is_heeded(
    telegram: TelegramStandIn, poll: Poll, waits: list[float]
) -> None:
    telegram.faults.add(faults.too_many_requests(77), "getUpdates", times=2)
    await poll()
    await telegram.until(lambda: len(waits) == 2)
    assert waits == [77, 77]


# --- webhook ------------------------------------------------------------------------------------


@pytest.fixture
async def hook(db: Database) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    handler = intake.webhook_handler(
        db, Channel.TELEGRAM, SECRET, lambda body: intake.received([body])
    )
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app)) as client:
        yield client


UPDATE = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 5}, "text": "Hello"}}


async def post(
    hook: TestClient[Any, Any], body: object = UPDATE, secret: str | None = SECRET
) -> int:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {} if secret is None else {HEADER: secret}
    async with hook.post("/", data=data, headers=headers) as answer:
        return answer.status


async def test_200_comes_after_the_commit(db: Database, hook: TestClient[Any, Any]) -> None:
    assert await post(hook) == 200
    (row,) = await received(db)
    assert (row["update_id"], row["chat_id"], row["status"]) == (7, 5, "pending")


async def test_503_is_the_answer_while_nothing_can_be_committed(
    db: Database, hook: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    outage = Outage(db, monkeypatch)
    assert await post(hook) == 503
    outage.lasts = False
    assert await post(hook) == 200
    assert len(await received(db)) == 1


async def test_the_same_update_again_is_confirmed_and_taken_in_once(
    db: Database, hook: TestClient[Any, Any]
) -> None:
    assert await post(hook) == 200
    assert await post(hook) == 200
    assert len(await received(db)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ключ", "\udce9"])
async def test_without_the_secret_nothing_is_taken_in(
    db: Database, hook: TestClient[Any, Any], secret: str | None
) -> None:
    assert await post(hook, secret=secret) == 401
    assert await received(db) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"no JSON", [], "text", 7, None, {}, {"update_id": None}, {"update_id": "x"}],
    ids=repr,
)
async def test_what_is_no_update_is_refused(
    db: Database, hook: TestClient[Any, Any], body: object
) -> None:
    assert await post(hook, body) == 400
    assert await received(db) == []


async def test_a_huge_body_is_refused(db: Database, hook: TestClient[Any, Any]) -> None:
    assert await post(hook, b"x" * (2 * 1024 * 1024)) == 413
    assert await received(db) == []


# --- odd updates --------------------------------------------------------------------------------


async def test_half_a_surrogate_pair_costs_a_sign_and_no_update(
    db: Database, hook: TestClient[Any, Any]
) -> None:
    """Other programs cut texts in the middle of an emoji; SQLite takes no such text."""
    halves = b'{"update_id": 1, "message": {"chat": {"id": 5}, "text": "a\\ud83d \\ud83d\\ude00"}}'
    assert await post(hook, halves) == 200
    (row,) = await received(db)
    assert json.loads(row["payload"])["message"]["text"] == "a� 😀"


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": -5}}}}, -5),
        ({"callback_query": {"from": {"id": 6}}}, 6),
        ({"my_chat_member": {"chat": {"id": -7}, "from": {"id": 6}}}, -7),
        ({"new_kind": {"message": "words", "thing": 1}}, 0),
        ({"message": {"chat": {"id": "@name"}}}, 0),
        ({}, 0),
    ],
)
def test_an_update_goes_to_the_lane_of_its_chat(update: dict[str, Any], lane: int) -> None:
    assert lane_of({"update_id": 1, **update}) == lane
