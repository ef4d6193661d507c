"""Starts, stops, presses and members: every kind of update means what it means in Telegram, or
nothing; every sample of MAX's own is understood."""

import json
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.messengers.max import callback_ids
from bot.messengers.max.feed import MaxFeed
from bot.messengers.max.session import MaxBot
from bot.playground.max import Group, MaxStandIn, Message, Person
from storage.database import Database
from tests.bot.messengers.max.arrivals import Arrivals, membership

SAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "playground" / "max_samples.json").read_text()
)
UPDATES = {
    name.removeprefix("update."): found["updates"][0]
    for name, found in SAMPLES.items()
    if name.startswith("update.")
}
LIVE = SAMPLES["live-updates"]
MEANT = {
    "message_created": "message",
    "message_edited": "edited_message",
    "message_callback": "callback_query",
    "bot_started": "message",
    "bot_stopped": "my_chat_member",
    "dialog_removed": "my_chat_member",
    "bot_added": "my_chat_member",
    "bot_removed": "my_chat_member",
    "user_added": "chat_member",
    "user_removed": "chat_member",
}


@pytest.fixture
def samples(db: Database, bot: MaxBot) -> Arrivals:
    """What MAX's samples become."""
    return Arrivals(db, MaxFeed(bot))


# --- MAX's own samples --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", UPDATES)
async def test_a_sample_means_what_it_says_or_nothing(samples: Arrivals, kind: str) -> None:
    await samples.take_in(UPDATES[kind])
    assert [update.event_type for update in await samples.updates()] == (
        [MEANT[kind]] if kind in MEANT else []
    )


async def test_the_sample_of_a_message_that_passes_another_on(samples: Arrivals) -> None:
    await samples.take_in(UPDATES["message_created"])
    [update] = await samples.updates()
    assert update.message is not None
    assert update.message.text == "...\n\nЛада седан - баклажан"
    assert (update.message.chat.id, update.message.chat.type) == (-70801090403050, "group")


async def test_the_samples_of_a_living_bot(samples: Arrivals) -> None:
    await samples.take_in(*LIVE.values())
    said, pressed = await samples.updates()
    assert said.message is not None
    assert (said.message.chat.id, said.message.chat.type) == (472107880, "private")
    assert said.message.from_user is not None
    assert (said.message.from_user.id, said.message.text) == (212843158, "Тест")
    query = pressed.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.chat.id, query.message.chat.type) == (
        "accept:1",
        472107880,
        "private",
    )
    assert callback_ids.unpack(query.id) == (472107880, "cb-live-1")


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("bot_stopped", ("private", 182182182, 0, "kicked")),
        ("dialog_removed", ("private", 182182182, 0, "kicked")),
        ("bot_added", ("group", -70801090403050, 0, "member")),
        ("bot_removed", ("group", -70801090403050, 0, "kicked")),
        # In these two samples `user` is who let in or threw out.
        ("user_added", ("group", -70801090403050, 234567890, "member")),
        ("user_removed", ("group", -70801090403050, 234567890, "left")),
    ],
)
async def test_samples_of_who_comes_and_goes(
    samples: Arrivals, kind: str, meant: tuple[str, int, int, str]
) -> None:
    await samples.take_in(UPDATES[kind])
    [update] = await samples.updates()
    assert membership(update) == meant


# --- starts and stops ---------------------------------------------------------------------------


async def started(arrivals: Arrivals) -> str | None:
    message = await arrivals.message()
    assert message.chat.type == "private"
    assert message.from_user is not None
    return message.text


@pytest.mark.parametrize(
    ("payload", "text"),
    [("hd_abc", "/start hd_abc"), ("help_main", "/start help_main"), (None, "/start")],
)
async def test_a_start_is_the_command_with_its_payload(
    arrivals: Arrivals, stand_in: MaxStandIn, payload: str | None, text: str
) -> None:
    stand_in.add_person("Vera").open(payload)
    assert await started(arrivals) == text


@pytest.mark.parametrize("again", ["bot_started", "text"])
async def test_a_repeated_link_is_the_same_command(
    arrivals: Arrivals, ann: Person, again: Any
) -> None:
    ann.again = again
    ann.open("hd_abc")
    assert await started(arrivals) == "/start hd_abc"


async def test_a_start_tells_the_persons_language(arrivals: Arrivals, stand_in: MaxStandIn) -> None:
    stand_in.add_person("Vera", language="ru").open()
    message = await arrivals.message()
    assert message.from_user is not None
    assert message.from_user.language_code == "ru"


async def test_to_stop_the_bot_is_to_block_it(arrivals: Arrivals, ann: Person) -> None:
    ann.block_bot()
    [update] = await arrivals.read_updates()
    assert membership(update) == ("private", ann.chat.id, 0, "kicked")
    assert update.my_chat_member is not None
    assert update.my_chat_member.from_user.id == ann.id


async def test_to_remove_the_dialog_is_to_block_the_bot_too(
    arrivals: Arrivals, ann: Person
) -> None:
    ann.remove_dialog()
    stopped = [membership(update) for update in await arrivals.read_updates()]
    assert stopped == [("private", ann.chat.id, 0, "kicked")] * 2


async def test_to_mute_or_clear_a_dialog_changes_nothing(arrivals: Arrivals, ann: Person) -> None:
    message = ann.say("Hello")
    ann.mute_bot()
    ann.unmute_bot()
    ann.delete(message)
    ann.clear_dialog()
    [update] = await arrivals.read_updates()
    assert update.message is not None


