"""What aiogram's messages mean to the desk: who wrote, what, and where it came from.

Owns the way in for both sides. What the desk then does with it is the handlers' business.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import Chat as MessengerChat
from aiogram.types import Message, User

import locales
from bot.formatting import sanitize, utf16_length
from storage.model import Channel, Chat, Content, NewAttachment, Person, Source

_FILES = ("animation", "video", "audio", "voice", "video_note", "document", "sticker")
"""Fields of a Message with one file; `animation` first, as a `document` comes beside it."""

_UNSUPPORTED = (
    ContentType.POLL,
    ContentType.DICE,
    ContentType.GAME,
    ContentType.STORY,
    ContentType.INVOICE,
    ContentType.CHECKLIST,
    ContentType.PAID_MEDIA,
    ContentType.GIVEAWAY,
)
_MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
_RICH_PARTS = ("text", "blocks", "items", "cells", "summary", "caption", "expression")


def person_of(user: User, chat: MessengerChat, channel: Channel) -> Person:
    """Who acts, and in which chat."""
    return Person(
        chat=Chat(channel, chat.id),
        user_id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
        language=user.language_code,
    )


def source_of(album: Sequence[Message], channel: Channel) -> Source:
    """Where a message, or the parts of an album, came from."""
    first = album[0]
    answered = next((m.reply_to_message for m in album if m.reply_to_message is not None), None)
    return Source(
        chat=Chat(channel, first.chat.id),
        native_ids=tuple(message.message_id for message in album),
        media_group_id=first.media_group_id,
        # In a topic every message counts as a reply to the one that opened it.
        reply_to=(
            None
            if answered is None or answered.forum_topic_created is not None
            else answered.message_id
        ),
    )


def content_of(album: Sequence[Message], channel: Channel) -> Content:
    """What a message, or the parts of an album, say and carry; empty for unsupported kinds.

    Captions of several parts follow each other as paragraphs. Places and contacts become text.
    """
    text = ""
    entities: list[dict[str, Any]] = []
    for message in album:
        part = _text_of(message)
        if not part:
            continue
        text += "\n\n" if text else ""
        start = utf16_length(text)
        found = message.entities or message.caption_entities or []
        plain = [entity.model_dump(exclude_none=True) for entity in found]
        entities += [
            entity | {"offset": entity["offset"] + start} for entity in sanitize(part, plain)
        ]
        text += part
    files = [file for message in album if (file := _attachment(message, channel))]
    return Content(text, tuple(entities), tuple(files))


def unsupported_kind(message: Message) -> str | None:
    """The kind of a message that the desk cannot pass on, such as `poll`; else None.

    `message` is one that this version of the Bot API does not know. Service messages, such as a
    pin, are nobody's content: they are not unsupported but empty.
    """
    if message.content_type == ContentType.UNKNOWN:
        return "message"
    return message.content_type if message.content_type in _UNSUPPORTED else None


async def unsupported(message: Message) -> bool | dict[str, str]:
    """Lets pass a message of such a kind, as its `kind`."""
    kind = unsupported_kind(message)
    return False if kind is None else {"kind": kind}


def placeholder(message: Message, kind: str, locale: str) -> str:
    """What stands for a message of an unsupported kind, with what words it has: `[poll] Tea?`."""
    titled = message.game or message.checklist or message.invoice
    words = message.poll.question if message.poll else titled.title if titled else ""
    if message.dice is not None:
        words = f"{message.dice.emoji} {message.dice.value}"
    return f"{locales.render_plain('placeholder', locale, kind=kind)} {words}".rstrip()


def _text_of(message: Message) -> str:
    if message.venue is not None:
        place = message.venue
        point = _point(place.location.latitude, place.location.longitude)
        return "\n".join(filter(None, (place.title, place.address, point)))
    if message.location is not None:
        return _point(message.location.latitude, message.location.longitude)
    if message.contact is not None:
        person = message.contact
        name = " ".join(filter(None, (person.first_name, person.last_name)))
        return f"☎ {name} {person.phone_number}"
    if message.rich_message is not None:
        blocks = (_rich_text(block.model_dump()) for block in message.rich_message.blocks)
        return "\n".join(filter(None, blocks))
    return message.text or message.caption or ""


def _point(latitude: float, longitude: float) -> str:
    return f"📍 {latitude}, {longitude}\n{_MAP.format(latitude, longitude)}"


def _rich_text(part: object) -> str:
    """The words of a rich block or of a part of it, without its formatting."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        found = [_rich_text(part[name]) for name in _RICH_PARTS if part.get(name)]
        return "\n".join(filter(None, found))
    if isinstance(part, Sequence):
        inline = all(isinstance(piece, str) or "text" in piece for piece in part)
        return ("" if inline else "\n").join(_rich_text(piece) for piece in part)
    return ""


def _attachment(message: Message, channel: Channel) -> NewAttachment | None:
    photo = message.photo or (message.live_photo.photo if message.live_photo else None)
    if photo:
        largest = max(photo, key=lambda size: size.width * size.height)
        return NewAttachment(
            "photo",
            channel,
            largest.file_id,
            size=largest.file_size,
            unique_id=largest.file_unique_id,
        )
    for kind in _FILES:
        file = getattr(message, kind)
        if file is not None:
            return NewAttachment(
                kind=kind,
                channel=channel,
                file_id=file.file_id,
                file_name=getattr(file, "file_name", None),
                mime_type=getattr(file, "mime_type", None),
                size=file.file_size,
                unique_id=file.file_unique_id,
            )
    return None
