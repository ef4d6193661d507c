"""Buttons: what they may be, what pressing does, and how the bot answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import MaxStandIn, Message, Person
from tests.bot.playground.max_wire import Wire

Key = dict[str, Any]


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann", username="ann")
    person.open()
    return person


def callback(text: str, payload: str = "p") -> Key:
    return {"type": "callback", "text": text, "payload": payload}


def board(*rows: list[Key]) -> list[Key]:
    return [{"type": "inline_keyboard", "payload": {"buttons": list(rows)}}]


@pytest.fixture
async def menu(wire: Wire, ann: Person) -> Message:
    rows = [callback("✅ Go", "go"), callback("Stop", "stop")], [callback("Go on", "on")]
    await wire.send(ann.chat.id, "menu", attachments=board(*rows))
    await wire.updates()
    return ann.chat.messages[-1]


async def test_a_press_is_told_with_its_message(wire: Wire, ann: Person, menu: Message) -> None:
    press = ann.press(menu, "Stop")
    [told] = await wire.updates()
    assert told["callback"]["callback_id"] == press.id
    assert (told["callback"]["payload"], told["callback"]["user"]["user_id"]) == ("stop", ann.id)
    assert told["message"]["body"]["mid"] == menu.id
    assert told["message"]["recipient"]["chat_id"] == ann.chat.id
    shown = told["message"]["body"]["attachments"][0]["payload"]["buttons"]
    assert [[key["text"] for key in row] for row in shown] == [["✅ Go", "Stop"], ["Go on"]]
    assert told["user_locale"] == "en"


async def test_buttons_are_found_by_their_label_without_emoji(ann: Person, menu: Message) -> None:
    assert ann.press(menu, "Go").data == "go"
    assert ann.press(menu, "on").data == "on"
    with pytest.raises(LookupError, match="'✅ Go', 'Stop', 'Go on'"):
        ann.press(menu, "Fly")


async def test_a_press_may_come_without_its_message_or_chat(
    wire: Wire, ann: Person, menu: Message
) -> None:
    ann.press(menu, "Go", inaccessible=True)
    ann.press(menu, "Go", without_chat_id=True)
    bare, homeless = await wire.updates()
    assert bare["message"] is None
    assert homeless["message"]["recipient"]["chat_id"] is None
    assert homeless["message"]["body"]["mid"] == menu.id


async def test_an_answer_edits_the_message_and_tells_the_presser(
    wire: Wire, ann: Person, menu: Message
) -> None:
    press = ann.press(menu, "Go")
    body = {"notification": "Done", "message": {"text": "<i>went</i>", "format": "html"}}
    assert await wire.ok("POST", "/answers", body, callback_id=press.id) == {"success": True}
    assert (press.done, press.text) == (True, "Done")
    assert (menu.html, menu.labels) == ("<i>went</i>", ["✅ Go", "Stop", "Go on"])


async def test_the_presser_can_wait_for_the_answer(wire: Wire, ann: Person, menu: Message) -> None:
    press = ann.press(menu, "Go")
    waiting = asyncio.create_task(press.answered())
    await wire.ok("POST", "/answers", {"notification": "Done"}, callback_id=press.id)
    assert (await waiting).text == "Done"
    with pytest.raises(AssertionError, match="an answer to the press of 'Stop'"):
        await ann.press(menu, "Stop").answered(0.01)


@pytest.mark.parametrize("body", [{}, {"message": None, "notification": None}])
async def test_an_answer_says_something(
    wire: Wire, ann: Person, menu: Message, body: dict[str, Any]
) -> None:
    press = ann.press(menu, "Go")
    assert await wire.error("POST", "/answers", body, callback_id=press.id) == (
        400,
        "proto.payload",
        "Invalid request. `message` or `notification` required",
    )
    assert not press.done


async def test_a_press_is_answered_once_and_not_too_late(
    wire: Wire, ann: Person, menu: Message
) -> None:
    answered, old = ann.press(menu, "Go"), ann.press(menu, "Go")
    await wire.ok("POST", "/answers", {"notification": "Done"}, callback_id=answered.id)
    old.expire()
    for press in (answered, old):
        notified = await wire.error("POST", "/answers", {"notification": "x"}, callback_id=press.id)
        assert notified[:2] == (404, "not.found")
        edited = await wire.error(
            "POST", "/answers", {"message": {"text": "x"}}, callback_id=press.id
        )
        assert edited == (400, "proto.payload", "error.edit.invalid.message")
    assert menu.text == "menu"


async def test_an_answer_for_a_deleted_message_is_refused(
    wire: Wire, ann: Person, menu: Message
) -> None:
    press = ann.press(menu, "Go")
    ann.delete(menu)
    refused = await wire.error("POST", "/answers", {"message": {"text": "x"}}, callback_id=press.id)
    assert refused[0] == 404
    await wire.ok("POST", "/answers", {"notification": "x"}, callback_id=press.id)


async def test_other_buttons_do_their_work_themselves(wire: Wire, ann: Person) -> None:
    rows: list[list[Key]] = [
        [{"type": "link", "text": "Site", "url": "https://example.org"}],
        [{"type": "message", "text": "Say this"}],
        [{"type": "request_contact", "text": "Call me"}],
        [{"type": "request_geo_location", "text": "Find me", "quick": True}],
        [{"type": "clipboard", "text": "Copy", "payload": "text"}],
        [{"type": "open_app", "text": "App", "web_app": "deskwire_bot"}],
    ]
    await wire.send(ann.chat.id, "x", attachments=board(*rows))
    menu = ann.chat.messages[-1]
    await wire.updates()
    assert ann.press(menu, "Site").url == "https://example.org"
    for label in menu.labels[1:]:
        assert ann.press(menu, label).done
    said, contact, place = [update["message"]["body"] for update in await wire.updates()]
    assert said["text"] == "Say this"
    payload = contact["attachments"][0]["payload"]
    assert "FN:Ann" in payload["vcf_info"]
    assert (payload["max_info"]["user_id"], len(payload["hash"])) == (ann.id, 64)
    assert place["attachments"][0]["type"] == "location"
    assert wire.messenger.calls.broken_contracts == []


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "Keyboard has no buttons"),
        ([[]], "Keyboard has no buttons"),
        ([[callback("x")]] * 31, "Keyboard has 31 rows, must be at most 30"),
        ([[callback("x")] * 8], "Row has 8 buttons, must be at most 7"),
        (
            [[{"type": "link", "text": "x", "url": "https://x.y"}] * 4],
            "Row has 4 buttons, must be at most 3",
        ),
        (
            [[{"type": "link", "text": "x", "url": "tg://x"}]],
            "Must have only http/https links format in buttons",
        ),
        ([[{"type": "open_app", "text": "x"}]], "Field 'webApp' cannot be null"),
    ],
)
async def test_keyboards_max_does_not_take(
    wire: Wire, ann: Person, rows: list[list[Key]], problem: str
) -> None:
    body = {"text": "x", "attachments": board(*rows)}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused == (400, "proto.payload", problem)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ({"type": "callback", "text": "x"}, "lacks 'payload'"),
        (callback("x", "p" * 1025), "payload' size (1025) must be at most 1024"),
        (callback("x" * 129), "text' size (129) must be at most 128"),
        (callback(""), "text' size (0) must be at least 1"),
        ({"type": "chat", "text": "x", "chat_title": "y"}, "type (chat) is no kind of Button"),
        (callback("x") | {"colour": "red"}, "'colour' is no field of CallbackButton"),
    ],
)
async def test_buttons_the_schema_does_not_have(
    wire: Wire, ann: Person, key: Key, problem: str
) -> None:
    body = {"text": "x", "attachments": board([key])}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert problem in refused[2]
    assert len(wire.messenger.calls.broken_contracts) == 1


async def test_the_largest_keyboard_is_taken(wire: Wire, ann: Person) -> None:
    rows = [[callback("x") | {"intent": "default"}] * 7] * 30
    await wire.send(ann.chat.id, "x", attachments=board(*rows))
    assert len(ann.chat.messages[-1].labels) == 210
    two = board([callback("x")]) * 2
    refused = await wire.error(
        "POST", "/messages", {"text": "x", "attachments": two}, chat_id=ann.chat.id
    )
    assert refused[2] == "Must be only one inline_keyboard attachment in message"
