"""What aiogram sends, edits, deletes and answers, as MAX does it.

A message of text is one with a keyboard or none, so an edit says what it has; of a message with
files an edit keeps them.
"""

from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteMessages,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    SendAnimation,
    SendAudio,
    SendDocument,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendSticker,
    SendVideo,
    SendVideoNote,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import Chat, InputMediaPhoto, InputMediaVideo, Message

from bot.messengers.max import callback_ids
from bot.messengers.max.connection import Json, MaxApi
from bot.messengers.max.errors import DELETE_NOT_FOUND
from bot.messengers.max.keyboards import attached
from bot.messengers.max.markup import written
from bot.messengers.max.posting import Counted, Made, Posting, Reply, is_group
from bot.messengers.max.uploads import AUDIO, DOCUMENT, PHOTO, VIDEO, VOICE, Form, Uploads

FILES: Mapping[type[TelegramMethod[Any]], tuple[str, Form | None]] = {
    SendPhoto: ("photo", PHOTO),
    SendVideo: ("video", VIDEO),
    SendVideoNote: ("video_note", VIDEO),
    SendAnimation: ("animation", None),
    SendSticker: ("sticker", None),
    SendAudio: ("audio", AUDIO),
    SendVoice: ("voice", VOICE),
    SendDocument: ("document", DOCUMENT),
}
"""The field that has a method's file, and what that is in MAX."""


class Sending:
    def __init__(self, api: MaxApi, posting: Posting) -> None:
        self._api = api
        self._posting = posting
        self._uploads = Uploads(api)

    async def message(self, bot: Bot, method: SendMessage) -> Message:
        body = _words(bot, method, method.text) | {"attachments": attached(method.reply_markup)}
        [message] = await self._send(bot, method, body)
        return message

    async def file(self, bot: Bot, method: TelegramMethod[Any]) -> Message:
        """One of `FILES`."""
        field, form = FILES[type(method)]
        media = await self._uploads.attached(bot, method, getattr(method, field), form)
        keyboard = attached(getattr(method, "reply_markup", None))
        body = _words(bot, method, getattr(method, "caption", None))
        [message] = await self._send(bot, method, body | {"attachments": [media, *keyboard]})
        return message

    async def album(self, bot: Bot, method: SendMediaGroup) -> list[Message]:
        """One message in MAX, where photos and videos may share one, and nothing else."""
        caption: Json = {}
        attachments: list[Json] = []
        for item in method.media:
            if not isinstance(item, InputMediaPhoto | InputMediaVideo):
                raise TelegramBadRequest(method, "Bad Request: MAX has no albums of such files")
            form = PHOTO if isinstance(item, InputMediaPhoto) else VIDEO
            attachments.append(await self._uploads.attached(bot, method, item.media, form))
            caption = caption or _words(bot, item, item.caption)
        body = caption | {"attachments": attachments}
        return await self._send(bot, method, body, len(attachments))

    async def _send(self, bot: Bot, method: Any, body: Json, parts: int = 1) -> list[Message]:
        chat_id = _chat_id(method)
        query = {"chat_id": chat_id, **_preview(bot, method)}
        reply = _reply(bot, method.reply_parameters)
        made = await self._posting.send(method, query, body, parts=parts, reply=reply)
        return _as_messages(bot, chat_id, made)

    async def edit_text(self, bot: Bot, method: EditMessageText) -> bool:
        body = _words(bot, method, method.text) | {"attachments": attached(method.reply_markup)}
        await self._posting.edit(method, method.message_id, body)
        return True

    async def edit_caption(self, bot: Bot, method: EditMessageCaption) -> bool:
        """An empty caption takes it away."""
        body = _words(bot, method, method.caption or "") | {"attachments": None}
        await self._posting.edit(method, method.message_id, body)
        return True

    async def edit_keyboard(self, bot: Bot, method: EditMessageReplyMarkup) -> bool:
        """Of a message of text: that of one with files would go with them."""
        body = {"text": None, "attachments": attached(method.reply_markup)}
        await self._posting.edit(method, method.message_id, body)
        return True

    async def delete(self, bot: Bot, method: DeleteMessage) -> bool:
        if not await self._posting.delete(method, [method.message_id]):
            raise TelegramBadRequest(method, DELETE_NOT_FOUND)
        return True

    async def delete_all(self, bot: Bot, method: DeleteMessages) -> bool:
        """Those that are there: as in Telegram, others are passed over."""
        await self._posting.delete(method, method.message_ids)
        return True

    async def answer(self, bot: Bot, method: AnswerCallbackQuery) -> bool:
        """A word to who pressed a button. Without words it only ends the waiting, so that it is
        no matter if MAX wants some."""
        chat_id, callback_id = callback_ids.unpack(method.callback_query_id)
        try:
            await self._posting.paced(
                Counted.ANSWER,
                chat_id,
                lambda: self._api.call(
                    "POST",
                    "/answers",
                    query={"callback_id": callback_id},
                    body={"notification": method.text or ""},
                    method=method,
                ),
            )
        except TelegramBadRequest:
            if method.text:
                raise
        return True


def _given(bot: Bot, value: Any) -> Any:
    """A field's value, where it may be the bot's default."""
    return bot.default[value.name] if isinstance(value, Default) else value


def _words(bot: Bot, method: Any, text: str | None) -> Json:
    return {} if text is None else written(text, _given(bot, method.parse_mode))


def _preview(bot: Bot, method: Any) -> Json:
    options = _given(bot, getattr(method, "link_preview_options", None))
    disabled = options is not None and _given(bot, options.is_disabled)
    return {"disable_link_preview": True} if disabled else {}


def _reply(bot: Bot, parameters: Any) -> Reply | None:
    if parameters is None:
        return None
    may_miss = bool(_given(bot, parameters.allow_sending_without_reply))
    return Reply(parameters.message_id, needed=not may_miss)


def _chat_id(method: Any) -> int:
    if not isinstance(method.chat_id, int):
        raise TelegramBadRequest(method, "Bad Request: MAX has chats by number only")
    return method.chat_id


def _as_messages(bot: Bot, chat_id: int, made: Made) -> list[Message]:
    chat = Chat(id=chat_id, type="group" if is_group(chat_id) else "private")
    return [Message(message_id=each, date=made.at, chat=chat).as_(bot) for each in made.ids]
