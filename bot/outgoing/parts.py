"""A ticket message as the calls that carry it: texts that fit, single files, albums that hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyParameters,
)

from bot.messengers import Capabilities
from bot.outgoing.formatted import Formatted
from storage.model import Attachment

ALBUM_OF = {"photo": "picture", "video": "picture", "document": "document", "audio": "audio"}
"""What may share an album: photos and videos mix, documents and audio keep to themselves
(core.telegram.org/bots/api#sendmediagroup)."""
WITHOUT_CAPTION = ("sticker", "video_note")


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a text, or files with the text as their caption."""

    text: Formatted
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part goes: a chat, its topic, the message that it answers."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None

    def reply(self) -> ReplyParameters | None:
        if self.reply_to is None:
            return None
        return ReplyParameters(message_id=self.reply_to, allow_sending_without_reply=True)


class FileSource(Protocol):
    async def for_channel(self, attachment: Attachment, bot: Bot) -> str | InputFile:
        """The attachment as `bot` can send it: by its id there, or uploaded."""


def parts_of(
    header: Formatted, body: Formatted, files: Sequence[Attachment], limits: Capabilities
) -> list[Part]:
    """Everything once and in order: as captions where they fit, else the text before the files."""
    albums = _albums(files, limits.album_limit)
    whole = header + body
    if not albums:
        return [Part(piece) for piece in whole.pieces(limits.text_limit)] or [Part(header)]
    takes_caption = albums[0][0].kind not in WITHOUT_CAPTION
    if takes_caption and len(whole) <= limits.caption_limit:
        return [Part(whole, albums[0])] + [Part(Formatted(), album) for album in albums[1:]]
    texts = [Part(piece) for piece in whole.pieces(limits.text_limit)]
    return texts + [Part(Formatted(), album) for album in albums]


def _albums(files: Sequence[Attachment], limit: int) -> list[tuple[Attachment, ...]]:
    albums: list[tuple[Attachment, ...]] = []
    for file in files:
        kind = ALBUM_OF.get(file.kind)
        last = albums[-1] if albums else ()
        fits = kind is not None and last and ALBUM_OF.get(last[0].kind) == kind
        if fits and len(last) < limit:
            albums[-1] = (*last, file)
        else:
            albums.append((file,))
    return albums


async def send(
    bot: Bot,
    place: Place,
    part: Part,
    source: FileSource,
    keyboard: InlineKeyboardMarkup | None = None,
) -> list[int]:
    """Make one part; the native ids of what was made. Rejected formatting is left out."""
    try:
        return await _send(bot, place, part, source, keyboard, formatted=True)
    except TelegramBadRequest as error:
        if "parse entities" not in error.message:
            raise
        return await _send(bot, place, part, source, keyboard, formatted=False)


async def _send(
    bot: Bot,
    place: Place,
    part: Part,
    source: FileSource,
    keyboard: InlineKeyboardMarkup | None,
    *,
    formatted: bool,
) -> list[int]:
    text = part.text.html if formatted else part.text.text
    mode = "HTML" if formatted else None
    if not part.files:
        message = await bot.send_message(
            place.chat_id,
            text,
            message_thread_id=place.thread_id,
            reply_parameters=place.reply(),
            reply_markup=keyboard,
            parse_mode=mode,
        )
        return [message.message_id]
    if len(part.files) > 1:
        media = [await _media(bot, file, source) for file in part.files]
        if text:
            media[0].caption, media[0].parse_mode = text, mode
        messages = await bot.send_media_group(
            place.chat_id,
            list(media),
            message_thread_id=place.thread_id,
            reply_parameters=place.reply(),
        )
        return [message.message_id for message in messages]
    return [(await _send_file(bot, place, part.files[0], text, mode, source)).message_id]


AlbumMedia = InputMediaPhoto | InputMediaVideo | InputMediaDocument | InputMediaAudio


async def _media(bot: Bot, file: Attachment, source: FileSource) -> AlbumMedia:
    media = await source.for_channel(file, bot)
    match file.kind:
        case "photo":
            return InputMediaPhoto(media=media)
        case "video":
            return InputMediaVideo(media=media)
        case "audio":
            return InputMediaAudio(media=media)
        case _:
            return InputMediaDocument(media=media)


async def _send_file(
    bot: Bot, place: Place, file: Attachment, text: str, mode: str | None, source: FileSource
) -> Message:
    media = await source.for_channel(file, bot)
    chat_id, thread_id, reply = place.chat_id, place.thread_id, place.reply()
    if file.kind == "sticker":
        return await bot.send_sticker(
            chat_id, media, message_thread_id=thread_id, reply_parameters=reply
        )
    if file.kind == "video_note":
        return await bot.send_video_note(
            chat_id, media, message_thread_id=thread_id, reply_parameters=reply
        )
    caption: dict[str, Any] = {
        "caption": text or None,
        "parse_mode": mode if text else None,
        "message_thread_id": thread_id,
        "reply_parameters": reply,
    }
    match file.kind:
        case "photo":
            return await bot.send_photo(chat_id, media, **caption)
        case "video":
            return await bot.send_video(chat_id, media, **caption)
        case "animation":
            return await bot.send_animation(chat_id, media, **caption)
        case "audio":
            return await bot.send_audio(chat_id, media, **caption)
        case "voice":
            return await bot.send_voice(chat_id, media, **caption)
        case _:
            return await bot.send_document(chat_id, media, **caption)
