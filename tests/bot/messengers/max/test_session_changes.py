"""Edits, deletions and answers to presses, as aiogram makes them."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
)

from bot.messengers.max import callback_ids
from bot.messengers.max.session import MaxBot
from bot.playground.max import MaxStandIn, Person
from storage import max_messages
from storage.database import Database

KEYS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go:1")]]
)
PICTURE = BufferedInputFile(b"\xff\xd8 a picture", "a.jpg")


async def test_an_edit_has_the_keyboard_that_it_names(bot: MaxBot, ann: Person) -> None:
    sent = await bot.send_message(ann.chat.id, "menu", reply_markup=KEYS)
    [shown] = ann.chat.messages
    await sent.edit_text("<b>more</b>", parse_mode="HTML", reply_markup=KEYS)
    assert (shown.html, shown.labels) == ("<b>more</b>", ["Go"])
    await sent.edit_text("done")
    assert (shown.html, shown.labels) == ("done", [])


async def test_an_edit_of_the_keyboard_keeps_the_words(bot: MaxBot, ann: Person) -> None:
    sent = await bot.send_message(ann.chat.id, "<b>card</b>", parse_mode="HTML")
    [shown] = ann.chat.messages
    await sent.edit_reply_markup(reply_markup=KEYS)
    assert (shown.html, shown.labels) == ("<b>card</b>", ["Go"])
    await sent.edit_reply_markup(reply_markup=None)
    assert (shown.html, shown.labels) == ("<b>card</b>", [])


async def test_a_caption_changes_and_its_picture_stays(bot: MaxBot, ann: Person) -> None:
    sent = await bot.send_photo(ann.chat.id, PICTURE, caption="old")
    [shown] = ann.chat.messages
    await sent.edit_caption(caption="<i>new</i>", parse_mode="HTML")
    assert (shown.html, shown.kind) == ("<i>new</i>", "photo")
    await sent.edit_caption(caption="")
    assert (shown.html, shown.kind) == ("", "photo")


async def test_an_edit_of_any_part_edits_the_albums_caption(bot: MaxBot, ann: Person) -> None:
    album = await bot.send_media_group(
        ann.chat.id, [InputMediaPhoto(media=PICTURE), InputMediaPhoto(media=PICTURE)]
    )
    for part in album:
        await part.edit_caption(caption=f"of {part.message_id}")
        assert ann.chat.messages[0].text == f"of {part.message_id}"
    assert len(ann.chat.messages[0].files) == 2


async def test_an_edit_without_change_is_no_error(bot: MaxBot, ann: Person) -> None:
    sent = await bot.send_message(ann.chat.id, "same")
    assert await sent.edit_text("same")


@pytest.mark.parametrize("known", [True, False])
async def test_a_message_that_is_gone_cannot_be_edited(
    bot: MaxBot, ann: Person, known: bool
) -> None:
    number = 4711
    if known:
        number = (await bot.send_message(ann.chat.id, "x")).message_id
        ann.delete(ann.chat.messages[0])
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("y", chat_id=ann.chat.id, message_id=number)


async def test_a_message_that_is_not_the_bots_cannot_be_edited(
    bot: MaxBot, ann: Person, db: Database
) -> None:
    said = ann.say("mine")
    [number] = await db.write(max_messages.remember, ann.chat.id, said.id)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("y", chat_id=ann.chat.id, message_id=number)


async def test_messages_are_deleted_and_what_is_gone_is_passed_over(
    bot: MaxBot, ann: Person
) -> None:
    ids = [(await bot.send_message(ann.chat.id, str(n))).message_id for n in range(4)]
    ann.delete(ann.chat.messages[1])
    assert await bot.delete_messages(ann.chat.id, [*ids[:3], 4711])
    assert [message.text for message in ann.chat.messages] == ["3"]
    assert await bot.delete_message(ann.chat.id, ids[3])
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(ann.chat.id, ids[3])


async def test_an_album_is_deleted_by_one_call(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    album = await bot.send_media_group(
        ann.chat.id, [InputMediaPhoto(media=PICTURE), InputMediaPhoto(media=PICTURE)]
    )
    await bot.delete_messages(ann.chat.id, [part.message_id for part in album])
    assert ann.chat.messages == []
    assert len(stand_in.calls.of("deleteMessage")) == 1


@pytest.mark.parametrize("words", ["Taken", None])
async def test_a_press_is_answered(bot: MaxBot, ann: Person, words: str | None) -> None:
    await bot.send_message(ann.chat.id, "menu", reply_markup=KEYS)
    press = ann.press(ann.chat.messages[0], "Go")
    query_id = callback_ids.pack(ann.chat.id, press.id)
    assert await bot.answer_callback_query(query_id, words)
    assert (press.done, press.text) == (True, words or "")


async def test_a_press_without_its_chat_is_answered_too(bot: MaxBot, ann: Person) -> None:
    await bot.send_message(ann.chat.id, "menu", reply_markup=KEYS)
    press = ann.press(ann.chat.messages[0], "Go")
    assert await bot(AnswerCallbackQuery(callback_query_id=press.id, text="ok"))
    assert press.text == "ok"


async def test_an_old_press_is_told_as_old_where_there_is_something_to_say(
    bot: MaxBot, ann: Person
) -> None:
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(callback_ids.pack(ann.chat.id, "gone"), "Taken")
    assert await bot.answer_callback_query(callback_ids.pack(ann.chat.id, "gone"))
