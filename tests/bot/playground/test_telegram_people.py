"""What tests and the page get: waiting, live changes, and the state as JSON."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import (
    BufferedInputFile,
    InputMediaDocument,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
)

from bot.playground.telegram import Person, TelegramStandIn, faults


@pytest.fixture
async def messenger() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as stand_in:
        yield stand_in


class Reader(AiohttpSession):
    """Keeps the last answer as it came: of a message that was made, the desk reads the id alone."""

    answer = ""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        self.answer = content
        return super().check_response(bot, method, status_code, content)

    def whole(self) -> list[Message]:
        """The messages, or the one message, of the last answer."""
        result = json.loads(self.answer)["result"]
        messages = result if isinstance(result, list) else [result]
        return [Message.model_validate(message) for message in messages]


@pytest.fixture
def reader(messenger: TelegramStandIn) -> Reader:
    return Reader(api=TelegramAPIServer.from_base(messenger.url))


@pytest.fixture
async def bot(messenger: TelegramStandIn, reader: Reader) -> AsyncIterator[Bot]:
    """An independent client: reads every answer into its own types."""
    async with Bot(messenger.token, session=reader) as client:
        yield client


@pytest.fixture
def ann(messenger: TelegramStandIn) -> Person:
    person = messenger.add_person("Ann")
    person.open()
    return person


async def test_until_wakes_at_a_change_and_returns_what_it_saw(
    messenger: TelegramStandIn, ann: Person
) -> None:
    asyncio.get_running_loop().call_soon(ann.say, "one")
    message = await messenger.until(lambda: ann.chat.messages[1])
    assert message.text == "one"


async def test_until_fails_with_the_chats_as_they_stand(
    messenger: TelegramStandIn, ann: Person
) -> None:
    with pytest.raises(AssertionError) as failed:
        await messenger.until(lambda: False, timeout=0.01, what="an answer")
    assert "waited 0.01 s in vain for an answer" in str(failed.value)
    assert "Ann: /start" in str(failed.value)


async def test_listeners_hear_everything_in_order(messenger: TelegramStandIn, ann: Person) -> None:
    with messenger.listen() as news:
        message = ann.say("one")
        ann.edit(message, "two")
        ann.react(message, "👍")
        ann.delete(message)
    told = [(change.kind, change.message_id) async for change in news]
    assert told == [(kind, message.id) for kind in ("message", "edit", "reaction", "delete")]


async def test_the_state_is_json(messenger: TelegramStandIn, ann: Person) -> None:
    group = messenger.add_group("Agents", forum=True, members=[ann])
    ann.say("<hi>", topic=group.open_topic("#1"))
    ann.send_photo(b"p", in_=group)
    state = json.loads(json.dumps(messenger.snapshot()))
    agents = next(chat for chat in state if chat["title"] == "Agents")
    assert [topic["name"] for topic in agents["topics"]] == ["#1"]
    assert [message["html"] for message in agents["messages"]] == ["", "&lt;hi&gt;", ""]
    assert agents["messages"][2]["files"][0]["mime_type"] == "image/jpeg"


async def test_an_independent_client_reads_every_answer(
    messenger: TelegramStandIn, bot: Bot, reader: Reader, ann: Person
) -> None:
    group = messenger.add_group("Agents", forum=True, members=[ann])
    assert (await bot.me()).username == "deskwire_bot"
    topic = await bot.create_forum_topic(group.id, "#1")
    where: dict[str, Any] = {"chat_id": group.id, "message_thread_id": topic.message_thread_id}
    await bot.send_message(text="<b>card</b>", parse_mode="HTML", **where)
    (card,) = reader.whole()
    assert card.html_text == "<b>card</b>"
    file_sent = BufferedInputFile(b"p", "p.jpg")
    await bot.send_photo(photo=file_sent, caption="c", **where)
    (photo,) = reader.whole()
    assert photo.photo
    await bot.send_media_group(
        media=[InputMediaDocument(media=BufferedInputFile(b"1", name)) for name in ("a", "b")],
        reply_parameters=ReplyParameters(message_id=card.message_id),
        **where,
    )
    album = reader.whole()
    assert [message.reply_to_message is not None for message in album] == [True, True]
    await bot.set_message_reaction(group.id, card.message_id, [ReactionTypeEmoji(emoji="👍")])
    file = await bot.get_file(photo.photo[-1].file_id)
    assert file.file_path
    downloaded = await bot.download_file(file.file_path)
    assert downloaded
    assert downloaded.read() == b"p"
    assert (await bot.get_chat(group.id)).is_forum
    assert (await bot.get_chat_member(group.id, bot.id)).status == "administrator"
    assert len(await bot.get_chat_administrators(group.id)) == 2
    assert (await bot.get_webhook_info()).pending_update_count == messenger.updates_pending
    ann.send_album([b"1", b"2"], in_=group)
    ann.send_animation(b"gif")
    ann.block_bot()
    assert len(await bot.get_updates()) == messenger.updates_pending


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.too_many_requests(3), TelegramRetryAfter),
        (faults.status(502), ClientDecodeError),
        (faults.reject(500, "Internal Server Error"), TelegramServerError),
        (faults.cut_before(), TelegramNetworkError),
        (faults.cut_after(), TelegramNetworkError),
        (faults.reject(409, "Conflict: x"), TelegramConflictError),
        (faults.reject(401, "Unauthorized"), TelegramUnauthorizedError),
    ],
)
async def test_an_independent_client_tells_faults_apart(
    messenger: TelegramStandIn, bot: Bot, fault: faults.Fault, error: type[Exception]
) -> None:
    messenger.faults.add(fault)
    with pytest.raises(error):
        await bot.get_me()


async def test_an_independent_client_tells_refusals_apart(
    messenger: TelegramStandIn, bot: Bot, ann: Person
) -> None:
    old = messenger.add_group("G", supergroup=False)
    new = old.migrate_to_supergroup()
    with pytest.raises(TelegramMigrateToChat) as migrated:
        await bot.send_message(old.id, "x")
    assert migrated.value.migrate_to_chat_id == new.id
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "x")
    ann.block_bot()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "x")
