"""The messenger's limits are kept without a single 429, and nothing is dropped for it."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Group, Limits, Person, TelegramStandIn
from tests.e2e.conftest import TOKEN, settings_for
from tests.e2e.desk import Desk
from tests.e2e.people import open_ticket, subscribe, texts

# Telegram's limits with the minute of a group shortened, so that a test can wait for it.
GROUP_WINDOW = 10.0
LIMITS = Limits(all=(30, 1.0), chat=(3, 3.0), group=(20, GROUP_WINDOW))
AS_TOLD = f"all:30/1s,chat:3/3s,group:20/{GROUP_WINDOW:g}s"


@pytest.fixture
async def messenger() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(token=TOKEN, limits=LIMITS) as standin:
        yield standin


@pytest.fixture
async def desk(tmp_path: Path, messenger: TelegramStandIn, forum: Group) -> AsyncIterator[Desk]:
    settings = {**settings_for(messenger, forum), "telegram_limits": AS_TOLD}
    async with Desk(tmp_path, **settings) as running:
        yield running


async def test_sixty_tickets_at_once_arrive_without_a_429_in_1_2_times_the_least_time(
    messenger: TelegramStandIn, desk: Desk, forum: Group
) -> None:
    begun = time.monotonic()
    for number in range(60):
        body = {"text": f"ticket <{number:02}>", "first_name": f"Customer {number}"}
        assert (await desk.call("POST", "/v1/helpdesk/tickets", body))[0] == 201
    await messenger.until(
        lambda: len(set(re.findall(r"ticket <\d\d>", "\n".join(texts(forum.messages))))) == 60,
        timeout=60,
        what="sixty cards",
    )
    took = time.monotonic() - begun
    least = 2 * GROUP_WINDOW  # 60 messages, 20 in a window: two windows lie between
    assert messenger.refused == 0
    assert took <= 1.2 * least
    assert len(forum.topics) == 60


async def test_an_agents_chat_that_falls_behind_gets_as_few_messages_as_carry_everything(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    messenger.hold()
    for number in range(60):
        ann.say(f"line {number:02}.")
    messenger.release()
    await messenger.until(
        lambda: "line 59." in "\n".join(texts(topic.messages)), timeout=60, what="the last line"
    )
    lines = re.findall(r"line \d\d\.", "\n".join(texts(topic.messages)))
    assert lines == [f"line {number:02}." for number in range(60)]
    assert messenger.refused == 0
    assert len(texts(topic.messages)) <= 40


async def test_an_answer_overtakes_what_waits_for_the_agents(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    for number in range(45):
        body = {"text": f"ticket {number:02}"}
        assert (await desk.call("POST", "/v1/helpdesk/tickets", body))[0] == 201
    bob.say("An answer for Ann", topic=topic)
    await messenger.until(
        lambda: "An answer for Ann" in "\n".join(texts(ann.chat.messages)), what="the answer"
    )
    assert len(forum.topics) < 46
    assert messenger.refused == 0
