"""kill -9 at random moments: nothing is lost, at most one message is repeated for each kill."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import ClientError

from tests.e2e.case import shown
from tests.e2e.houses import UNPACED, own_room
from tests.e2e.rooms import Room, rooms_only
from tests.e2e.vocabulary import Message

KILLS = 10
MESSAGES = 200
TICKETS = "/v1/helpdesk/tickets"
CALLERS = 8
"""Programs that make tickets at the same time."""


@pytest.fixture(params=["forum", "max"])
async def room(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """A desk that is held back by no limits, so that a flow is dense enough to be killed in."""
    async with own_room(tmp_path, request.param, **UNPACED) as room:
        yield room


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    return random.Random(seed)


async def kill_soon(room: Room, calls: int) -> None:
    """Kill the desk after so many further calls to the messenger, and start it again."""
    target = len(room.inside.calls) + calls
    await room.until(lambda: len(room.inside.calls) >= target, f"{calls} more calls")
    await room.desk.kill()
    await room.desk.start()


def counted(pattern: str, messages: Iterable[Message]) -> Counter[str]:
    return Counter(re.findall(pattern, "\n".join(m.text for m in messages if m.from_bot)))


async def test_ten_kills_in_a_flow_of_200_messages_lose_none_and_repeat_one_each_at_most(
    room: Room, chance: random.Random
) -> None:
    cases = [await room.case(f"Hello {number}") for number in range(4)]
    said = answered = 0
    for _ in range(KILLS):
        for _ in range(MESSAGES // KILLS):
            case = chance.choice(cases)
            if chance.random() < 0.25:
                case.answer(f"<answer {answered}>")
                answered += 1
            else:
                case.customer.say(f"<message {said}>")
                said += 1
        await kill_soon(room, chance.randrange(2, 16))
    everything = {f"<message {n}>" for n in range(said)} | {
        f"<answer {n}>" for n in range(answered)
    }

    def arrived() -> Counter[str]:
        to_customers = (m for case in cases for m in case.customer.chat.messages)
        to_agents = counted(r"<message \d+>", room.group.messages)
        return to_agents + counted(r"<answer \d+>", to_customers)

    await room.until(lambda: set(arrived()) == everything, "everything", seconds=60)
    await room.quiet()
    assert sum(arrived().values()) - len(everything) <= KILLS
    for case in cases:
        told = "\n".join(message.text for message in [case.card, *case.told])
        first_times = list(dict.fromkeys(map(int, re.findall(r"<message (\d+)>", told))))
        assert first_times == sorted(first_times)
        assert len(case.cards) == 1
    tickets = (await room.get(TICKETS))["tickets"]
    assert sorted(ticket["ticket_number"] for ticket in tickets) == [1, 2, 3, 4]


async def test_a_kill_in_the_middle_of_a_ticket_form_loses_nothing(room: Room) -> None:
    for name in ("Delivery", "Payment"):
        await room.post("/v1/helpdesk/ticket-types", {"name": name})
    ann = await room.customer()

    def form() -> Message:
        return ann.chat.messages[-1]

    ann.press(form(), "Create ticket")
    await room.until(lambda: "Skip" in form().labels, "the choice of a type")
    await room.desk.kill()
    ann.press(form(), "Payment")
    await room.desk.start()
    await room.until(lambda: "Skip" not in form().labels, "the next step")
    await room.desk.kill()
    said = ann.say("I paid twice")
    await room.desk.start()
    case = await room.opened_by(ann, said)
    ticket = await case.details()
    assert (ticket["subject"], ticket["ticket_type_name"]) == ("I paid twice", "Payment")


async def makes_tickets(room: Room, made: dict[str, int]) -> None:
    """One caller's tickets, one after the other, until there is no answer any more."""
    with suppress(ClientError):
        while True:
            ticket = await room.post(TICKETS, {"text": "One of many"})
            made[ticket["id"]] = ticket["ticket_number"]


@rooms_only("forum")
async def test_ticket_numbers_have_no_gaps_when_the_api_is_killed_under_load(
    room: Room, chance: random.Random
) -> None:
    acknowledged: dict[str, int] = {}
    for _ in range(3):
        async with asyncio.TaskGroup() as callers:
            for _ in range(CALLERS):
                callers.create_task(makes_tickets(room, acknowledged))
            await kill_soon(room, chance.randrange(2, 16))  # each waits for its next answer then
    count = (await room.post(TICKETS, {"text": "The last"}))["ticket_number"]
    stored: dict[str, int] = {}
    for offset in range(0, count, 100):
        page = await room.get(f"{TICKETS}?limit=100&offset={offset}")
        stored |= {ticket["id"]: ticket["ticket_number"] for ticket in page["tickets"]}
    assert sorted(stored.values()) == list(range(1, count + 1))
    assert acknowledged.items() <= stored.items()


async def test_a_reply_survives_a_restart_before_its_delivery(room: Room) -> None:
    case = await room.case()
    room.outside.down()
    await case.reply("It survives")
    await room.desk.kill()
    room.outside.up()
    await room.desk.start()
    await room.until(lambda: shown(case.customer, "It survives"), "the answer")
    assert sum("It survives" in message.text for message in case.received) == 1
