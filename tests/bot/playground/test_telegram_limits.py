"""Rate limits are true sliding windows over messages made."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.stand_in.windows import SlidingWindow
from bot.playground.telegram import Limits, Person, TelegramStandIn
from tests.bot.playground.clock import Clock
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    limits = Limits(all=(10, 1.0), chat=(3, 3.0), group=(4, 60.0))
    async with Wire(TelegramStandIn(limits=limits, clock=clock)) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


@given(
    count=st.integers(1, 5),
    seconds=st.integers(1, 20),
    gaps=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 2)), max_size=60),
)
def test_window_agrees_with_counting_by_hand(
    count: int, seconds: int, gaps: list[tuple[int, int]]
) -> None:
    window = SlidingWindow(count, seconds)
    now = 0
    taken: list[int] = []
    for gap, events in gaps:
        now += gap
        recent = [time for time in taken if time > now - seconds]
        fits = len(recent) + events <= count
        assert (window.wait(now, events) <= 0) is (fits or (events > count and not recent))
        if fits:
            window.add(now, events)
            taken += [now] * events


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_waiting_as_long_as_told_is_exactly_enough(gaps: list[int]) -> None:
    window = SlidingWindow(3, 7)
    now = 0.0
    for gap in gaps:
        now += gap
        wait = window.wait(now)
        if wait:
            assert window.wait(now + wait - 0.5) > 0
        assert window.wait(now + wait) == 0
        now += wait
        window.add(now)


async def test_a_chat_over_its_limit_is_told_how_long_to_wait(
    wire: Wire, ann: Person, clock: Clock
) -> None:
    for _ in range(3):
        await wire.ok("sendMessage", chat_id=ann.id, text="x")
        clock.now += 0.5
    refused = await wire.call("sendMessage", chat_id=ann.id, text="x")
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 2",
        "parameters": {"retry_after": 2},
    }
    assert wire.messenger.refused == 1
    assert len(ann.chat.messages) == 4
    clock.now += 1.5
    await wire.ok("sendMessage", chat_id=ann.id, text="x")


async def test_edits_reactions_and_refused_messages_do_not_count(wire: Wire, ann: Person) -> None:
    message = await wire.ok("sendMessage", chat_id=ann.id, text="x")
    for number in range(5):
        await wire.ok(
            "editMessageText", chat_id=ann.id, message_id=message["message_id"], text=str(number)
        )
        await wire.error("sendMessage", chat_id=ann.id, text="")
    for _ in range(2):
        await wire.ok("sendMessage", chat_id=ann.id, text="x")
    assert wire.messenger.refused == 0


async def test_an_album_counts_as_one(wire: Wire, ann: Person) -> None:
    photo = ann.send_photo(b"p").content.file
    assert photo
    item = {"type": "photo", "media": photo.id}
    for _ in range(3):
        await wire.ok("sendMediaGroup", chat_id=ann.id, media=[item] * 10)
    refused = await wire.call("sendMediaGroup", chat_id=ann.id, media=[item] * 10)
    assert refused["error_code"] == 429


async def test_all_chats_together_have_a_limit(wire: Wire, clock: Clock) -> None:
    people = [wire.messenger.add_person(f"P{number}") for number in range(11)]
    for person in people:
        person.open()
    for person in people[:10]:
        await wire.ok("sendMessage", chat_id=person.id, text="x")
    refused = await wire.call("sendMessage", chat_id=people[10].id, text="x")
    assert refused["parameters"] == {"retry_after": 1}
    clock.now += 1
    await wire.ok("sendMessage", chat_id=people[10].id, text="x")


async def test_a_group_has_its_own_limit(wire: Wire, clock: Clock) -> None:
    group = wire.messenger.add_group("Agents")
    for _ in range(4):
        await wire.ok("sendMessage", chat_id=group.id, text="x")
        clock.now += 1
    refused = await wire.call("sendMessage", chat_id=group.id, text="x")
    assert refused["parameters"] == {"retry_after": 56}
