"""Rate limits are true sliding windows, for each kind of call in a chat and for all of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.max import ApiError, Limits, MaxStandIn, Person
from bot.playground.max.limits import Counted, Pace
from bot.playground.max.model import Chat, User
from tests.bot.playground.clock import Clock
from tests.bot.playground.max_wire import Wire

TOO_MANY = (429, "too.many.requests", "Too many requests")
BOT = User(1, "Bot")
KINDS: list[Counted] = ["send", "edit", "delete", "answer"]


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn(limits=Limits(), clock=clock)) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


CALLS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.sampled_from(KINDS)), max_size=60
)


@given(CALLS)
def test_calls_are_admitted_exactly_as_counted_by_hand(
    calls: list[tuple[int, int, Counted]],
) -> None:
    clock = Clock()
    pace = Pace(Limits(all=(5, 4), chat=(2, 3)), clock)
    chats = [Chat(number, "dialog", BOT) for number in range(3)]
    taken: list[tuple[float, int, Counted]] = []
    for gap, number, kind in calls:
        clock.now += gap
        lately = [call for call in taken if call[0] > clock.now - 4]
        same = [call for call in taken if call[0] > clock.now - 3 and call[1:] == (number, kind)]
        fits = len(lately) < 5 and len(same) < 2
        if fits:
            pace.admit(chats[number], kind)
            taken.append((clock.now, number, kind))
        else:
            with pytest.raises(ApiError, match=r"too\.many\.requests"):
                pace.admit(chats[number], kind)


async def test_two_messages_a_second_in_a_chat(wire: Wire, ann: Person, clock: Clock) -> None:
    async def send() -> Any:
        return await wire.call("POST", "/messages", {"text": "x"}, user_id=ann.id)

    assert [(await send())[0] for _ in range(2)] == [200, 200]
    clock.now += 0.999
    assert (await send())[0] == 429
    clock.now += 0.001
    assert [(await send())[0] for _ in range(3)] == [200, 200, 429]
    assert len(ann.chat.messages) == 4
    assert wire.messenger.refused == 2


async def test_a_refusal_does_not_tell_when_to_come_back(wire: Wire, ann: Person) -> None:
    for _ in range(2):
        await wire.send(ann.chat.id)
    async with wire.client.post(
        f"{wire.messenger.url}/messages",
        params={"chat_id": str(ann.chat.id)},
        json={"text": "x"},
        headers={"Authorization": wire.messenger.token},
    ) as answer:
        assert answer.status == 429
        assert "Retry-After" not in answer.headers
        assert await answer.json() == {"code": TOO_MANY[1], "message": TOO_MANY[2]}


async def test_sends_edits_deletions_and_answers_count_each_by_itself(
    wire: Wire, ann: Person
) -> None:
    key = {"type": "callback", "text": "Go", "payload": "go"}
    board = [{"type": "inline_keyboard", "payload": {"buttons": [[key]]}}]
    mids = [(await wire.send(ann.chat.id, attachments=board))["body"]["mid"] for _ in range(2)]
    presses = [ann.press(ann.chat.messages[0], "Go") for _ in range(3)]
    third = mids[0]
    for _ in range(2):
        await wire.ok("PUT", "/messages", {"text": "y"}, message_id=third)
    for press in presses[:2]:
        await wire.ok("POST", "/answers", {"notification": "y"}, callback_id=press.id)
    assert await wire.error("PUT", "/messages", {"text": "z"}, message_id=third) == TOO_MANY
    body = {"notification": "z"}
    assert await wire.error("POST", "/answers", body, callback_id=presses[2].id) == TOO_MANY
    assert not presses[2].done
    for mid in mids:
        await wire.ok("DELETE", "/messages", message_id=mid)
    message = wire.messenger.world.post(ann.chat, wire.messenger.bot, text="x")
    assert await wire.error("DELETE", "/messages", message_id=message.id) == TOO_MANY


async def test_thirty_a_second_in_all(wire: Wire, clock: Clock) -> None:
    people = [wire.messenger.add_person(f"P{number}") for number in range(31)]
    for person in people:
        person.open()
    for person in people[:30]:
        await wire.send(person.chat.id)
    address = {"user_id": people[30].id}
    assert await wire.error("POST", "/messages", {"text": "x"}, **address) == TOO_MANY
    clock.now += 1
    await wire.ok("POST", "/messages", {"text": "x"}, **address)


async def test_refused_calls_and_reading_do_not_count(wire: Wire, ann: Person) -> None:
    for _ in range(5):
        await wire.error("POST", "/messages", {"text": ""}, chat_id=ann.chat.id)
        await wire.ok("GET", f"/chats/{ann.chat.id}")
        await wire.ok("POST", f"/chats/{ann.chat.id}/actions", {"action": "typing_on"})
    for _ in range(2):
        await wire.send(ann.chat.id)
    assert wire.messenger.refused == 0


async def test_groups_have_no_other_limit_than_dialogs(wire: Wire) -> None:
    group = wire.messenger.add_group("Agents")
    for _ in range(2):
        await wire.send(group.id)
    assert await wire.error("POST", "/messages", {"text": "x"}, chat_id=group.id) == TOO_MANY
