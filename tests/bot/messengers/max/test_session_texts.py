"""Texts, keyboards and replies, sent to MAX as aiogram sends them."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from hypothesis import given

from bot.formatting import Entity, to_html, utf16_length
from bot.messengers.max.markup import LONGEST, written
from bot.messengers.max.session import MaxBot
from bot.playground.max import Group, MaxStandIn, Person, faults
from bot.playground.max.html import parse_html
from storage import max_messages
from storage.database import Database
from tests.bot.formatted_texts import entity, formatted

STYLES = {
    "bold": "strong",
    "italic": "emphasized",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "code": "monospaced",
    "pre": "monospaced",
    "blockquote": "quote",
    "expandable_blockquote": "quote",
}


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=list(rows))


def button(text: str, data: str = "x") -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


async def test_a_text_arrives_and_has_a_number(bot: MaxBot, ann: Person, db: Database) -> None:
    sent = await bot.send_message(ann.chat.id, "1 < 2 & <b>plain</b>")
    [shown] = ann.chat.messages
    assert (shown.text, shown.entities) == ("1 < 2 & <b>plain</b>", [])
    assert await db.read(max_messages.mid_of, sent.message_id) == (ann.chat.id, shown.id)
    assert (sent.chat.id, sent.chat.type) == (ann.chat.id, "private")


async def test_numbers_differ_in_all_chats(bot: MaxBot, ann: Person, group: Group) -> None:
    sent = [await bot.send_message(chat, "x") for chat in (ann.chat.id, group.id, ann.chat.id)]
    assert len({message.message_id for message in sent}) == 3
    assert [message.chat.type for message in sent] == ["private", "group", "private"]


@pytest.mark.parametrize(("kind", "seen"), STYLES.items())
async def test_every_style_that_max_has_is_seen(
    bot: MaxBot, ann: Person, kind: str, seen: str
) -> None:
    html = to_html("😀 a <b> & c", [entity(kind, 3, 5)])
    await bot.send_message(ann.chat.id, html, parse_mode="HTML")
    [shown] = ann.chat.messages
    assert shown.text == "😀 a <b> & c"
    assert shown.entities == [{"type": seen, "from": 3, "length": 5}]


async def test_links_are_links_and_spoilers_are_only_words(bot: MaxBot, ann: Person) -> None:
    entities = [entity("text_link", 0, 4), entity("spoiler", 5, 6)]
    await bot.send_message(ann.chat.id, to_html("link hidden", entities), parse_mode="HTML")
    [shown] = ann.chat.messages
    url = 'https://example.com/?a=1&b="<2>"'
    assert shown.text == "link hidden"
    assert shown.entities == [{"type": "link", "from": 0, "length": 4, "url": url}]


async def test_code_in_a_language_is_marked_once(bot: MaxBot, ann: Person) -> None:
    html = to_html("x = 1", [entity("pre", 0, 5, language="python")])
    await bot.send_message(ann.chat.id, html, parse_mode="HTML")
    assert ann.chat.messages[0].entities == [{"type": "monospaced", "from": 0, "length": 5}]


@given(formatted())
def test_whatever_is_formatted_keeps_its_words(text: tuple[str, list[Entity]]) -> None:
    body = written(to_html(*text), "HTML")
    assert parse_html(body["text"])[0] == text[0]


@pytest.mark.parametrize("length", [3999, 4000])
async def test_texts_up_to_4000_characters_arrive(bot: MaxBot, ann: Person, length: int) -> None:
    text = "😀" + "x" * (length - 2)
    await bot.send_message(ann.chat.id, text, parse_mode="HTML")
    assert ann.chat.messages[0].text == text


async def test_one_character_more_is_refused_in_words(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    with pytest.raises(TelegramBadRequest, match="must be at most 4000"):
        await bot.send_message(ann.chat.id, "x" * 4001)
    stand_in.calls.clear()


async def test_where_tags_are_too_much_links_stay(bot: MaxBot, ann: Person) -> None:
    text = "link " + "x " * 1900
    link = {"type": "text_link", "offset": 0, "length": 4, "url": "https://x.y"}
    bold = [entity("bold", 6 + place * 2, 1) for place in range(100)]
    await bot.send_message(ann.chat.id, to_html(text, [link, *bold]), parse_mode="HTML")
    [shown] = ann.chat.messages
    assert shown.text == text
    assert [(each["type"], each["url"]) for each in shown.entities] == [("link", "https://x.y")]


async def test_where_links_are_too_much_the_words_stay(bot: MaxBot, ann: Person) -> None:
    text = "<" * LONGEST
    await bot.send_message(ann.chat.id, to_html(text), parse_mode="HTML")
    assert ann.chat.messages[0].text == text


def test_a_link_that_max_does_not_take_is_only_words() -> None:
    url = "https://x.y/" + "z" * 2048
    html = f'<a href="{url}">here</a> <a href="">there</a>'
    assert written(html, "HTML") == {"text": "here there", "format": "html"}
    assert utf16_length(url) > 2048


async def test_a_preview_can_be_left_out(bot: MaxBot, ann: Person, stand_in: MaxStandIn) -> None:
    options = LinkPreviewOptions(is_disabled=True)
    await bot.send_message(ann.chat.id, "https://x.y", link_preview_options=options)
    await bot.send_message(ann.chat.id, "https://x.y")
    asked = [call.params.get("disable_link_preview") for call in stand_in.calls.of("sendMessage")]
    assert asked == [True, None]


async def test_buttons_are_buttons(bot: MaxBot, ann: Person) -> None:
    site = InlineKeyboardButton(text="Site", url="https://x.y")
    rows = keyboard([button("Go", "go:1"), button("Stay")], [site])
    await bot.send_message(ann.chat.id, "menu", reply_markup=rows)
    [shown] = ann.chat.messages
    assert shown.buttons == [["Go", "Stay"], ["Site"]]
    assert (shown.keys[0][0]["payload"], shown.keys[1][0]["url"]) == ("go:1", "https://x.y")


async def test_a_row_that_is_too_long_goes_on_in_the_next(bot: MaxBot, ann: Person) -> None:
    links = [InlineKeyboardButton(text=str(n), url="https://x.y") for n in range(4)]
    rows = keyboard([button(str(n)) for n in range(8)], links)
    await bot.send_message(ann.chat.id, "menu", reply_markup=rows)
    assert [len(row) for row in ann.chat.messages[0].buttons] == [7, 1, 3, 1]


async def test_a_long_label_is_cut_and_no_buttons_are_no_keyboard(bot: MaxBot, ann: Person) -> None:
    await bot.send_message(ann.chat.id, "a", reply_markup=keyboard([button("y" * 200)]))
    await bot.send_message(ann.chat.id, "b", reply_markup=keyboard())
    long, none = ann.chat.messages
    assert (len(long.labels[0]), none.labels) == (128, [])


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        (ReplyKeyboardRemove(remove_keyboard=True), TypeError),
        (keyboard([InlineKeyboardButton(text="Pay", pay=True)]), ValueError),
    ],
)
async def test_what_max_has_no_buttons_for_is_a_mistake_of_ours(
    bot: MaxBot, ann: Person, markup: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind, match="MAX has no"):
        await bot.send_message(ann.chat.id, "x", reply_markup=markup)


async def test_a_reply_is_a_reply(bot: MaxBot, ann: Person, db: Database) -> None:
    said = ann.say("?")
    [number] = await db.write(max_messages.remember, ann.chat.id, said.id)
    sent = await bot.send_message(
        ann.chat.id, "!", reply_parameters=ReplyParameters(message_id=number)
    )
    again = ReplyParameters(message_id=sent.message_id, allow_sending_without_reply=False)
    await bot.send_message(ann.chat.id, "!!", reply_parameters=again)
    _, first, second = ann.chat.messages
    assert (first.reply_to, second.reply_to) == (said, first)


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_replied_to_may_be_gone(
    bot: MaxBot, ann: Person, db: Database, known: bool
) -> None:
    number = 4711
    if known:
        said = ann.say("?")
        [number] = await db.write(max_messages.remember, ann.chat.id, said.id)
        ann.delete(said)
    free = ReplyParameters(message_id=number, allow_sending_without_reply=True)
    await bot.send_message(ann.chat.id, "without", reply_parameters=free)
    bound = ReplyParameters(message_id=number, allow_sending_without_reply=False)
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(ann.chat.id, "never", reply_parameters=bound)
    assert [message.text for message in ann.chat.messages] == ["without"]


async def test_a_reply_that_is_refused_in_other_words_goes_without(
    bot: MaxBot, ann: Person, db: Database, stand_in: MaxStandIn
) -> None:
    [number] = await db.write(max_messages.remember, ann.chat.id, ann.say("?").id)
    stand_in.faults.add(faults.reject(400, "proto.payload", "Invalid link"), "sendMessage")
    free = ReplyParameters(message_id=number, allow_sending_without_reply=True)
    await bot.send_message(ann.chat.id, "without", reply_parameters=free)
    stand_in.faults.add(faults.reject(400, "proto.payload", "Invalid text"), "sendMessage", times=2)
    with pytest.raises(TelegramBadRequest, match="Invalid text"):
        await bot.send_message(ann.chat.id, "never", reply_parameters=free)
    assert [(m.text, m.reply_to) for m in ann.chat.messages[1:]] == [("without", None)]


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("there", [True, False])
async def test_whether_a_message_is_gone_is_not_told_by_how_its_reply_is_refused(
    bot: MaxBot, ann: Person, db: Database, stand_in: MaxStandIn, status: int, there: bool
) -> None:
    said = ann.say("?")
    [number] = await db.write(max_messages.remember, ann.chat.id, said.id)
    if not there:
        ann.delete(said)
    stand_in.faults.add(faults.reject(status, "not.told", "No such thing"), "sendMessage")
    bound = ReplyParameters(message_id=number, allow_sending_without_reply=False)
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.send_message(ann.chat.id, "never", reply_parameters=bound)
    assert ("message to be replied not found" in refusal.value.message) is not there
