"""MAX's webhook: 200 after the commit, to who knows the secret; set again where MAX dropped it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot import intake
from bot.health import Health
from bot.messengers import Messenger
from bot.playground.max import MaxStandIn, Person
from bot.playground.max.webhook import GIVES_UP_AFTER, SECRET_HEADER
from storage.database import Database
from tests.bot.full_disk import FullDisk
from tests.bot.messengers.max.arrivals import Arrivals
from tests.bot.playground.clock import Clock
from tests.serving import serving

SECRET = "only-max-knows"
PUBLIC = "https://desk.example"
URL = f"{PUBLIC}/webhooks/max"


@pytest.fixture
def hours() -> Clock:
    """The messenger's clock."""
    return Clock()


@pytest.fixture
async def stand_in(hours: Clock) -> AsyncIterator[MaxStandIn]:
    async with MaxStandIn(clock=hours) as running:
        yield running
        assert running.calls.broken_contracts == []


@pytest.fixture
async def hook(db: Database, messenger: Messenger, stand_in: MaxStandIn) -> AsyncIterator[str]:
    """The receiver's own address, which MAX reaches by the public one."""
    app = web.Application()
    app.router.add_post("/webhooks/max", intake.webhook_handler(db, messenger, SECRET))
    async with serving(app) as url:
        stand_in.route_webhook(PUBLIC, url)
        yield f"{url}/webhooks/max"


@pytest.fixture
async def arrivals(db: Database, messenger: Messenger, hook: str) -> Arrivals:
    """Webhook mode, begun."""
    await intake.set_webhook(messenger, URL, SECRET)
    return Arrivals(db, messenger.feed)


async def post(hook: str, body: object, headers: dict[str, str]) -> int:
    async with ClientSession() as http, http.post(hook, json=body, headers=headers) as answer:
        return answer.status


async def test_updates_come_with_the_secret_and_are_taken_in(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals
) -> None:
    ann.say("Hello")
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    assert {attempt.status for attempt in stand_in.webhook_attempts} == {200}
    started, said = await arrivals.updates()
    assert started.message is not None
    assert said.message is not None
    assert (started.message.text, said.message.text) == ("/start", "Hello")
    [subscription] = stand_in.subscriptions
    assert (subscription.url, subscription.secret) == (URL, SECRET)


async def test_503_is_the_answer_while_nothing_can_be_committed_and_max_sends_again(
    db: Database,
    stand_in: MaxStandIn,
    ann: Person,
    arrivals: Arrivals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    disk = FullDisk(db, monkeypatch)
    ann.say("Hello")
    await stand_in.until(lambda: stand_in.webhook_attempts[-1].status == 503)
    assert stand_in.updates_pending == 1
    disk.full = False
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    _, said = await arrivals.updates()
    assert said.message is not None
    assert said.message.text == "Hello"


async def test_an_update_delivered_twice_is_taken_in_once(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals
) -> None:
    ann.say("Hello")
    stand_in.repeat_update()
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    assert len(stand_in.webhook_attempts) == 3
    assert len(await arrivals.rows()) == 2


async def test_a_repeat_is_known_although_the_person_was_active_since(
    hook: str, db: Database
) -> None:
    def update(active: int) -> dict[str, object]:
        user = {"user_id": 7, "first_name": "Ann", "is_bot": False, "last_activity_time": active}
        return {"update_type": "bot_started", "timestamp": 1, "chat_id": 5, "user": user}

    for active in (1, 2):
        assert await post(hook, update(active), {SECRET_HEADER: SECRET}) == 200
    assert len(await db.read(lambda tx: tx.all("SELECT * FROM inbox"))) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SECRET_HEADER: ""},
        {SECRET_HEADER: "wrong"},
        {SECRET_HEADER: SECRET + "x"},
        {"X-Telegram-Bot-Api-Secret-Token": SECRET},
    ],
    ids=["none", "empty", "wrong", "longer", "another messenger's"],
)
async def test_without_the_secret_nothing_is_taken_in(
    db: Database, hook: str, headers: dict[str, str]
) -> None:
    update = {"update_type": "bot_started", "timestamp": 1, "chat_id": 5, "user": {"user_id": 7}}
    assert await post(hook, update, headers) == 401
    assert await db.read(lambda tx: tx.all("SELECT * FROM inbox")) == []


@pytest.mark.parametrize("body", [None, [], "text", 7, {}, {"update_type": 7}], ids=repr)
async def test_what_is_no_update_is_refused(hook: str, body: object) -> None:
    assert await post(hook, body, {SECRET_HEADER: SECRET}) == 400


async def test_an_unknown_kind_is_confirmed(hook: str, db: Database) -> None:
    unknown = {"update_type": "hologram_shown", "timestamp": 1}
    assert await post(hook, unknown, {SECRET_HEADER: SECRET}) == 200
    assert await db.read(lambda tx: tx.all("SELECT * FROM inbox")) == []


async def test_a_webhook_that_max_dropped_is_set_again_and_what_waited_comes_in(
    stand_in: MaxStandIn,
    messenger: Messenger,
    ann: Person,
    arrivals: Arrivals,
    hours: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    stand_in.route_webhook(PUBLIC, "http://127.0.0.1:1")
    ann.say("Is anybody there?")
    await stand_in.until(lambda: stand_in.webhook_attempts[-1].status == 0)
    hours.now += GIVES_UP_AFTER + 60
    await stand_in.until(lambda: stand_in.subscriptions == [])

    monkeypatch.setattr(intake, "WATCH_SECONDS", 0.01)
    health = Health()
    watch = asyncio.create_task(intake.watch_webhook(messenger, URL, SECRET, health))
    await stand_in.until(lambda: stand_in.subscriptions)
    watch.cancel()
    await asyncio.wait([watch])
    [subscription] = stand_in.subscriptions
    assert (subscription.url, subscription.secret) == (URL, SECRET)
    assert health.reasons() == []


async def test_watching_goes_on_after_an_outage_and_tells_of_it(
    stand_in: MaxStandIn,
    messenger: Messenger,
    arrivals: Arrivals,
    impatient: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "WATCH_SECONDS", 0.01)
    health = Health()
    watch = asyncio.create_task(intake.watch_webhook(messenger, URL, SECRET, health))
    stand_in.down()
    await arrivals.until(lambda _: health.reasons())
    stand_in.up()
    await arrivals.until(lambda _: not health.reasons())
    watch.cancel()
    await asyncio.wait([watch])
