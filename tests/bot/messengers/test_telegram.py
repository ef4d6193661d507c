"""What Telegram tells of a message that was made: no more of it is read than which one it is."""

import json

import pytest
from aiogram.types import BufferedInputFile, InputMediaPhoto

from bot.messengers import Messenger
from bot.playground.telegram import Person, TelegramStandIn, faults

MADE = {"message_id": 77, "date": 1_700_000_000, "chat": {"id": 5, "type": "private"}}
ODD = {**MADE, "poll": "what no Bot API says of a poll", "reply_to_message": {"of": "another"}}


@pytest.fixture
def ann(telegram: TelegramStandIn) -> Person:
    person = telegram.add_person("Ann")
    person.say("/start")
    return person


def answers(telegram: TelegramStandIn, method: str, result: object) -> None:
    body = json.dumps({"ok": True, "result": result})
    telegram.faults.add(faults.status(200, body), method)


async def test_a_message_that_nobody_understands_is_known_all_the_same(
    telegram: TelegramStandIn, messenger: Messenger, ann: Person
) -> None:
    answers(telegram, "sendMessage", ODD)
    made = await messenger.bot.send_message(ann.id, "Hello")
    assert made.message_id == 77


async def test_so_is_each_part_of_an_album(
    telegram: TelegramStandIn, messenger: Messenger, ann: Person
) -> None:
    answers(telegram, "sendMediaGroup", [ODD, {**ODD, "message_id": 78}])
    photos = [InputMediaPhoto(media=BufferedInputFile(b"x", "x.jpg")) for _ in range(2)]
    made = await messenger.bot.send_media_group(ann.id, list(photos))
    assert [message.message_id for message in made] == [77, 78]


async def test_what_is_no_message_is_read_whole(
    telegram: TelegramStandIn, messenger: Messenger, ann: Person
) -> None:
    chat = await messenger.bot.get_chat(ann.id)
    assert chat.first_name == "Ann"
    ann.say("Hello")
    *_, update = await messenger.bot.get_updates()
    assert update.message is not None
    assert update.message.text == "Hello"
