"""Messages in a row: the first are confirmed one by one, then one notice says that all arrive."""

from datetime import timedelta

from storage.routing import RUSH
from tests.storage.vera import Vera


async def test_a_rush_of_messages_is_taken_in_whole_with_one_notice_about_it(vera: Vera) -> None:
    ticket = await vera.has_ticket("Help")
    for number in range(60):
        assert (await vera.writes(f"line {number}")).ticket.id == ticket.id
    assert len(await vera.said_in(ticket.id)) == 61
    told = await vera.told()
    assert told.count("writes_fast") == 1
    assert told == ["ticket_created", *["added_to_ticket"] * (RUSH - 1), "writes_fast"]


async def test_a_clock_that_is_set_back_makes_no_pause(vera: Vera) -> None:
    await vera.has_ticket("Help")
    await vera.writes("From the future")
    vera.now -= timedelta(hours=1)
    for number in range(RUSH + 5):
        await vera.writes(f"line {number}")
    assert (await vera.told()).count("writes_fast") == 1


async def test_after_a_pause_each_message_is_confirmed_again(vera: Vera) -> None:
    await vera.has_ticket("Help")
    for number in range(30):
        await vera.writes(f"line {number}")
    before = len(await vera.told())
    vera.now += timedelta(seconds=11)
    await vera.writes("One more thing")
    assert (await vera.told())[before:] == ["added_to_ticket"]


async def test_a_rush_without_a_pause_may_take_its_time(vera: Vera) -> None:
    """Nine seconds between any two: all together are much longer than a pause."""
    await vera.has_ticket("Help")
    for number in range(RUSH + 5):
        vera.now += timedelta(seconds=8)
        await vera.writes(f"line {number}")
    assert (await vera.told()).count("writes_fast") == 1