# --- groups -------------------------------------------------------------------------------------


async def test_who_comes_to_a_group_and_who_goes(
    arrivals: Arrivals, ann: Person, group: Group
) -> None:
    group.add(ann)
    group.remove(ann, by=group.owner)
    group.rename("Another name")
    came, went = await arrivals.read_updates()
    assert membership(came) == ("group", group.id, ann.id, "member")
    assert membership(went) == ("group", group.id, ann.id, "left")


async def test_the_bot_is_told_when_it_comes_to_a_group_and_when_it_goes(
    arrivals: Arrivals, stand_in: MaxStandIn
) -> None:
    group = stand_in.add_group("New", bot_rights="absent")
    group.add_bot()
    group.remove_bot()
    came, went = await arrivals.read_updates()
    assert membership(came) == ("group", group.id, 0, "member")
    assert membership(went) == ("group", group.id, 0, "kicked")


async def test_channels_are_nobodys_business(samples: Arrivals) -> None:
    await samples.take_in({**UPDATES["bot_added"], "is_channel": True})
    post = json.loads(json.dumps(UPDATES["message_created"]))
    post["message"]["recipient"]["chat_type"] = "channel"
    await samples.take_in(post)
    assert await samples.updates() == []


# --- presses ------------------------------------------------------------------------------------


async def shown(bot: MaxBot, stand_in: MaxStandIn, chat_id: int) -> tuple[int, Message]:
    """A message with a button: its number, and as people see it."""
    keyboard = [[InlineKeyboardButton(text="Go", callback_data="go:1")]]
    markup = InlineKeyboardMarkup(inline_keyboard=keyboard)
    sent = await bot.send_message(chat_id, "Where to?", reply_markup=markup)
    chat = next(chat for chat in stand_in.chats if chat.id == chat_id)
    return sent.message_id, chat.messages[-1]


async def test_a_press_names_the_message_and_can_be_answered(
    arrivals: Arrivals, bot: MaxBot, stand_in: MaxStandIn, ann: Person
) -> None:
    number, message = await shown(bot, stand_in, ann.chat.id)
    press = ann.press(message, "Go")
    query = await arrivals.press()
    assert query.message is not None
    assert (query.data, query.from_user.id) == ("go:1", ann.id)
    assert (query.message.message_id, query.message.chat.id) == (number, ann.chat.id)
    assert query.message.chat.type == "private"
    await query.answer("Gone")
    await press.answered()
    assert press.text == "Gone"


@pytest.mark.parametrize("private", [True, False])
async def test_a_press_without_the_chat_is_known_by_its_message(
    arrivals: Arrivals,
    bot: MaxBot,
    stand_in: MaxStandIn,
    ann: Person,
    group: Group,
    *,
    private: bool,
) -> None:
    group.members[ann.id] = ann
    chat = ann.chat if private else group
    number, message = await shown(bot, stand_in, chat.id)
    ann.press(message, "Go", without_chat_id=True)
    query = await arrivals.press()
    assert query.message is not None
    assert (query.message.message_id, query.message.chat.id) == (number, chat.id)


async def test_a_press_on_a_message_that_is_gone_happens_in_the_persons_dialog(
    arrivals: Arrivals, bot: MaxBot, stand_in: MaxStandIn, ann: Person
) -> None:
    _, message = await shown(bot, stand_in, ann.chat.id)
    press = ann.press(message, "Go", inaccessible=True)
    query = await arrivals.press()
    assert query.message is not None
    assert (query.message.chat.id, query.message.chat.type) == (ann.chat.id, "private")
    await query.answer("Gone")
    await press.answered()


async def test_a_press_by_somebody_unknown_on_a_message_that_is_gone_is_passed_over(
    samples: Arrivals,
) -> None:
    await samples.take_in({**LIVE["message_callback"], "message": None})
    assert await samples.updates() == []


# --- shapes that nobody promised ----------------------------------------------------------------


async def test_voice_without_its_message_is_passed_over_and_logged(
    arrivals: Arrivals, ann: Person
) -> None:
    ann.send_voice(b"hm", heard=False)
    ann.say("Did you hear me?")
    with structlog.testing.capture_logs() as logs:
        [update] = await arrivals.read_updates()
    assert [(line["log_level"], "voice" in line["event"]) for line in logs] == [("warning", True)]
    assert update.message is not None
    assert update.message.text == "Did you hear me?"


async def test_a_message_without_a_body_or_a_sender_stops_nothing(samples: Arrivals) -> None:
    created = LIVE["message_created"]
    bare = {**created["message"], "body": None}
    passed_on = {"type": "forward", "message": {"mid": "mid.far", "seq": 1, "text": "Far"}}
    nameless = {key: value for key, value in created["message"].items() if key != "sender"}
    await samples.take_in(
        {**created, "message": bare, "timestamp": 1},
        {**created, "message": {**bare, "link": passed_on}, "timestamp": 2},
        {**created, "message": nameless, "timestamp": 3},
        {**created, "timestamp": 4},
    )
    found = await samples.updates()
    assert [_text(update) for update in found] == [None, "Far", "Тест"]
    numbers = [update.message.message_id for update in found if update.message]
    assert len(set(numbers)) == len(numbers)


def _text(update: Update) -> str | None:
    assert update.message is not None
    return update.message.text
