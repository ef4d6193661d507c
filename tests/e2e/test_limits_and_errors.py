"""429, broken connections and outages: delivered later, once, and never shown as sent before."""

import re
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.playground.stand_in import faults
from tests.e2e.case import Case, shown
from tests.e2e.houses import UNPACED, own_room
from tests.e2e.messengers import channel_of
from tests.e2e.rooms import Room
from tests.e2e.vocabulary import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["forum", "max"])
async def room(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Room]:
    """Customers and agents in one messenger, and a desk of their own that these tests share."""
    async with own_room(tmp_path_factory.mktemp("desk"), request.param, **UNPACED) as room:
        yield room


def times(words: str, messages: list[Message]) -> int:
    return "\n".join(message.text for message in messages).count(words)


async def delivery_of(case: Case) -> str:
    delivery: str = (await case.details())["messages"][-1]["delivery"]
    return delivery


async def test_an_answer_refused_with_429_arrives_later_once_and_is_not_shown_as_sent_before(
    room: Room,
) -> None:
    case = await room.case()
    refusal = room.outside.faults.add(
        room.without.too_many_requests,
        method="sendMessage",
        chat_id=case.customer.chat.id,
        times=2,
    )
    answer = case.answer("Good day")
    await room.until(lambda: refusal.struck, "a 429")
    assert await delivery_of(case) == "pending"
    assert not case.is_marked(answer)
    await case.reads("Good day")
    await case.marked(answer)
    assert times("Good day", case.received) == 1
    assert await delivery_of(case) == "sent"


async def test_a_customers_message_refused_with_429_reaches_the_agents_once(room: Room) -> None:
    case = await room.case()
    room.inside.faults.add(
        room.within.too_many_requests, method="sendMessage", chat_id=room.group.id, times=2
    )
    case.customer.say("Are you there?")
    await case.tells("Are you there?")
    assert times("Are you there?", case.told) == 1


async def test_two_first_messages_make_one_card_even_when_its_place_is_refused_twice(
    room: Room,
) -> None:
    person = await room.customer()
    opens = "createForumTopic" if room.group.forum else "sendMessage"
    refusal = room.inside.faults.add(
        room.within.too_many_requests, method=opens, chat_id=room.group.id, times=2
    )
    room.outside.hold()
    first = person.say("First words")
    person.say("Second words")
    room.outside.release()
    case = await room.opened_by(person, first)
    await room.until(lambda: times("Second words", [case.card, *case.told]), "both messages")
    words = "\n".join(message.text for message in [case.card, *case.told])
    assert words.index("First words") < words.index("Second words")
    assert (refusal.struck, len(case.cards)) == (2, 1)


async def test_a_connection_cut_after_the_work_repeats_at_most_one_message(room: Room) -> None:
    case = await room.case()
    room.outside.faults.add(faults.cut_after(), method="sendMessage", chat_id=case.customer.chat.id)
    for number in range(5):
        case.answer(f"answer {number}.")
    await case.reads("answer 4.")
    found = re.findall(r"answer \d\.", "\n".join(message.text for message in case.received))
    assert list(dict.fromkeys(found)) == [f"answer {number}." for number in range(5)]
    assert sum(Counter(found).values()) <= 6


async def test_a_messenger_that_is_down_loses_nothing_and_readyz_says_so(room: Room) -> None:
    case = await room.case()
    room.inside.down()
    await case.reply("While you were away")
    await room.desk.said(f"no updates.*{channel_of(room.inside)}")
    assert (await room.desk.call("GET", "/readyz"))[0] == 503
    assert (await room.desk.call("GET", "/healthz"))[0] == 200
    room.inside.up()
    await case.reads("While you were away")
    await case.tells("While you were away")
    await room.desk.works()


async def test_a_500_and_html_from_a_proxy_are_tried_again(room: Room) -> None:
    case = await room.case()
    for code in (500, 502):
        room.outside.faults.add(
            faults.status(code), method="sendMessage", chat_id=case.customer.chat.id
        )
    case.answer("Patience")
    await case.reads("Patience")
    assert times("Patience", case.received) == 1


async def test_updates_that_wait_at_start_are_all_handled_in_order(room: Room) -> None:
    case = await room.case()
    assert await room.desk.stop() == 0
    for number in range(20):
        case.customer.say(f"line {number:02}.")
    await room.desk.start()
    await case.tells("line 19.")
    lines = re.findall(r"line \d\d\.", "\n".join(message.text for message in case.told))
    assert lines == [f"line {number:02}." for number in range(20)]


async def test_the_same_update_twice_has_one_effect(room: Room) -> None:
    case = await room.case()
    case.customer.say("Only once")
    room.outside.repeat_update()
    case.customer.say("The end")
    await case.tells("The end")
    assert times("Only once", case.told) == 1
    assert shown(case.customer, f"#{case.number}")
