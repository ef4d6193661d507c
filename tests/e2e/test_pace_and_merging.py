"""The messenger's limits are kept without a single 429, and nothing is dropped for it."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.max import Limits as MaxLimits
from bot.playground.telegram import Limits
from tests.e2e.case import shown
from tests.e2e.houses import own_room
from tests.e2e.rooms import Room, rooms_only

# Telegram's limits with the minute of a group shortened, so that a test can wait for it.
GROUP_WINDOW = 10.0
LIMITS = Limits(all=(30, 1.0), chat=(3, 3.0), group=(20, GROUP_WINDOW))
AS_TOLD = f"all:30/1s,chat:3/3s,group:20/{GROUP_WINDOW:g}s"


@pytest.fixture(params=["forum", "max"])
async def room(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """A messenger that insists on its limits: MAX also on two requests for updates a second."""
    telegram, max_ = {"limits": LIMITS}, {"limits": MaxLimits()}
    async with own_room(
        tmp_path, request.param, telegram=telegram, max_=max_, telegram_limits=AS_TOLD
    ) as room:
        yield room
        assert room.inside.refused == 0


# 60 messages, 20 in a window: two windows lie between. In MAX 30, two in each second.
@pytest.mark.parametrize(
    ("room", "count", "least"),
    [("forum", 60, 2 * GROUP_WINDOW), ("max", 30, 14.0)],
    indirect=["room"],
)
async def test_many_tickets_at_once_arrive_without_a_429_in_1_2_times_the_least_time(
    room: Room, count: int, least: float
) -> None:
    begun = time.monotonic()
    for number in range(count):
        body = {"text": f"ticket <{number:02}>", "first_name": f"Customer {number}"}
        await room.post("/v1/helpdesk/tickets", body)
    await room.until(lambda: len(cards(room)) == count, f"{count} cards", seconds=60)
    assert time.monotonic() - begun <= 1.2 * least


def cards(room: Room) -> set[str]:
    texts = [message.text for message in room.group.messages if message.keys]
    return set(re.findall(r"ticket <\d\d>", "\n".join(texts)))


async def test_an_agents_chat_that_falls_behind_gets_as_few_messages_as_carry_everything(
    room: Room,
) -> None:
    case = await room.case()
    room.outside.hold()
    for number in range(60):
        case.customer.say(f"line {number:02}.")
    room.outside.release()
    await room.until(lambda: case.telling("line 59."), "the last line", seconds=60)
    lines = re.findall(r"line \d\d\.", "\n".join(message.text for message in case.told))
    assert lines == [f"line {number:02}." for number in range(60)]
    assert len(case.told) <= 40


async def test_an_answer_overtakes_what_waits_for_the_agents(room: Room) -> None:
    case = await room.case()
    for number in range(45):
        await room.post("/v1/helpdesk/tickets", {"text": f"ticket <{number:02}>"})
    case.answer("An answer for Ann")
    await room.until(lambda: shown(case.customer, "An answer for Ann"), "the answer")
    assert len(cards(room)) < 45


@rooms_only("max")
async def test_edits_deletions_and_answers_to_buttons_keep_to_the_pace_each(room: Room) -> None:
    case = await room.case()
    presses = [room.bob.press(case.card, label) for _ in range(3) for label in ("Take", "Close")]
    long = [case.answer("long " * 790) for _ in range(3)]
    for answer in long:
        await case.marked(answer)
    for answer in long:
        room.bob.edit(answer, "Short")
    for press in presses:
        await press.answered()
    await room.until(lambda: [m.text[-5:] for m in case.received[-3:]] == ["Short"] * 3, "edits")
    await room.until(lambda: len(case.received) == 4, "deletions")  # and what asks for a rating
    made = {method: len(room.inside.calls.of(method)) for method in COUNTED}
    assert all(count >= 3 for count in made.values()), made


COUNTED = ("sendMessage", "editMessage", "deleteMessage", "answerOnCallback")
