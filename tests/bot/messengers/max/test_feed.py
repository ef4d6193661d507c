"""MAX's updates come in once each, none is lost on the way, and MAX is not asked too often."""

import asyncio
import json
from typing import Any

import pytest
from aiogram.types import Message, Update

from bot import intake
from bot.health import Health
from bot.lanes import Lanes
from bot.messengers import Messenger
from bot.messengers.max import build
from bot.messengers.max.feed import MaxReader
from bot.messengers.max.session import MaxBot
from bot.playground.max import Limits, MaxStandIn, Person, faults
from storage import feeds, inbox
from storage.database import Database
from storage.model import Channel
from storage.transaction import Row
from tests.bot.conftest import Poll
from tests.bot.full_disk import FullDisk
from tests.bot.messengers.max.arrivals import Arrivals


def texts(rows: Any) -> list[str]:
    updates = [json.loads(row["payload"])["update"] for row in rows]
    return [update["message"]["body"]["text"] for update in updates if "message" in update]


async def position(db: Database) -> int | None:
    return await db.read(inbox.position, Channel.MAX)


async def test_what_waits_is_taken_in_in_order_and_once_over_restarts(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals, poll: Poll
) -> None:
    stand_in.limit_batches(40)
    for number in range(120):
        ann.say(f"line {number}")
    await poll()
    await arrivals.until(lambda rows: len(rows) > 40)
    await poll()
    await stand_in.until(lambda: stand_in.updates_pending == 0)
    assert texts(await arrivals.rows()) == [f"line {number}" for number in range(120)]


async def test_the_marker_is_kept_so_that_nothing_said_while_away_is_skipped(
    db: Database, bot: MaxBot, ann: Person, arrivals: Arrivals
) -> None:
    """Without a marker MAX tells of the last update alone."""
    before = await position(db)
    for text in ("one", "two", "three"):
        ann.say(text)
    await MaxReader(bot, db).read(wait=False)
    assert texts(await arrivals.rows()) == ["one", "two", "three"]
    assert (await position(db) or 0) > (before or 0)


