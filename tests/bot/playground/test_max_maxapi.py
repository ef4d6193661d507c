"""maxapi, written against MAX itself, finds in the stand-in what it finds there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from maxapi import Bot
from maxapi.client import DefaultConnectionProperties
from maxapi.enums.attachment import AttachmentType
from maxapi.enums.message_link_type import MessageLinkType
from maxapi.enums.parse_mode import TextFormat
from maxapi.enums.sender_action import SenderAction
from maxapi.enums.upload_type import UploadType
from maxapi.exceptions.max import InvalidToken, MaxApiError, MaxConnection
from maxapi.methods.types.getted_updates import process_update_request
from maxapi.types import (
    Attachment,
    BotCommand,
    ButtonsPayload,
    CallbackButton,
    InputMediaBuffer,
    LinkButton,
    MessageButton,
    RequestContactButton,
)
from maxapi.types.message import NewMessageLink
from maxapi.types.updates.message_callback import MessageForCallback

from bot.playground.max import Fault, MaxStandIn, Person, faults


@pytest.fixture
async def messenger() -> AsyncIterator[MaxStandIn]:
    async with MaxStandIn() as stand_in:
        yield stand_in


async def connect(messenger: MaxStandIn, token: str) -> Bot:
    """A client that asks for nothing by itself and tries nothing twice."""
    bot = Bot(
        token,
        auto_requests=False,
        default_connection=DefaultConnectionProperties(max_retries=0),
        after_upload_retry_delay=0.0,
    )
    bot.set_api_url(messenger.url)
    return bot


@pytest.fixture
async def bot(messenger: MaxStandIn) -> AsyncIterator[Bot]:
    client = await connect(messenger, messenger.token)
    yield client
    await client.close_session()


@pytest.fixture
def ann(messenger: MaxStandIn) -> Person:
    person = messenger.add_person("Ann", last_name="Weaver", username="ann", language="ru")
    person.open("hd_abc")
    return person


def keyboard(*rows: list[Any]) -> Any:
    payload = ButtonsPayload(buttons=list(rows))
    return Attachment(type=AttachmentType.INLINE_KEYBOARD, payload=payload, bot=None)


async def updates(bot: Bot, marker: int = 0) -> list[Any]:
    return await process_update_request(await bot.get_updates(marker=marker, timeout=0), bot)


async def test_messages_are_sent_edited_read_and_deleted(
    messenger: MaxStandIn, bot: Bot, ann: Person
) -> None:
    assert (await bot.get_me()).username == "deskwire_bot"
    question = ann.say("?")
    rows = (
        [CallbackButton(text="Go", payload="go"), LinkButton(text="Site", url="https://x.y")],
        [MessageButton(text="Say this"), RequestContactButton(text="Call me")],
    )
    sent = await bot.send_message(
        chat_id=ann.chat.id,
        text="<b>bold</b> 😀 <i>x</i>",
        format=TextFormat.HTML,
        attachments=[keyboard(*rows)],
        link=NewMessageLink(type=MessageLinkType.REPLY, mid=question.id),
        disable_link_preview=True,
        notify=False,
    )
    assert sent
    assert sent.message.body
    assert sent.message.body.html_text == "<b>bold</b> 😀 <i>x</i>"
    mid = sent.message.body.mid
    [_, message] = ann.chat.messages
    assert (message.id, message.reply_to) == (mid, question)
    assert message.buttons == [["Go", "Site"], ["Say this", "Call me"]]
    # This client's edits always say what attachments there are: none, if none are named.
    await bot.edit_message(mid, text="plain")
    assert (message.html, message.buttons) == ("plain", [])
    assert (await bot.get_message(mid)).body
    assert len((await bot.get_messages(chat_id=ann.chat.id)).messages) == 2
    await bot.delete_message(mid)
    assert ann.chat.messages == [question]
    await bot.send_message(user_id=ann.id, text="by person")
    await bot.send_action(chat_id=ann.chat.id, action=SenderAction.TYPING_ON)
    assert messenger.calls.broken_contracts == []


async def test_presses_are_answered(messenger: MaxStandIn, bot: Bot, ann: Person) -> None:
    button = CallbackButton(text="Go", payload="go")
    await bot.send_message(chat_id=ann.chat.id, text="menu", attachments=[keyboard([button])])
    [menu] = ann.chat.messages
    press = ann.press(menu, "Go")
    *_, told = await updates(bot)
    assert (told.callback.payload, told.message.body.mid) == ("go", menu.id)
    edit = MessageForCallback(text="done", attachments=[])
    await bot.send_callback(told.callback.callback_id, message=edit, notification="ok")
    assert (press.text, menu.text, menu.labels) == ("ok", "done", [])
    assert messenger.calls.broken_contracts == []


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (UploadType.IMAGE, "photo"),
        (UploadType.VIDEO, "video"),
        (UploadType.AUDIO, "audio"),
        (UploadType.FILE, "document"),
    ],
)
async def test_files_go_up_and_down(
    messenger: MaxStandIn, bot: Bot, ann: Person, kind: UploadType, seen: str
) -> None:
    messenger.refuse_files(2)
    media: list[Any] = [InputMediaBuffer(b"data", filename="report", type=kind)]
    sent = await bot.send_message(
        chat_id=ann.chat.id,
        text="here",
        attachments=media,
        sleep_after_input_media=False,
    )
    assert sent
    [message] = ann.chat.messages
    assert message.kind == seen
    assert message.media
    assert message.media.data == b"data"
    assert sent.message.body
    assert sent.message.body.attachments
    payload: Any = sent.message.body.attachments[0].payload
    assert await bot.download_bytes(payload.url) == b"data"
    assert len(messenger.calls.of("sendMessage", outcome="error")) == 2
    assert messenger.calls.broken_contracts == []


def live(messenger: MaxStandIn, ann: Person) -> None:
    """Everything happens that makes an update, but a press."""
    group = messenger.add_group("Agents", members=[ann], bot_rights="absent")
    group.add_bot(rights={"read_all_messages"})
    bob = messenger.add_person("Bob")
    group.add(bob)
    group.remove(bob, by=ann)
    group.rename("Desk")
    message = ann.say("x", in_=group)
    ann.edit(message, "y")
    ann.forward(message)
    ann.delete(message)
    group.remove_bot()
    ann.send_album([b"1", b"2"], "two")
    ann.send_document(b"x", name="a.pdf")
    ann.send_video(b"x")
    ann.send_sticker(b"x")
    ann.send_location()
    ann.send_contact("+79991234567", "Bob")
    ann.send_share("https://x.y", "Y")
    ann.send_voice(b"x")
    ann.mute_bot()
    ann.unmute_bot()
    ann.clear_dialog()
    ann.remove_dialog()


async def test_every_update_is_understood(messenger: MaxStandIn, bot: Bot, ann: Person) -> None:
    live(messenger, ann)
    understood = await updates(bot)
    assert len(understood) == messenger.updates_pending
    kinds = {update.update_type.value for update in understood}
    assert kinds == messenger.world.schema.update_types - {"message_callback"}
    started = understood[0]
    assert (started.payload, started.user_locale, started.chat_id) == ("hd_abc", "ru", ann.chat.id)
    assert started.user.full_name == "Ann Weaver"


async def test_what_it_does_not_understand_it_passes_over(
    messenger: MaxStandIn, bot: Bot, ann: Person
) -> None:
    ann.send_voice(b"x", heard=False)
    messenger.inject({"update_type": "news_from_mars", "timestamp": 1})
    ann.say("x")
    assert [update.update_type.value for update in await updates(bot)] == [
        "bot_started",
        "message_created",
    ]


async def test_groups_are_looked_at(messenger: MaxStandIn, bot: Bot, ann: Person) -> None:
    group = messenger.add_group("Agents", members=[ann])
    assert (await bot.get_chat_by_id(group.id)).title == "Agents"
    me = await bot.get_me_from_chat(group.id)
    assert me.is_admin
    assert me.permissions
    assert "read_all_messages" in me.permissions
    assert len((await bot.get_chat_members(group.id)).members) == 3
    assert len((await bot.get_list_admin_chat(group.id)).members) == 2
    message = ann.say("x", in_=group)
    await bot.pin_message(group.id, message.id)
    pinned = await bot.get_pin_message(group.id)
    assert pinned.message
    await bot.delete_pin_message(group.id)
    await bot.set_commands(BotCommand(name="help", description="Help"))
    assert (await bot.get_me()).commands
    dialog = await bot.get_chat_by_id(ann.chat.id)
    assert dialog.dialog_with_user
    assert messenger.calls.broken_contracts == []


async def test_subscriptions(messenger: MaxStandIn, bot: Bot) -> None:
    url = "https://desk.example/hook"
    await bot.subscribe_webhook(url=url, secret="s3cret")
    assert [item.url for item in (await bot.get_subscriptions()).subscriptions] == [url]
    await bot.unsubscribe_webhook(url)
    assert messenger.subscriptions == []
    assert messenger.calls.broken_contracts == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.too_many_requests(), MaxApiError),
        (faults.status(502), MaxApiError),
        (faults.reject(500, "internal.error"), MaxApiError),
        (faults.reject(401, "verify.token", "Invalid access_token"), InvalidToken),
        (faults.cut_before(), MaxConnection),
        (faults.cut_after(), MaxConnection),
    ],
)
async def test_faults_are_told_apart(
    messenger: MaxStandIn, bot: Bot, ann: Person, fault: Fault, error: type[Exception]
) -> None:
    # Nothing is tried twice but what may be: a GET, a PUT or a DELETE aiohttp would repeat.
    messenger.faults.add(fault)
    with pytest.raises(error):
        await bot.send_message(user_id=ann.id, text="x")
    assert len(messenger.calls) == 1


async def test_refusals_are_told_apart(messenger: MaxStandIn, bot: Bot, ann: Person) -> None:
    stranger = messenger.add_person("Bob")
    ann.block_bot()
    refusals = []
    for user_id in (stranger.id, ann.id):
        with pytest.raises(MaxApiError) as refused:
            await bot.send_message(user_id=user_id, text="x")
        assert isinstance(refused.value.raw, dict)
        refusals.append((refused.value.code, refused.value.raw["code"]))
    assert refusals == [(404, "dialog.not.found"), (403, "chat.denied")]


async def test_a_wrong_token_is_refused(messenger: MaxStandIn) -> None:
    bot = await connect(messenger, "wrong")
    with pytest.raises(InvalidToken):
        await bot.get_me()
    await bot.close_session()
