"""A ticket message as the calls that carry it: texts that fit, single files, albums that hold."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage
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

from bot.failures import UNCHANGED
from bot.formatting import shorten
from bot.messengers import Capabilities
from bot.outgoing.formatted import Formatted, joined
from storage.errors import Unavailable
from storage.model import Attachment

SENDERS: Mapping[str, Callable[..., Awaitable[Message]]] = {
    "photo": Bot.send_photo,
    "video": Bot.send_video,
    "animation": Bot.send_animation,
    "audio": Bot.send_audio,
    "voice": Bot.send_voice,
    "sticker": Bot.send_sticker,
    "video_note": Bot.send_video_note,
}
"""How a single file of a kind is sent; all else is a document."""
WITHOUT_CAPTION = ("sticker", "video_note")
FILES = 1000
"""Where the numbers of parts with files begin; those of texts begin at 0, and an edit tells the two
apart by them."""
NAME_LENGTH = 100


class FileDelayed(Unavailable):
    """A file that its messenger does not give out now, or that another does not take now."""


class FileRefused(Exception):
    """A file that cannot be sent: its messenger does not give it out, or it is too big."""


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a text, or files with the text as their caption."""

    text: Formatted
    files: tuple[Attachment, ...] = ()

    def number(self, place: int) -> int:
        """What a copy of this part, the one at `place` of its message, is known by."""
        return FILES + place if self.files else place

    def in_words(self) -> "Part":
        """The same with its files named, for a messenger that refuses them."""
        names = (
            f"[{file.kind}] {shorten(file.file_name or '', NAME_LENGTH)}" for file in self.files
        )
        words = Formatted("\n".join(name.strip() for name in names))
        return Part(joined([self.text, words], "\n") if self.files else self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part goes: a chat, its topic, the message that it answers, which it must not miss
    where that is all that tells its ticket."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    must_reply: bool = False

    def reply(self) -> ReplyParameters | None:
        if self.reply_to is None:
            return None
        return ReplyParameters(
            message_id=self.reply_to, allow_sending_without_reply=not self.must_reply
        )


class FileSource(Protocol):
    async def for_channel(self, attachment: Attachment, bot: Bot) -> str | InputFile:
        """The attachment as `bot` can send it: by its id there, or uploaded. Raises FileRefused and
        FileDelayed."""


def parts_of(
    header: Formatted, body: Formatted, files: Sequence[Attachment], limits: Capabilities
) -> list[Part]:
    """Everything once and in order: as captions where they fit, else the text before the files."""
    albums = _albums(files, limits)
    whole = header + body
    if not albums:
        return [Part(piece) for piece in whole.pieces(limits.text_limit)] or [Part(header)]
    takes_caption = albums[0][0].kind not in WITHOUT_CAPTION
    if takes_caption and len(whole) <= limits.caption_limit:
        return [Part(whole, albums[0])] + [Part(Formatted(), album) for album in albums[1:]]
    texts = [Part(piece) for piece in whole.pieces(limits.text_limit)]
    return texts + [Part(Formatted(), album) for album in albums]


def _albums(files: Sequence[Attachment], limits: Capabilities) -> list[tuple[Attachment, ...]]:
    albums: list[tuple[Attachment, ...]] = []
    for file in files:
        group = limits.albums.get(file.kind)
        last = albums[-1] if albums else ()
        fits = group is not None and last and limits.albums.get(last[0].kind) == group
        if fits and len(last) < limits.album_limit:
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


async def rewrite(
    bot: Bot,
    chat_id: int,
    message_id: int,
    text: Formatted,
    *,
    caption: bool = False,
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Give a message of ours another text, or caption; an empty one takes the caption away.

    That it has this text already is no error. Rejected formatting is left out.
    """
    for formatted in (True, False):
        words, mode = (text.html, "HTML") if formatted else (text.text, None)
        place: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "parse_mode": mode}
        try:
            if caption:
                await bot.edit_message_caption(caption=words, **place)
            else:
                await bot.edit_message_text(words, reply_markup=keyboard, **place)
        except TelegramBadRequest as error:
            if UNCHANGED in error.message:
                return
            if not formatted or "parse entities" not in error.message:
                raise
        else:
            return


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
        said = SendMessage(
            chat_id=place.chat_id,
            text=text,
            message_thread_id=place.thread_id,
            reply_parameters=place.reply(),
            reply_markup=keyboard,
            parse_mode=mode,
        )
        return [(await bot(said)).message_id]
    if len(part.files) > 1:
        media = [await _media(bot, file, source) for file in part.files]
        if text:
            media[0] = media[0].model_copy(update={"caption": text, "parse_mode": mode})
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
    details: dict[str, Any] = {
        "message_thread_id": place.thread_id,
        "reply_parameters": place.reply(),
    }
    if text and file.kind not in WITHOUT_CAPTION:
        details |= {"caption": text, "parse_mode": mode}
    media = await source.for_channel(file, bot)
    return await SENDERS.get(file.kind, Bot.send_document)(bot, place.chat_id, media, **details)
