"""kill -9 at random moments: nothing is lost, at most one message is repeated for each kill."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.conftest import settings_for
from tests.e2e.desk import Desk
from tests.e2e.people import last, open_ticket, shown, subscribe, texts, topic_of

UNLIMITED = "all:1000/1s,chat:1000/1s,group:1000/1s"
KILLS = 10
MESSAGES = 200


@pytest.fixture
async def fast_desk(
    tmp_path: Path, messenger: TelegramStandIn, forum: Group
) -> AsyncIterator[Desk]:
    """A desk that is held back by no limits, so that a flow is dense enough to be killed in."""
    settings = {**settings_for(messenger, forum), "telegram_limits": UNLIMITED}
    async with Desk(tmp_path, **settings) as running:
        yield running


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    return random.Random(seed)


async def kill_soon(messenger: TelegramStandIn, desk: Desk, calls: int) -> None:
    """Kill the desk after so many further calls to the messenger, and start it again."""
    target = len(messenger.calls) + calls
    await messenger.until(lambda: len(messenger.calls) >= target, what=f"{calls} more calls")
    await desk.kill()
    await desk.start()


def counted(pattern: str, found: list[str]) -> Counter[str]:
    return Counter(re.findall(pattern, "\n".join(found)))


async def test_ten_kills_in_a_flow_of_200_messages_lose_none_and_repeat_one_each_at_most(
    messenger: TelegramStandIn, fast_desk: Desk, forum: Group, bob: Person, chance: random.Random
) -> None:
    people = [messenger.add_person(f"Customer {number}") for number in range(4)]
    topics = []
    for number, person in enumerate(people, 1):
        await subscribe(messenger, fast_desk, person)
        topics.append(await open_ticket(messenger, person, forum, f"Hello {number}", number))
    said = answered = 0
    for _ in range(KILLS):
        for _ in range(MESSAGES // KILLS):
            person = chance.choice(people)
            if chance.random() < 0.25:
                bob.say(f"<answer {answered}>", topic=topics[people.index(person)])
                answered += 1
            else:
                person.say(f"<message {said}>")
                said += 1
        await kill_soon(messenger, fast_desk, chance.randrange(2, 16))
    everything = {f"<message {n}>" for n in range(said)} | {
        f"<answer {n}>" for n in range(answered)
    }

    def arrived() -> Counter[str]:
        to_agents = counted(r"<message \d+>", texts(forum.messages))
        chats = [text for person in people for text in texts(person.chat.messages)]
        return to_agents + counted(r"<answer \d+>", chats)

    await messenger.until(lambda: set(arrived()) == everything, timeout=60, what="everything")
    await messenger.until(lambda: messenger.updates_pending == 0, what="all updates confirmed")
    repeats = sum(arrived().values()) - len(everything)
    assert repeats <= KILLS
    for topic in topics:
        order = re.findall(r"<message (\d+)>", "\n".join(texts(topic.messages)))
        first_times = list(dict.fromkeys(map(int, order)))
        assert first_times == sorted(first_times)
    tickets = (await fast_desk.get("/v1/helpdesk/tickets"))["tickets"]
    assert sorted(ticket["ticket_number"] for ticket in tickets) == [1, 2, 3, 4]
    assert len(forum.topics) == 4


async def test_a_kill_in_the_middle_of_a_ticket_form_loses_nothing(
    messenger: TelegramStandIn, fast_desk: Desk, forum: Group, ann: Person
) -> None:
    for name in ("Delivery", "Payment"):
        status, _ = await fast_desk.call("POST", "/v1/helpdesk/ticket-types", {"name": name})
        assert status == 201
    await subscribe(messenger, fast_desk, ann)
    ann.press(last(ann), "Create ticket")
    await messenger.until(lambda: "Skip" in str(last(ann).buttons), what="the choice of a type")
    await fast_desk.kill()
    ann.press(last(ann), "Payment")
    await fast_desk.start()
    await messenger.until(lambda: "Skip" not in str(last(ann).buttons), what="the next step")
    await fast_desk.kill()
    ann.say("I paid twice")
    await fast_desk.start()
    await messenger.until(lambda: shown(ann, "#1"), what="the confirmation")
    await topic_of(messenger, forum, 1)
    ticket = (await fast_desk.get("/v1/helpdesk/tickets"))["tickets"][0]
    assert (ticket["subject"], ticket["ticket_type_name"]) == ("I paid twice", "Payment")


async def test_ticket_numbers_have_no_gaps_when_the_api_is_killed_under_load(
    messenger: TelegramStandIn, fast_desk: Desk, forum: Group
) -> None:
    acknowledged = []
    for round_number in range(3):
        for number in range(20):
            body = {"text": f"ticket {round_number}/{number}"}
            status, ticket = await fast_desk.call("POST", "/v1/helpdesk/tickets", body)
            assert status == 201
            acknowledged.append(ticket["id"])
        await fast_desk.kill()
        await fast_desk.start()
    stored = (await fast_desk.get("/v1/helpdesk/tickets?limit=100"))["tickets"]
    assert {ticket["id"] for ticket in stored} == set(acknowledged)
    assert sorted(ticket["ticket_number"] for ticket in stored) == list(range(1, 61))


async def test_a_reply_survives_a_restart_before_its_delivery(
    messenger: TelegramStandIn, fast_desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, fast_desk, ann)
    await open_ticket(messenger, ann, forum, "Hello")
    ticket = (await fast_desk.get("/v1/helpdesk/tickets"))["tickets"][0]
    messenger.down()
    status, _ = await fast_desk.call(
        "POST", f"/v1/helpdesk/tickets/{ticket['id']}/reply", {"text": "It survives"}
    )
    assert status == 201
    await fast_desk.kill()
    messenger.up()
    await fast_desk.start()
    await messenger.until(lambda: shown(ann, "It survives"), what="the answer")
    assert sum("It survives" in text for text in texts(ann.chat.messages)) == 1
