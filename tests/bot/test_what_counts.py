"""What our own pace counts: every message made, an album as one; what makes none only in MAX."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from aiogram import Bot
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReactionTypeEmoji,
)

from bot.messengers import Messenger
from bot.messengers import max as max_messenger
from bot.messengers.max.posting import BEYOND_IDS, Counted
from bot.messengers.telegram import build
from bot.pacing import Limits
from bot.playground.max import MaxStandIn
from bot.playground.telegram import Group, TelegramStandIn
from storage.database import Database
from tests.bot.mailroom import PATIENCE, Mailroom

ROOM = 100
LIMITS: Limits = {"all": (ROOM, 3600.0), "chat": (ROOM, 3600.0), "group": (ROOM, 3600.0)}
"""No test waits for them, and none sees the end of their hour."""
NOBODY = 12345
"""A chat that nothing is sent to."""
KEYS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="g")]])

Call = Callable[[Bot, int], Awaitable[object]]
ToMessage = Callable[[Bot, int, int], Awaitable[object]]


def used(messenger: Messenger, chat_id: int) -> float:
    """How much of what a chat may take is used up."""
    return ROOM - messenger.pace.free(chat_id, group=False)


def may_go_on(messenger: Messenger) -> bool:
    """Whether what all chats share has room for one more."""
    return messenger.pace.behind(NOBODY) == 0


def file() -> BufferedInputFile:
    return BufferedInputFile(b"x", "x.jpg")


def album(bot: Bot, chat_id: int) -> Awaitable[object]:
    return bot.send_media_group(chat_id, [InputMediaPhoto(media=file()) for _ in range(3)])


# --- Telegram -------------------------------------------------------------------------------------


@pytest.fixture
async def messenger(telegram: TelegramStandIn) -> AsyncIterator[Messenger]:
    """Telegram, with limits; the mailroom sends through it."""
    ready = build(telegram.token, telegram.url, LIMITS)
    yield ready
    await ready.bot.session.close()


@pytest.fixture
def forum(telegram: TelegramStandIn) -> Group:
    return telegram.add_group("Agents", forum=True)


MAKES_ONE: dict[str, Call] = {
    "a text": lambda bot, chat: bot.send_message(chat, "Hello"),
    "a photo": lambda bot, chat: bot.send_photo(chat, file()),
    "a document": lambda bot, chat: bot.send_document(chat, file()),
    "a voice message": lambda bot, chat: bot.send_voice(chat, file()),
    "a sticker": lambda bot, chat: bot.send_sticker(chat, file()),
    "an album": album,
}


@pytest.mark.parametrize("call", MAKES_ONE.values(), ids=MAKES_ONE)
async def test_a_message_and_an_album_count_as_one(
    messenger: Messenger, forum: Group, call: Call
) -> None:
    await call(messenger.bot, forum.id)
    assert used(messenger, forum.id) == 1


MAKES_NONE: dict[str, ToMessage] = {
    "an edit": lambda bot, chat, made: bot.edit_message_text("Bye", chat_id=chat, message_id=made),
    "an edit of buttons": lambda bot, chat, made: bot.edit_message_reply_markup(
        chat_id=chat, message_id=made, reply_markup=KEYS
    ),
    "a reaction": lambda bot, chat, made: bot.set_message_reaction(
        chat, made, [ReactionTypeEmoji(emoji="👍")]
    ),
    "a deletion": lambda bot, chat, made: bot.delete_messages(chat, [made]),
    "a new topic": lambda bot, chat, _: bot.create_forum_topic(chat, "#1 Hello"),
    "a question": lambda bot, chat, _: bot.get_chat(chat),
}


@pytest.mark.parametrize("call", MAKES_NONE.values(), ids=MAKES_NONE)
async def test_edits_reactions_deletions_and_topics_do_not_count(
    messenger: Messenger, forum: Group, call: ToMessage
) -> None:
    made = await messenger.bot.send_message(forum.id, "Hello")
    await call(messenger.bot, forum.id, made.message_id)
    assert used(messenger, forum.id) == 1


async def test_a_topic_that_is_closed_and_opened_does_not_count(
    messenger: Messenger, forum: Group
) -> None:
    topic = await messenger.bot.create_forum_topic(forum.id, "#1 Hello")
    await messenger.bot.edit_forum_topic(forum.id, topic.message_thread_id, name="#1 Bye")
    await messenger.bot.close_forum_topic(forum.id, topic.message_thread_id)
    await messenger.bot.reopen_forum_topic(forum.id, topic.message_thread_id)
    assert used(messenger, forum.id) == 0


async def test_what_all_chats_share_is_used_by_messages_alone(telegram: TelegramStandIn) -> None:
    group = telegram.add_group("Agents", forum=True)
    messenger = build(telegram.token, telegram.url, {"all": (2, 3600.0)})
    async with asyncio.timeout(PATIENCE), messenger.bot.session:
        made = await messenger.bot.send_message(group.id, "Hello")
        for what in ("an edit", "a reaction", "a new topic", "a deletion"):
            await MAKES_NONE[what](messenger.bot, group.id, made.message_id)
        assert may_go_on(messenger)
        await album(messenger.bot, group.id)
        assert not may_go_on(messenger)


async def test_what_the_sender_makes_counts_the_same(mail: Mailroom) -> None:
    def so_far() -> Sequence[float]:
        return [used(mail.messenger, place.id) for place in (mail.ann, mail.group)]

    photos = [mail.file() for _ in range(3)]
    ticket = await mail.ticket()
    await mail.sent()
    assert so_far() == [1, 1]  # a confirmation; a card, whose topic is none
    _, source = await mail.answers(ticket, "See for yourself", photos)
    await mail.sent()
    assert so_far() == [2, 1]  # an album; the mark of its delivery is a reaction
    await mail.edits(source, "Look here")
    await mail.sent()
    assert so_far() == [2, 1]
    await mail.says(ticket, "And you", photos)
    await mail.sent()
    assert so_far() == [2, 2]
    assert len(mail.telegram.calls.of("sendMediaGroup", outcome="ok")) == 2


# --- MAX ------------------------------------------------------------------------------------------


@pytest.fixture
async def in_max() -> AsyncIterator[MaxStandIn]:
    async with MaxStandIn() as running:
        yield running
        assert running.calls.broken_contracts == []


async def test_in_max_an_album_counts_as_one_and_an_edit_beside_the_messages(
    in_max: MaxStandIn, db: Database
) -> None:
    messenger = max_messenger.build(in_max.token, in_max.url, {**LIMITS, "all": (3, 3600.0)}, db)
    chat_id = in_max.add_group("Agents").id
    async with asyncio.timeout(PATIENCE), messenger.bot.session:
        made = await messenger.bot.send_message(chat_id, "Hello")
        await album(messenger.bot, chat_id)
        assert used(messenger, chat_id) == 2
        assert may_go_on(messenger)
        await messenger.bot.edit_message_text("Bye", chat_id=chat_id, message_id=made.message_id)
        assert used(messenger, chat_id) == 2
        assert used(messenger, chat_id + Counted.EDIT * BEYOND_IDS) == 1
        assert not may_go_on(messenger)
