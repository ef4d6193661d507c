"""What the bot sends, edits, deletes and reads, and the refusals where it may not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import MaxStandIn, Person
from tests.bot.playground.clock import Clock
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn(clock=clock)) as ready:
        yield ready
        assert ready.messenger.calls.broken_contracts == []


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def keyboard(*labels: str) -> dict[str, Any]:
    row = [{"type": "callback", "text": label, "payload": label.lower()} for label in labels]
    return {"type": "inline_keyboard", "payload": {"buttons": [row]}}


async def test_a_message_reaches_its_chat_however_it_is_addressed(wire: Wire, ann: Person) -> None:
    await wire.send(ann.chat.id, "by chat")
    made = await wire.ok("POST", "/messages", {"text": "by user"}, user_id=ann.id)
    assert [message.text for message in ann.chat.messages] == ["by chat", "by user"]
    assert all(message.from_bot for message in ann.chat.messages)
    # In what the bot sends the addressee is the person.
    assert made["message"]["recipient"] == {
        "chat_id": ann.chat.id,
        "chat_type": "dialog",
        "user_id": ann.id,
    }


async def test_the_bot_does_not_hear_itself(wire: Wire, ann: Person) -> None:
    await wire.updates()
    mid = (await wire.send(ann.chat.id))["body"]["mid"]
    await wire.ok("PUT", "/messages", {"text": "y"}, message_id=mid)
    await wire.ok("DELETE", "/messages", message_id=mid)
    assert await wire.updates() == []


async def test_a_message_without_an_addressee_is_refused(wire: Wire) -> None:
    refused = await wire.error("POST", "/messages", {"text": "x"})
    assert refused == (400, "proto.payload", "Unknown recipient")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n"}, {"text": None, "attachments": []}]
)
async def test_an_empty_message_is_refused(wire: Wire, ann: Person, body: dict[str, Any]) -> None:
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused[:2] == (400, "proto.payload")
    buttons = body | {"attachments": [keyboard("Go")]}
    assert (await wire.error("POST", "/messages", buttons, chat_id=ann.chat.id))[0] == 400


async def test_a_reply_shows_what_it_answers(wire: Wire, ann: Person) -> None:
    question = ann.say("?")
    link = {"type": "reply", "mid": question.id}
    made = await wire.send(ann.chat.id, "!", link=link)
    assert ann.chat.messages[-1].reply_to is question
    assert made["link"]["message"]["text"] == "?"


async def test_replies_stay_in_their_chat_and_to_what_is_there(wire: Wire, ann: Person) -> None:
    bob = wire.messenger.add_person("Bob")
    question = bob.say("?")
    body = {"text": "!", "link": {"type": "reply", "mid": question.id}}
    assert (await wire.error("POST", "/messages", body, chat_id=ann.chat.id))[0] == 400
    bob.delete(question)
    refused = await wire.error("POST", "/messages", body, chat_id=bob.chat.id)
    assert refused[:2] == (404, "not.found")


async def test_a_forward_needs_no_text(wire: Wire, ann: Person) -> None:
    bob = wire.messenger.add_person("Bob")
    question = bob.say("?")
    made = await wire.send(ann.chat.id, None, link={"type": "forward", "mid": question.id})
    assert made["link"]["chat_id"] == bob.chat.id
    assert ann.chat.messages[-1].forward_of is question


async def test_an_edit_replaces_what_it_names_and_keeps_the_rest(wire: Wire, ann: Person) -> None:
    attachments = [{"type": "location", "latitude": 1.5, "longitude": 2}, keyboard("Go")]
    made = await wire.send(ann.chat.id, "<b>one</b>", format="html", attachments=attachments)
    [message] = ann.chat.messages
    mid = made["body"]["mid"]
    assert await wire.ok("PUT", "/messages", {"text": "two"}, message_id=mid) == {"success": True}
    assert (message.html, message.kind, message.labels) == ("two", "location", ["Go"])
    await wire.ok("PUT", "/messages", {"attachments": None, "text": "three"}, message_id=mid)
    assert (message.text, message.kind, message.labels) == ("three", "location", ["Go"])
    await wire.ok("PUT", "/messages", {"attachments": [keyboard("Stop")]}, message_id=mid)
    assert (message.text, message.kind, message.labels) == ("three", "text", ["Stop"])
    await wire.ok("PUT", "/messages", {"attachments": []}, message_id=mid)
    assert message.labels == []
    assert message.edit_date is not None


async def test_an_edit_can_not_take_everything_away(wire: Wire, ann: Person) -> None:
    mid = (await wire.send(ann.chat.id))["body"]["mid"]
    assert (await wire.error("PUT", "/messages", {"text": ""}, message_id=mid))[0] == 400


async def test_only_the_bots_own_messages_can_be_edited(wire: Wire, ann: Person) -> None:
    message = ann.say("mine")
    refused = await wire.error("PUT", "/messages", {"text": "x"}, message_id=message.id)
    assert refused == (400, "proto.payload", "error.edit.invalid.message")
    gone = await wire.error("PUT", "/messages", {"text": "x"}, message_id="mid.0")
    assert gone[:2] == (404, "not.found")


async def test_old_messages_can_be_edited_only_with_buttons_or_in_groups(
    wire: Wire, ann: Person, clock: Clock
) -> None:
    group = wire.messenger.add_group("Agents")
    plain = (await wire.send(ann.chat.id))["body"]["mid"]
    buttons = (await wire.send(ann.chat.id, attachments=[keyboard("Go")]))["body"]["mid"]
    in_group = (await wire.send(group.id))["body"]["mid"]
    clock.now += 7 * 24 * 3600
    await wire.ok("PUT", "/messages", {"text": "y"}, message_id=plain)
    clock.now += 1
    refused = await wire.error("PUT", "/messages", {"text": "z"}, message_id=plain)
    assert refused[2] == "error.edit.invalid.message"
    for mid in (buttons, in_group):
        await wire.ok("PUT", "/messages", {"text": "z"}, message_id=mid)


async def test_a_message_can_be_deleted_once(wire: Wire, ann: Person) -> None:
    mid = (await wire.send(ann.chat.id))["body"]["mid"]
    assert await wire.ok("DELETE", "/messages", message_id=mid) == {"success": True}
    assert ann.chat.messages == []
    assert (await wire.error("DELETE", "/messages", message_id=mid))[:2] == (404, "not.found")


async def test_others_messages_in_a_dialog_stay(wire: Wire, ann: Person) -> None:
    message = ann.say("mine")
    refused = await wire.error("DELETE", "/messages", message_id=message.id)
    assert refused[:2] == (403, "access.denied")
    assert ann.chat.messages == [message]


async def test_messages_can_be_read_again(wire: Wire, ann: Person) -> None:
    texts = [ann.say(str(number)) for number in range(5)]
    one = await wire.ok("GET", f"/messages/{texts[0].id}")
    assert one["body"]["text"] == "0"
    last = await wire.ok("GET", "/messages", chat_id=ann.chat.id, count=2)
    assert [message["body"]["text"] for message in last["messages"]] == ["4", "3"]
    ids = f"{texts[1].id},{texts[2].id},mid.0"
    chosen = await wire.ok("GET", "/messages", message_ids=ids)
    assert [message["body"]["text"] for message in chosen["messages"]] == ["1", "2"]
    until = await wire.ok("GET", "/messages", chat_id=ann.chat.id, from_=texts[0].date - 1)
    assert until == {"messages": []}
    assert (await wire.error("GET", "/messages"))[:2] == (400, "proto.payload")
    assert (await wire.error("GET", "/messages/mid.0"))[:2] == (404, "not.found")


async def test_mids_grow_and_are_never_given_twice(wire: Wire, ann: Person) -> None:
    bob = wire.messenger.add_person("Bob")
    messages = [person.say("x") for _ in range(50) for person in (ann, bob)]
    assert len({message.id for message in messages}) == 100
    assert [message.seq for message in messages] == sorted(message.seq for message in messages)


async def test_the_bot_shows_that_it_types(wire: Wire, ann: Person) -> None:
    done = await wire.ok("POST", f"/chats/{ann.chat.id}/actions", {"action": "typing_on"})
    assert done == {"success": True}
    assert wire.messenger.calls[-1].params["action"] == "typing_on"
