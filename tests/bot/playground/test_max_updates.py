"""Updates come as MAX hands them out: by the marker, or to the webhook until it takes them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import Limits, MaxStandIn, Person
from tests.bot.playground.clock import Clock
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn(clock=clock)) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["body"]["text"] for update in updates]


async def poll(wire: Wire, **query: Any) -> dict[str, Any]:
    return await wire.ok("GET", "/updates", **{"timeout": 0, **query})


async def test_without_a_marker_there_is_only_the_last_update(wire: Wire, ann: Person) -> None:
    for text in ("one", "two", "three"):
        ann.say(text)
    first = await poll(wire)
    assert texts(first["updates"]) == ["three"]
    # Nothing was confirmed by that: whoever has a marker still gets all.
    assert wire.messenger.updates_pending == 4
    assert len((await poll(wire, marker=0))["updates"]) == 4


async def test_a_marker_confirms_all_before_it(wire: Wire, ann: Person) -> None:
    await wire.updates()
    ann.say("one")
    ann.say("two")
    given = await poll(wire, marker=wire.marker)
    assert texts(given["updates"]) == ["one", "two"]
    again = await poll(wire, marker=wire.marker)
    assert again == given
    assert wire.messenger.updates_pending == 2
    assert await poll(wire, marker=given["marker"]) == {"updates": [], "marker": given["marker"]}
    assert wire.messenger.updates_pending == 0
    assert wire.messenger.confirmed_offset == given["marker"]
    # What is confirmed does not come back.
    assert (await poll(wire, marker=wire.marker))["updates"] == []


async def test_batches_follow_each_other_by_their_markers(wire: Wire, ann: Person) -> None:
    await wire.updates()
    for number in range(5):
        ann.say(str(number))
    given = [await wire.updates(limit=2) for _ in range(4)]
    assert [texts(batch) for batch in given] == [["0", "1"], ["2", "3"], ["4"], []]


async def test_a_batch_has_100_at_most_whatever_was_asked(wire: Wire, ann: Person) -> None:
    for number in range(120):
        ann.say(str(number))
    assert [len(await wire.updates(limit=1000)) for _ in range(2)] == [100, 21]


async def test_kinds_that_were_not_asked_for_are_passed_over(wire: Wire, ann: Person) -> None:
    ann.say("one")
    ann.block_bot()
    given = await poll(wire, marker=0, types="message_created,message_edited")
    assert texts(given["updates"]) == ["one"]
    assert (await poll(wire, marker=given["marker"]))["updates"] == []


async def test_a_poll_waits_for_the_first_update(wire: Wire, ann: Person) -> None:
    await wire.updates()
    waiting = asyncio.create_task(wire.updates(timeout=30))
    await wire.messenger.until(lambda: wire.messenger.polling)
    ann.say("at last")
    assert texts(await waiting) == ["at last"]
    assert not wire.messenger.polling


async def test_a_poll_without_a_marker_waits_too(wire: Wire) -> None:
    waiting = asyncio.create_task(poll(wire, timeout=30))
    await wire.messenger.until(lambda: wire.messenger.polling)
    wire.messenger.add_person("Ann").open()
    assert len((await waiting)["updates"]) == 1


async def test_updates_are_kept_for_24_hours(wire: Wire, ann: Person, clock: Clock) -> None:
    await wire.updates()
    ann.say("old")
    clock.now += 12 * 3600
    ann.say("young")
    clock.now += 12 * 3600 - 1
    assert len((await poll(wire, marker=wire.marker))["updates"]) == 2
    clock.now += 1
    assert texts((await poll(wire, marker=wire.marker))["updates"]) == ["young"]


async def test_two_polls_a_second_and_no_more(clock: Clock) -> None:
    async with Wire(MaxStandIn(limits=Limits(), clock=clock)) as wire:
        await poll(wire)
        clock.now += 0.6
        await poll(wire)
        refused = await wire.error("GET", "/updates", timeout=0)
        assert refused == (429, "too.many.requests", "Too many requests")
        clock.now += 0.5
        await poll(wire)
        assert wire.messenger.refused == 1


async def test_held_updates_come_in_one_batch(wire: Wire, ann: Person) -> None:
    await wire.updates()
    wire.messenger.hold()
    ann.say("one")
    ann.say("two")
    assert (await wire.updates(), wire.messenger.updates_pending) == ([], 2)
    wire.messenger.release()
    assert texts(await wire.updates()) == ["one", "two"]


async def test_updates_can_come_twice_and_in_small_batches(wire: Wire, ann: Person) -> None:
    wire.messenger.limit_batches(1)
    await wire.updates()
    ann.say("one")
    wire.messenger.repeat_update()
    given = [texts(await wire.updates()) for _ in range(3)]
    assert given == [["one"], ["one"], []]


async def test_unknown_kinds_come_as_they_are_and_known_ones_are_checked(wire: Wire) -> None:
    news = {"update_type": "message_reaction", "timestamp": 1, "emoji": "👍"}
    wire.messenger.inject(news)
    assert await wire.updates() == [news]
    with pytest.raises(Exception, match="lacks 'timestamp'"):
        wire.messenger.inject({"update_type": "bot_started"})


async def test_identifiers_can_start_above_those_of_an_earlier_run(wire: Wire) -> None:
    wire.messenger.count_from(1_800_000_000_000)
    group = wire.messenger.add_group("Agents")
    ann = wire.messenger.add_person("Ann")
    ann.open()
    assert ann.id > 1_800_000_000_000
    assert group.id < -1_800_000_000_000
    assert (await poll(wire, marker=0))["marker"] > 1_800_000_000_000
