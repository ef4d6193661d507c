"""Messages in private chats: who may write whom, edits, replies, copies, every other kind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.playground.clock import Clock
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn(clock=clock)) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann", username="ann", last_name="Lee", language="ru")
    person.open()
    return person


def keyboard(*rows: list[str]) -> dict[str, Any]:
    return {
        "inline_keyboard": [
            [{"text": label, "callback_data": f"do:{label}"} for label in row] for row in rows
        ]
    }


async def last(wire: Wire) -> dict[str, Any]:
    return (await wire.updates())[-1]


async def test_a_deeplink_starts_with_its_payload(wire: Wire, ann: Person) -> None:
    ann.open("hd_request")
    message = (await last(wire))["message"]
    assert message["text"] == "/start hd_request"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"] == {
        "id": ann.id,
        "is_bot": False,
        "first_name": "Ann",
        "last_name": "Lee",
        "username": "ann",
        "language_code": "ru",
    }


async def test_a_link_opens_this_bot_only_and_as_telegram_reads_it(wire: Wire, ann: Person) -> None:
    assert ann.follow("https://t.me/deskwire_bot?start=help_main").text == "/start help_main"
    assert ann.follow("https://t.me/deskwire_bot").text == "/start"
    for link in (
        "https://t.me/other_bot?start=x",
        "https://t.me/deskwire_bot?start=a.b",
        f"https://t.me/deskwire_bot?start={'x' * 65}",
    ):
        with pytest.raises(ValueError, match="deeplink"):
            ann.follow(link)


async def test_a_bot_cannot_write_first(wire: Wire) -> None:
    stranger = wire.messenger.add_person("Stranger")
    member = wire.messenger.add_person("Member")
    wire.messenger.add_group("G", members=[member])
    assert await wire.error("sendMessage", chat_id=1, text="x") == "Bad Request: chat not found"
    assert await wire.error("sendMessage", chat_id=stranger.id, text="x") == (
        "Bad Request: chat not found"
    )
    assert await wire.error("sendMessage", chat_id=member.id, text="x") == (
        "Forbidden: bot can't initiate conversation with a user"
    )


async def test_a_blocked_bot_is_told_and_refused(wire: Wire, ann: Person) -> None:
    ann.block_bot()
    member = (await last(wire))["my_chat_member"]
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == (
        "member",
        "kicked",
    )
    for method, params in (("sendMessage", {"text": "x"}), ("sendDice", {})):
        assert await wire.error(method, chat_id=ann.id, **params) == (
            "Forbidden: bot was blocked by the user"
        )
    with pytest.raises(RuntimeError, match="blocked"):
        ann.say("x")
    ann.open()
    await wire.ok("sendMessage", chat_id=ann.id, text="x")
    ann.delete_account()
    assert await wire.error("sendMessage", chat_id=ann.id, text="x") == (
        "Forbidden: user is deactivated"
    )


async def test_edits_of_people_reach_the_bot(wire: Wire, ann: Person) -> None:
    message = ann.say("one")
    ann.edit(message, "two")
    edited = (await last(wire))["edited_message"]
    assert (edited["message_id"], edited["text"]) == (message.id, "two")
    assert "edit_date" in edited
    photo = ann.send_photo(b"p", caption="one")
    ann.edit(photo, "two")
    assert (await last(wire))["edited_message"]["caption"] == "two"


async def test_edits_of_the_bot(wire: Wire, ann: Person) -> None:
    sent = await wire.ok(
        "sendMessage", chat_id=ann.id, text="one", reply_markup=keyboard(["A", "B"])
    )
    where = {"chat_id": ann.id, "message_id": sent["message_id"]}
    message = ann.chat.by_id[sent["message_id"]]
    same = await wire.error(
        "editMessageText", **where, text="one", reply_markup=keyboard(["A", "B"])
    )
    assert same == (
        "Bad Request: message is not modified: specified new message content and reply markup "
        "are exactly the same as a current content and reply markup of the message"
    )
    await wire.ok("editMessageText", **where, text="two")
    assert (message.text, message.buttons) == ("two", [])
    await wire.ok("editMessageReplyMarkup", **where, reply_markup=keyboard(["C"]))
    assert message.buttons == [["C"]]
    assert "no caption in the message" in await wire.error(
        "editMessageCaption", **where, caption="x"
    )
    assert await wire.error("editMessageText", chat_id=ann.id, message_id=9999, text="x") == (
        "Bad Request: message to edit not found"
    )
    theirs = ann.say("mine")
    assert await wire.error("editMessageText", chat_id=ann.id, message_id=theirs.id, text="x") == (
        "Bad Request: message can't be edited"
    )


async def test_deleted_messages_are_gone(wire: Wire, ann: Person) -> None:
    sent = await wire.ok("sendMessage", chat_id=ann.id, text="x")
    where = {"chat_id": ann.id, "message_id": sent["message_id"]}
    await wire.ok("deleteMessage", **where)
    assert await wire.error("deleteMessage", **where) == "Bad Request: message to delete not found"
    await wire.ok("deleteMessages", chat_id=ann.id, message_ids=[1, 2, ann.say("y").id])
    assert [message.text for message in ann.chat.messages] == ["/start"]


async def test_messages_of_two_days_ago_stay(wire: Wire, ann: Person, clock: Clock) -> None:
    old, older = [await wire.ok("sendMessage", chat_id=ann.id, text="x") for _ in range(2)]
    clock.now += 48 * 3600 - 1
    await wire.ok("deleteMessage", chat_id=ann.id, message_id=old["message_id"])
    clock.now += 1
    refused = await wire.error("deleteMessage", chat_id=ann.id, message_id=older["message_id"])
    assert refused == "Bad Request: message can't be deleted for everyone"


async def test_replies_and_their_missing_targets(wire: Wire, ann: Person) -> None:
    message = ann.say("question")
    reply: dict[str, Any] = {"message_id": message.id, "quote": "quest"}
    sent = await wire.ok("sendMessage", chat_id=ann.id, text="x", reply_parameters=reply)
    assert sent["reply_to_message"]["text"] == "question"
    assert sent["quote"]["text"] == "quest"
    ann.delete(message)
    answer = await wire.error("sendMessage", chat_id=ann.id, text="x", reply_parameters=reply)
    assert answer == "Bad Request: message to be replied not found"
    reply["allow_sending_without_reply"] = True
    sent = await wire.ok("sendMessage", chat_id=ann.id, text="x", reply_parameters=reply)
    assert "reply_to_message" not in sent


async def test_copies_and_forwards(wire: Wire, ann: Person) -> None:
    group = wire.messenger.add_group("Agents")
    photo = ann.send_photo(b"p", caption="one")
    source = {"chat_id": group.id, "from_chat_id": ann.id}
    await wire.ok("copyMessage", **source, message_id=photo.id)
    await wire.ok("copyMessage", **source, message_id=photo.id, caption="two")
    forwarded = await wire.ok("forwardMessage", **source, message_id=photo.id)
    assert [message.text for message in group.messages] == ["one", "two", "one"]
    assert forwarded["forward_origin"]["sender_user"]["id"] == ann.id
    assert group.messages[0].media is photo.media
    album = ann.send_album([b"1", b"2"])
    ids = [photo.id, *(message.id for message in album), 9999]
    assert len(await wire.ok("copyMessages", **source, message_ids=ids)) == 3
    assert group.messages[-1].album == group.messages[-2].album != album[0].album
    assert await wire.error("copyMessage", **source, message_id=9999) == (
        "Bad Request: message to copy not found"
    )


async def test_other_kinds(wire: Wire, ann: Person) -> None:
    there = {"chat_id": ann.id}
    await wire.ok("sendLocation", **there, latitude=1.5, longitude=2)
    await wire.ok("sendVenue", **there, latitude=1, longitude=2, title="t", address="a")
    await wire.ok("sendContact", **there, phone_number="+1", first_name="f")
    await wire.ok("sendPoll", **there, question="q", options=[{"text": "a"}, {"text": "b"}])
    await wire.ok("sendDice", **there, emoji="🎯")
    await wire.ok("sendChatAction", **there, action="typing")
    ann.send_location()
    ann.send_contact("+1", "f")
    ann.send_poll("q", ["a", "b"])
    ann.send_dice(value=6)
    ann.forward(ann.chat.messages[0])
    kinds = ["location", "venue", "contact", "poll", "dice"]
    kinds += ["location", "contact", "poll", "dice", "text"]
    assert [message.kind for message in ann.chat.messages[1:]] == kinds
    assert "wrong parameter action" in await wire.error("sendChatAction", **there, action="nap")
    assert "latitude" in await wire.error("sendLocation", **there, latitude=91, longitude=0)