async def test_an_update_is_committed_before_it_is_confirmed(
    db: Database,
    stand_in: MaxStandIn,
    ann: Person,
    arrivals: Arrivals,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = FullDisk(db, monkeypatch)
    ann.say("Hello")
    await poll()
    await arrivals.until(lambda _: disk.failed >= 2)
    assert stand_in.updates_pending == 1
    disk.full = False
    rows = await arrivals.until(texts)
    assert texts(rows) == ["Hello"]
    await stand_in.until(lambda: stand_in.updates_pending == 0)


async def test_an_update_that_comes_twice_is_taken_in_once(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals
) -> None:
    ann.say("Hello")
    stand_in.repeat_update()
    ann.say("Hello")
    await arrivals.read()
    assert texts(await arrivals.rows()) == ["Hello", "Hello"]
    assert stand_in.updates_pending == 3


async def test_links_opened_in_the_same_moment_are_two_updates(arrivals: Arrivals) -> None:
    start = {"update_type": "bot_started", "timestamp": 1, "chat_id": 5, "user": {"user_id": 7}}
    await arrivals.take_in(start | {"payload": "hd_one"}, start | {"payload": "hd_two"})
    words = [update.message and update.message.text for update in await arrivals.updates()]
    assert words == ["/start hd_one", "/start hd_two"]


async def test_messages_passed_on_in_the_same_moment_are_two_updates(arrivals: Arrivals) -> None:
    bare = {
        "sender": {"user_id": 7, "first_name": "Vera"},
        "recipient": {"chat_id": 5, "chat_type": "dialog", "user_id": 1},
        "timestamp": 1,
        "body": None,
    }
    far = [{"mid": f"mid.{words}", "seq": 1, "text": words} for words in ("one", "two")]
    updates = [
        {
            "update_type": "message_created",
            "timestamp": 1,
            "message": {**bare, "link": {"type": "forward", "message": each}},
        }
        for each in far
    ]
    await arrivals.take_in(*updates, *updates)
    said = [update.message and update.message.text for update in await arrivals.updates()]
    assert said == ["one", "two"]


UNKNOWN = [
    {"update_type": "hologram_shown", "timestamp": 1, "chat_id": 5, "what": {"is": ["this"]}},
    {"update_type": "message_created", "timestamp": 1, "message": "words"},
    {"update_type": "message_created", "timestamp": 1, "message": {"recipient": 7, "body": []}},
    {"update_type": "message_callback", "timestamp": 1, "callback": [1]},
    {"update_type": "bot_started", "timestamp": "now", "chat_id": "five", "user": {"user_id": {}}},
    {"update_type": "user_added", "timestamp": 1, "chat_id": 2**70, "user": 1},
    {"update_type": 7},
    {},
]


@pytest.mark.parametrize("update", UNKNOWN, ids=json.dumps)
async def test_an_unknown_update_stops_no_other_and_is_not_asked_for_again(
    stand_in: MaxStandIn,
    ann: Person,
    arrivals: Arrivals,
    update: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stand_in.world.schema, "check", lambda *_: None)
    ann.say("before")
    stand_in.inject(update)
    ann.say("after")
    await arrivals.read()
    await arrivals.read()
    assert stand_in.updates_pending == 0
    said = [row["payload"] for row in await arrivals.rows() if '"text":' in row["payload"]]
    assert ["before" in said[-2], "after" in said[-1]] == [True, True]


FROM_NOWHERE = {
    "update_type": "message_created",
    "timestamp": 1,
    "message": {
        "sender": {"user_id": 5, "name": "Vera"},
        "recipient": {"chat_type": "dialog", "user_id": 5},
        "body": {"mid": "mid.far", "seq": 1, "text": "Is anybody there?"},
    },
}


@pytest.mark.parametrize("update", [UNKNOWN[2], FROM_NOWHERE], ids=["shape", "chat"])
async def test_an_update_of_an_unknown_shape_or_chat_is_set_aside_for_a_look(
    db: Database, messenger: Messenger, arrivals: Arrivals, impatient: None, update: dict[str, Any]
) -> None:
    await arrivals.take_in(update)
    handled: list[Update] = []

    async def handle(update: Update, _: list[Message]) -> None:
        handled.append(update)

    lanes = asyncio.create_task(Lanes(db, messenger, handle).run())
    rows = await arrivals.until(lambda rows: rows[-1]["status"] == "failed")
    lanes.cancel()
    await asyncio.wait([lanes])
    assert json.loads(rows[-1]["payload"])["update"] == update


async def test_max_is_asked_twice_a_second_at_most(
    db: Database, messenger: Messenger, ann: Person
) -> None:
    async with MaxStandIn(limits=Limits()) as strict:
        vera = strict.add_person("Vera")
        other = build(strict.token, strict.url, {}, db)
        task = asyncio.create_task(intake.poll(db, other, Health()))
        vera.open()
        for number in range(5):
            await strict.until(lambda: strict.polling and strict.updates_pending == 0)
            vera.say(f"line {number}")
        await strict.until(lambda: strict.updates_pending == 0)
        task.cancel()
        await asyncio.wait([task])
        await other.bot.session.close()
        moments = [call.at for call in strict.calls.of("getUpdates")]
        assert strict.refused == 0
    assert len(moments) >= 5
    triples = zip(moments, moments[2:], strict=False)
    assert all(later - first > 1.0 for first, later in triples)


async def test_updates_come_in_again_after_an_outage(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals, poll: Poll, health: Health
) -> None:
    await poll()
    await stand_in.until(lambda: stand_in.polling)
    stand_in.down()
    await arrivals.until(lambda _: health.reasons())
    assert "cannot be reached" in health.reasons()[0]
    stand_in.up()
    await arrivals.until(lambda _: not health.reasons())  # at once, not after the next update
    ann.say("Hello")
    await arrivals.until(texts)


async def test_a_limit_is_heeded_and_told(
    stand_in: MaxStandIn, ann: Person, arrivals: Arrivals, poll: Poll, health: Health
) -> None:
    stand_in.faults.add(faults.too_many_requests(), "getUpdates", times=1)
    ann.say("Hello")
    await poll()
    await arrivals.until(texts)
    await arrivals.until(lambda _: not health.reasons())
    assert len(stand_in.calls.of("getUpdates", outcome="too_many_requests")) == 1


async def test_a_webhook_left_over_is_removed_and_loses_nothing(
    stand_in: MaxStandIn, messenger: Messenger, ann: Person, arrivals: Arrivals, poll: Poll
) -> None:
    stand_in.route_webhook("https://old.example", "http://127.0.0.1:1")
    await messenger.bot.set_webhook("https://old.example/hook", secret_token="s3cret-s3cret")
    ann.say("Hello")
    await poll()
    await arrivals.until(texts)
    assert stand_in.subscriptions == []


async def test_another_bots_marker_means_nothing(db: Database, arrivals: Arrivals) -> None:
    await db.write(feeds.know_bot, Channel.MAX, 1, "one")
    assert await position(db) is not None
    await db.write(feeds.know_bot, Channel.MAX, 2, "another")
    assert await position(db) is None


async def test_lanes_are_chats(stand_in: MaxStandIn, ann: Person, arrivals: Arrivals) -> None:
    group = stand_in.add_group("Desk", members=[ann])
    ann.say("Here")
    ann.say("There", in_=group)
    await arrivals.read()
    rows: list[Row] = list(await arrivals.rows())
    assert [row["chat_id"] for row in rows[-2:]] == [ann.chat.id, group.id]
