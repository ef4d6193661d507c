"""Never above what MAX allows: sends, edits, deletions and answers each in a chat, and all in all.

The stand-in refuses what comes too fast, by the real clock; nothing of it may come to that.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.messengers.max import callback_ids
from bot.messengers.max.session import MaxBot
from bot.playground.max import Limits, MaxStandIn, Person, faults
from storage.database import Database

KEYS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go:1")]]
)


@pytest.fixture
async def strict() -> AsyncIterator[MaxStandIn]:
    limits = Limits(all=(6, 0.5), chat=(2, 0.4))
    async with MaxStandIn(limits=limits) as running:
        yield running


@pytest.fixture
async def paced(strict: MaxStandIn, db: Database) -> AsyncIterator[MaxBot]:
    bot = MaxBot(strict.token, strict.url, db, {"all": (6, 0.5), "chat": (2, 0.4)})
    yield bot
    await bot.session.close()


@pytest.fixture
def people(strict: MaxStandIn) -> list[Person]:
    found = [strict.add_person(name) for name in ("Ann", "Bea", "Cid", "Dan")]
    for person in found:
        person.open()
    return found


async def test_nothing_comes_faster_than_max_allows(
    strict: MaxStandIn, paced: MaxBot, people: list[Person]
) -> None:
    menus = [await paced.send_message(each.chat.id, "m", reply_markup=KEYS) for each in people]
    calls: list[Awaitable[object]] = []
    for person, menu in zip(people, menus, strict=True):
        presses = [person.press(person.chat.messages[0], "Go") for _ in range(3)]
        ids = [callback_ids.pack(person.chat.id, press.id) for press in presses]
        calls += [paced.send_message(person.chat.id, "x") for _ in range(3)]
        calls += [
            paced.edit_message_text(
                str(n), chat_id=person.chat.id, message_id=menu.message_id, reply_markup=KEYS
            )
            for n in range(3)
        ]
        calls += [paced.answer_callback_query(each, "ok") for each in ids]
    await asyncio.gather(*calls)
    extra = [await paced.send_message(people[0].chat.id, "x") for _ in range(3)]
    await paced.delete_messages(people[0].chat.id, [each.message_id for each in extra])
    assert strict.refused == 0
    assert len(strict.calls.of("editMessage", outcome="ok")) == 12
    assert len(strict.calls.of("answerOnCallback", outcome="ok")) == 12


@pytest.mark.parametrize("what", ["sendMessage", "editMessage", "deleteMessage"])
async def test_a_screen_that_a_limit_refused_comes_in_its_turn(
    stand_in: MaxStandIn, bot: MaxBot, ann: Person, what: str
) -> None:
    sent = await bot.send_message(ann.chat.id, "first")
    stand_in.faults.add(faults.too_many_requests(), what)
    match what:
        case "sendMessage":
            await bot.send_message(ann.chat.id, "second")
        case "editMessage":
            await sent.edit_text("second")
        case _:
            await sent.delete()
    assert [message.text for message in ann.chat.messages][-1:] != ["first"]
    assert [call.outcome for call in stand_in.calls.of(what)][-2:] == ["too_many_requests", "ok"]


async def test_an_edit_waits_for_no_send_of_its_chat(
    strict: MaxStandIn, paced: MaxBot, people: list[Person]
) -> None:
    chat_id = people[0].chat.id
    sent = [await paced.send_message(chat_id, "x") for _ in range(2)]
    await sent[0].edit_text("y")
    first, *_, edit = [
        call for call in strict.calls if call.method in ("sendMessage", "editMessage")
    ]
    assert edit.method == "editMessage"
    assert edit.at - first.at < 0.4
