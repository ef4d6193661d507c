"""Buttons and reactions: pressed, answered once, refused where Telegram refuses them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
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


async def test_reactions_of_the_bot(wire: Wire, ann: Person) -> None:
    message = ann.say("x")
    where = {"chat_id": ann.id, "message_id": message.id}

    async def react(*emojis: str) -> dict[str, Any]:
        reaction = [{"type": "emoji", "emoji": emoji} for emoji in emojis]
        return await wire.call("setMessageReaction", **where, reaction=reaction)

    assert (await react("👍"))["ok"]
    assert message.emojis == ["👍"]
    assert (await react("✅"))["description"] == "Bad Request: REACTION_INVALID"
    assert (await react("👍", "🔥"))["description"] == "Bad Request: REACTIONS_TOO_MANY"
    assert (await react())["ok"]
    assert message.emojis == []
    assert await wire.error("setMessageReaction", chat_id=ann.id, message_id=9999) == (
        "Bad Request: message to react not found"
    )


async def test_buttons_are_pressed_and_answered_once(wire: Wire, ann: Person) -> None:
    await wire.ok(
        "sendMessage", chat_id=ann.id, text="x", reply_markup=keyboard(["✅ Subscribe", "Cancel"])
    )
    message = ann.chat.messages[-1]
    press = ann.press(message, "Subscribe")
    query = (await last(wire))["callback_query"]
    assert (query["data"], query["from"]["id"]) == ("do:✅ Subscribe", ann.id)
    assert query["message"]["reply_markup"]["inline_keyboard"][0][1]["text"] == "Cancel"
    answer = {"callback_query_id": query["id"], "text": "Done", "show_alert": True}
    await wire.ok("answerCallbackQuery", **answer)
    assert (await press.answered()).text == "Done"
    assert press.alert
    assert await wire.error("answerCallbackQuery", **answer) == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    late = ann.press(message, "Cancel")
    late.expire()
    assert "query is too old" in await wire.error("answerCallbackQuery", callback_query_id=late.id)


async def test_a_missing_button_lists_those_there_are(wire: Wire, ann: Person) -> None:
    await wire.ok(
        "sendMessage", chat_id=ann.id, text="x", reply_markup=keyboard(["Back", "Go back"])
    )
    message = ann.chat.messages[-1]
    with pytest.raises(LookupError, match=r"no button 'Skip'.*'Back', 'Go back'"):
        ann.press(message, "Skip")
    with pytest.raises(LookupError, match=r"2 buttons 'bac'"):
        ann.press(message, "bac")
    assert ann.press(message, "Back").data == "do:Back"


async def test_a_message_may_be_out_of_the_bots_reach(wire: Wire, ann: Person) -> None:
    await wire.ok("sendMessage", chat_id=ann.id, text="x", reply_markup=keyboard(["A"]))
    ann.press(ann.chat.messages[-1], "A", inaccessible=True)
    message = (await last(wire))["callback_query"]["message"]
    assert (message["date"], "text" in message) == (0, False)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "x"}, "BUTTON_TEXT_INVALID"),
        ({"text": "x", "url": "nowhere"}, "BUTTON_URL_INVALID"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "x", "url": "https://a.example"}, "exactly one action"),
        ({"text": "x", "callback_data": "x", "style": "pink"}, "invalid button style"),
    ],
)
async def test_keyboards_that_telegram_refuses(
    wire: Wire, ann: Person, key: dict[str, Any], problem: str
) -> None:
    markup = {"inline_keyboard": [[key]]}
    assert problem in await wire.error("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
