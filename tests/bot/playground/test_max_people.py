"""People start, stop, write, press and go away, and the bot hears of it as MAX tells it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import MaxStandIn, Person
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    return wire.messenger.add_person("Ann", language="ru")


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [update["update_type"] for update in updates]


async def test_the_first_start_brings_the_payload_and_the_locale(wire: Wire, ann: Person) -> None:
    ann.follow("https://max.ru/deskwire_bot?start=hd_abc")
    [started] = await wire.updates()
    assert started["update_type"] == "bot_started"
    assert (started["payload"], started["user_locale"]) == ("hd_abc", "ru")
    assert (started["chat_id"], started["user"]["user_id"]) == (ann.chat.id, ann.id)
    assert ann.chat.messages == []


async def test_a_dialogs_id_is_not_the_persons(wire: Wire, ann: Person) -> None:
    assert ann.chat.id == ann.id ^ wire.messenger.bot.id != ann.id


async def test_a_start_without_a_payload_has_none(wire: Wire, ann: Person) -> None:
    ann.open()
    assert "payload" not in (await wire.updates())[0]


async def test_a_payload_that_is_too_long_gets_lost(wire: Wire, ann: Person) -> None:
    ann.open("x" * 513)
    assert "payload" not in (await wire.updates())[0]
    ann.open("x" * 512)
    assert (await wire.updates())[0]["payload"] == "x" * 512


async def test_a_repeated_link_may_start_the_bot_again(wire: Wire, ann: Person) -> None:
    ann.open("one")
    ann.open("two")
    assert [update["payload"] for update in await wire.updates()] == ["one", "two"]


async def test_a_repeated_link_may_come_as_text(wire: Wire, ann: Person) -> None:
    ann.again = "text"
    ann.open("one")
    message = ann.open("two")
    assert message is not None
    started, said = await wire.updates()
    assert (started["payload"], said["message"]["body"]["text"]) == ("one", "/start two")
    assert said["message"]["body"]["mid"] == message.id


async def test_a_repeated_link_may_do_nothing(wire: Wire, ann: Person) -> None:
    ann.again = "nothing"
    ann.open("one")
    assert ann.open("two") is None
    assert kinds(await wire.updates()) == ["bot_started"]


async def test_links_of_other_bots_lead_elsewhere(ann: Person) -> None:
    for link in ("https://t.me/deskwire_bot?start=x", "https://max.ru/other_bot?start=x"):
        with pytest.raises(ValueError, match="no deeplink of this bot"):
            ann.follow(link)


async def test_whoever_writes_has_started_first(wire: Wire, ann: Person) -> None:
    ann.say("hello")
    assert kinds(await wire.updates()) == ["bot_started", "message_created"]


async def test_a_message_as_max_tells_it(wire: Wire, ann: Person) -> None:
    ann.open()
    message = ann.say("hello")
    told = (await wire.updates())[1]
    assert told["user_locale"] == "ru"
    assert told["message"]["recipient"] == {
        "chat_id": ann.chat.id,
        "chat_type": "dialog",
        "user_id": wire.messenger.bot.id,
    }
    body = told["message"]["body"]
    assert body == {"mid": message.id, "seq": message.seq, "text": "hello"}
    assert body["mid"] == f"mid.{ann.chat.id:016x}{body['seq']:016x}"
    assert told["message"]["sender"]["name"] == "Ann"


async def test_edits_and_deletions_are_told(wire: Wire, ann: Person) -> None:
    ann.open()
    message = ann.say("one")
    ann.edit(message, "two")
    ann.delete(message)
    edited, removed = (await wire.updates())[2:]
    assert edited["message"]["body"] == {"mid": message.id, "seq": message.seq, "text": "two"}
    assert {key: removed[key] for key in ("message_id", "chat_id", "user_id")} == {
        "message_id": message.id,
        "chat_id": ann.chat.id,
        "user_id": ann.id,
    }
    assert ann.chat.messages == []


async def test_replies_and_forwards_carry_what_they_are_about(wire: Wire, ann: Person) -> None:
    first = ann.say("first")
    ann.say("answer", reply_to=first)
    ann.forward(first)
    *_, answer, forward = await wire.updates()
    assert answer["message"]["link"]["type"] == "reply"
    assert answer["message"]["link"]["message"]["mid"] == first.id
    assert forward["message"]["link"]["type"] == "forward"
    assert forward["message"]["link"]["chat_id"] == ann.chat.id
    assert forward["message"]["link"]["message"]["text"] == "first"


async def test_a_stopped_bot_is_told_and_refused(wire: Wire, ann: Person) -> None:
    ann.open()
    sent = await wire.send(ann.chat.id)
    ann.block_bot()
    assert kinds(await wire.updates()) == ["bot_started", "bot_stopped"]
    for address in ({"chat_id": ann.chat.id}, {"user_id": ann.id}):
        refused = await wire.error("POST", "/messages", {"text": "x"}, **address)
        assert refused == (403, "chat.denied", "error.dialog.suspended")
    edit = await wire.error("PUT", "/messages", {"text": "y"}, message_id=sent["body"]["mid"])
    assert edit[:2] == (403, "chat.denied")
    with pytest.raises(RuntimeError, match="stopped the bot"):
        ann.say("x")
    assert wire.messenger.calls.broken_contracts == []


async def test_a_resumed_bot_is_started_again_whatever_links_do(wire: Wire, ann: Person) -> None:
    ann.again = "nothing"
    ann.open()
    ann.block_bot()
    ann.open("back")
    ann.block_bot()
    ann.unblock_bot()
    told = await wire.updates()
    assert kinds(told) == ["bot_started", "bot_stopped"] * 2 + ["bot_started"]
    assert told[2]["payload"] == "back"
    await wire.send(ann.chat.id)


async def test_strangers_can_not_be_written_to(wire: Wire, ann: Person) -> None:
    assert await wire.error("POST", "/messages", {"text": "x"}, user_id=ann.id) == (
        404,
        "dialog.not.found",
        "error.dialog.notfound",
    )
    assert await wire.error("POST", "/messages", {"text": "x"}, chat_id=ann.chat.id) == (
        404,
        "chat.not.found",
        f"Chat {ann.chat.id} not found",
    )
    # A person's id is no chat's.
    ann.open()
    refused = await wire.error("POST", "/messages", {"text": "x"}, chat_id=ann.id)
    assert refused[1] == "chat.not.found"


async def test_a_deleted_account_is_gone_without_a_word(wire: Wire, ann: Person) -> None:
    ann.open()
    ann.delete_account()
    assert kinds(await wire.updates()) == ["bot_started"]
    refused = await wire.error("POST", "/messages", {"text": "x"}, user_id=ann.id)
    assert refused[:2] == (404, "dialog.not.found")


async def test_dialogs_are_cleared_muted_and_removed(wire: Wire, ann: Person) -> None:
    ann.open()
    ann.mute_bot(until=1775027479470)
    ann.unmute_bot()
    message = ann.say("x")
    ann.clear_dialog()
    assert ann.chat.messages == []
    assert (await wire.error("GET", f"/messages/{message.id}"))[0] == 404
    ann.remove_dialog()
    told = await wire.updates()
    assert kinds(told)[1:] == [
        "dialog_muted",
        "dialog_unmuted",
        "message_created",
        "dialog_cleared",
        "bot_stopped",
        "dialog_removed",
    ]
    assert told[1]["muted_until"] == 1775027479470
    refused = await wire.error("POST", "/messages", {"text": "x"}, user_id=ann.id)
    assert refused[2] == "error.dialog.suspended"


async def test_until_wakes_at_a_change_and_fails_with_the_chats_as_they_stand(
    wire: Wire, ann: Person
) -> None:
    asyncio.get_running_loop().call_soon(ann.say, "one")
    message = await wire.messenger.until(lambda: ann.chat.messages[0])
    assert message.text == "one"
    with pytest.raises(AssertionError) as failed:
        await wire.messenger.until(lambda: False, timeout=0.01, what="an answer")
    assert "waited 0.01 s in vain for an answer" in str(failed.value)
    assert "Ann: one" in str(failed.value)


async def test_listeners_hear_everything_in_order(wire: Wire, ann: Person) -> None:
    ann.open()
    with wire.messenger.listen() as news:
        message = ann.say("one")
        ann.edit(message, "two")
        ann.delete(message)
    told = [(change.kind, change.message_id) async for change in news]
    assert told == [(kind, message.id) for kind in ("message", "edit", "delete")]


async def test_the_state_is_json(wire: Wire, ann: Person) -> None:
    group = wire.messenger.add_group("Agents", members=[ann])
    ann.say("<hi>", in_=group)
    ann.send_album([b"1", b"2"], in_=group)
    state = json.loads(json.dumps(wire.messenger.snapshot()))
    agents = next(chat for chat in state if chat["title"] == "Agents")
    text, album = agents["messages"]
    assert text["html"] == "&lt;hi&gt;"
    files = [(file["kind"], file["mime_type"]) for file in album["files"]]
    assert files == [("photo", "image/jpeg")] * 2
