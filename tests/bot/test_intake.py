"""Polling: an update is committed before it is confirmed, and nothing makes it ask in vain."""

import asyncio
import json
import random

import pytest

from bot import failures, intake
from bot.health import Health
from bot.messengers import Messenger
from bot.playground.telegram import Person, TelegramStandIn, faults
from storage.database import Database
from tests.bot.conftest import Poll
from tests.bot.full_disk import FullDisk
from tests.bot.received import PATIENCE, received, until


@pytest.fixture
def ann(telegram: TelegramStandIn) -> Person:
    return telegram.add_person("Ann")


async def test_an_update_is_committed_before_it_is_confirmed(
    db: Database,
    telegram: TelegramStandIn,
    ann: Person,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = FullDisk(db, monkeypatch)
    ann.say("Hello")
    await poll()
    await until(db, lambda _: disk.failed >= 5)
    assert telegram.updates_pending == 1
    await poll()  # a crash in between changes nothing
    before = disk.failed
    await until(db, lambda _: disk.failed > before)
    assert telegram.updates_pending == 1
    disk.full = False
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


async def test_it_first_asks_without_waiting_to_know_at_once_that_all_is_well(
    telegram: TelegramStandIn, ann: Person, poll: Poll
) -> None:
    ann.say("Hello")
    await poll()
    await telegram.until(lambda: telegram.updates_pending == 0)
    asked = [call.params["timeout"] for call in telegram.calls if call.method == "getUpdates"]
    assert asked[0] == 0
    ann.say("More")
    await telegram.until(lambda: telegram.updates_pending == 0)
    assert telegram.calls[-1].params["timeout"] > 0


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
