"""How calls of the Bot API go over the line: nothing is lost on the way there, or of what is said
in answer."""

import json
from typing import Any

import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import EditMessageText, GetMe, SendDocument, SendMessage, TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from aiohttp import FormData, JsonPayload

from bot.messengers import Messenger
from bot.messengers.telegram.feed import GetRawUpdates
from bot.playground.telegram import TelegramStandIn, faults

KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Yes ✅", callback_data="y")]]
)
ME = '{"id": 1, "is_bot": true, "first_name": "Bot"}'
CALLS: dict[str, TelegramMethod[Any]] = {
    "nothing": GetMe(),
    "what is so unless said otherwise": GetRawUpdates(offset=7),
    "text": SendMessage(chat_id=-5, text='He said: "1 < 2"\n', disable_notification=False),
    "answer": SendMessage(
        chat_id=5,
        text="7",
        message_thread_id=12,
        parse_mode="HTML",
        reply_parameters=ReplyParameters(message_id=3, allow_sending_without_reply=True),
        reply_markup=KEYBOARD,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    ),
    "edit": EditMessageText(chat_id=5, message_id=3, text="Ты где? 🙂", reply_markup=KEYBOARD),
}


def as_form(form: FormData) -> dict[str, Any]:
    return {field["name"]: value for field, _, value in form._fields}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_says_in_json_what_aiogram_says_in_a_form(messenger: Messenger, call: str) -> None:
    session = messenger.bot.session
    assert isinstance(session, AiohttpSession)
    sent = session.build_form_data(messenger.bot, CALLS[call])
    assert isinstance(sent, JsonPayload)
    assert sent.content_type == "application/json"
    said = json.loads(sent.decode())
    form = as_form(AiohttpSession.build_form_data(session, messenger.bot, CALLS[call]))
    assert form == {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()
    }


def test_a_file_goes_in_a_form(messenger: Messenger) -> None:
    call = SendDocument(chat_id=5, document=BufferedInputFile(b"%PDF", "bill.pdf"))
    session = messenger.bot.session
    assert isinstance(session, AiohttpSession)
    sent = session.build_form_data(messenger.bot, call)
    assert isinstance(sent, FormData)
    assert sent.is_multipart
    assert as_form(sent).keys() >= {"chat_id", "document"}
    assert len(as_form(sent)) == 3


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, '{"ok": false, "error_code": 400, "description": "Bad"}', TelegramAPIError),
        (200, '{"ok": true, "result": "what is no user"}', ClientDecodeError),
        (200, "<html>", ClientDecodeError),
        (400, '{"ok": false, "error_code": 400, "description": "Bad"}', TelegramBadRequest),
        (
            429,
            '{"ok": false, "description": "Slower", "parameters": {"retry_after": 7}}',
            TelegramRetryAfter,
        ),
        (500, '{"ok": false, "description": "Oh"}', TelegramServerError),
        (502, f'{{"ok": true, "result": {ME}, "description": ""}}', TelegramServerError),
    ],
)
async def test_what_is_no_good_answer_is_the_error_that_aiogram_makes_of_it(
    telegram: TelegramStandIn,
    messenger: Messenger,
    status: int,
    body: str,
    error: type[AiogramError],
) -> None:
    telegram.faults.add(faults.status(status, body), "getMe", times=2)
    with pytest.raises(AiogramError) as ours:
        await messenger.bot.get_me()
    plain = AiohttpSession(api=messenger.bot.session.api)
    with pytest.raises(AiogramError) as theirs:
        await plain(messenger.bot, GetMe())
    await plain.close()
    assert type(ours.value) is type(theirs.value) is error
    assert str(ours.value) == str(theirs.value)
