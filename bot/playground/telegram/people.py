"""People who use the messenger: what they do with the bot and in groups.

Every act returns the stored message and queues what the bot would hear of it. Names are those
of any messenger, so that one test can run against several stand-ins.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import TypedDict, Unpack
from urllib.parse import parse_qsl, urlsplit

from ..stand_in.checks import Json
from ..stand_in.labels import find_key
from . import content
from .content import CAPTIONED, DICE_MAXIMA, Content
from .members import change_bot_status
from .model import ANONYMOUS_ADMIN_ID, Chat, Message, Topic, User
from .press import Press
from .text import Formatted, detect, formatted
from .world import World

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Place(TypedDict, total=False):
    """Where a message goes: a group, a topic in it, a message replied to.

    The group follows from the topic or the message. `anonymous` writes as an administrator
    whom nobody knows.
    """

    in_: Chat | None
    topic: Topic | int | None
    reply_to: Message | None
    anonymous: bool


class FilePlace(Place, total=False):
    """Also what a file is called, and the size it claims to have."""

    name: str | None
    mime_type: str | None
    size: int | None


def _words(text: str, entities: list[Json] | None = None) -> Formatted:
    return detect(formatted(text, None, entities))


class Person(User):
    """Somebody with an account. `chat` is the private chat with the bot."""

    def __init__(self, world: World, user: User) -> None:
        super().__init__(**vars(user))
        self._world = world
        self.chat = Chat(self.id, "private", world.bot, person=self)
        world.users[self.id] = self
        world.chats[self.id] = self.chat

    def open(self, payload: str | None = None) -> Message:
        """Presses the deeplink, or Start where there is no payload; unblocks the bot.

        ValueError for a payload that Telegram does not take:
        https://core.telegram.org/bots/features#deep-linking
        """
        if payload is not None and not PAYLOAD.fullmatch(payload):
            raise ValueError(f"no payload of a deeplink: {payload!r}")
        self.unblock_bot()
        return self.say(f"/start {payload}" if payload else "/start")

    def follow(self, link: str) -> Message:
        """Opens a deeplink as it is written; ValueError if it does not lead to the bot."""
        parts = urlsplit(link)
        if (parts.netloc, parts.path) != ("t.me", f"/{self._world.bot.username}"):
            raise ValueError(f"no deeplink of this bot: {link!r}")
        return self.open(dict(parse_qsl(parts.query)).get("start"))

    def say(
        self, text: str, *, entities: list[Json] | None = None, **place: Unpack[Place]
    ) -> Message:
        """Writes to the bot, or wherever `place` says."""
        return self._post(content.text(_words(text, entities)), place)

    def _post(
        self, made: Content, place: Place, *, album: str | None = None, extra: Json | None = None
    ) -> Message:
        topic, reply_to = place.get("topic"), place.get("reply_to")
        chat = place.get("in_") or (reply_to.chat if reply_to else self.chat)
        if isinstance(topic, Topic):
            chat = topic.chat
        elif topic is not None:
            topic = chat.topics[topic]
        if topic is None and reply_to is not None:
            topic = reply_to.topic
        self._enter(chat, topic)
        anonymous = place.get("anonymous", False)
        return self._world.post(
            chat,
            self._world.users[ANONYMOUS_ADMIN_ID] if anonymous else self,
            made,
            topic=topic,
            reply_to=reply_to,
            album=album,
            sender_chat=chat if anonymous else None,
            extra=extra or {},
        )

    def _enter(self, chat: Chat, topic: Topic | None) -> None:
        """Raises RuntimeError where the messenger's own client would not let the person write."""
        if chat is self.chat:
            if chat.bot_status in ("kicked", "deactivated"):
                raise RuntimeError(f"{self.name} blocked the bot: open() or unblock_bot() first")
            chat.bot_status = "member"
        elif self.id not in chat.members:
            raise RuntimeError(f"{self.name} is not in {chat.title}")
        if topic is not None and topic.closed and self.id not in chat.admins:
            raise RuntimeError(f"the topic {topic.name} is closed")

    def _file(
        self,
        kind: str,
        data: bytes,
        caption: str,
        place: FilePlace,
        *,
        album: str | None = None,
        **details: str,
    ) -> Message:
        file = self._world.files.add(
            kind,
            data,
            name=place.get("name"),
            mime_type=place.get("mime_type"),
            size=place.get("size"),
        )
        words = _words(caption) if kind in CAPTIONED else None
        return self._post(content.media(file, words, details), place, album=album)

    def send_photo(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A photo; its bytes need not be an image."""
        return self._file("photo", data, caption, place)

    def send_document(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A file under its name; the MIME type follows from that if it is not given."""
        return self._file("document", data, caption, {"name": "file.bin", **place})

    def send_video(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A video."""
        return self._file("video", data, caption, place)

    def send_animation(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A GIF; the Bot API shows it as a document too."""
        return self._file("animation", data, caption, place)

    def send_audio(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """Music."""
        return self._file("audio", data, caption, place)

    def send_voice(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A voice message."""
        return self._file("voice", data, caption, place)

    def send_video_note(self, data: bytes, **place: Unpack[FilePlace]) -> Message:
        """A round video."""
        return self._file("video_note", data, "", place)

    def send_sticker(self, data: bytes, emoji: str = "🙂", **place: Unpack[FilePlace]) -> Message:
        """A sticker that stands for the emoji."""
        return self._file("sticker", data, "", place, emoji=emoji)

    def send_album(
        self,
        items: Sequence[bytes],
        caption: str = "",
        *,
        kind: str = "photo",
        **place: Unpack[FilePlace],
    ) -> list[Message]:
        """Several files as one album, the caption on the first: a message, and an update, each."""
        album = str(13_000_000_000_000_000 + self._world.number())
        return [
            self._file(kind, data, caption if index == 0 else "", place, album=album)
            for index, data in enumerate(items)
        ]

    def send_location(
        self, latitude: float = 52.5, longitude: float = 13.4, **place: Unpack[Place]
    ) -> Message:
        """A point on the map."""
        return self._post(content.location(latitude, longitude), place)

    def send_contact(self, phone_number: str, first_name: str, **place: Unpack[Place]) -> Message:
        """A phone contact."""
        return self._post(content.contact(phone_number, first_name), place)

    def send_poll(self, question: str, options: Sequence[str], **place: Unpack[Place]) -> Message:
        """A poll."""
        poll_id = str(10**17 + self._world.number())
        return self._post(content.poll(poll_id, question, list(options)), place)

    def send_dice(
        self, emoji: str = "🎲", value: int | None = None, **place: Unpack[Place]
    ) -> Message:
        """A die; rolls by itself where no value is given."""
        value = value or 1 + secrets.randbelow(DICE_MAXIMA[emoji])
        return self._post(content.dice(emoji, value), place)

    def forward(self, message: Message, **place: Unpack[Place]) -> Message:
        """The message passed on, with its origin."""
        return self._post(message.content, place, extra={"forward_origin": message.origin()})

    def edit(self, message: Message, text: str) -> Message:
        """Another text, or caption."""
        words = _words(text)
        if message.kind == "text":
            made = content.text(words)
        else:
            made = content.with_caption(message.content, words)
        self._world.edit(message, made)
        return message

    def delete(self, message: Message) -> None:
        """Deletes for everybody; the bot hears nothing of it."""
        self._world.delete(message)

    def react(self, message: Message, *emojis: str) -> None:
        """Sets these reactions, or takes them back where none is given."""
        before = message.reactions.get(self.id, [])
        after: list[Json] = [{"type": "emoji", "emoji": emoji} for emoji in emojis]
        message.reactions[self.id] = after
        chat = message.chat
        if chat.is_private or chat.bot_rights:
            self._world.updates.push(
                "message_reaction",
                {
                    "chat": chat.to_api(),
                    "message_id": message.id,
                    "user": self.to_api(),
                    "date": self._world.now(),
                    "old_reaction": before,
                    "new_reaction": after,
                },
            )
        self._world.changes.tell("reaction", chat.id, message.id)

    def press(self, message: Message, label: str, *, inaccessible: bool = False) -> Press:
        """Presses the button with that label, whatever emoji stands before it.

        A part of the label will do if it fits one button only. LookupError lists the labels.
        `inaccessible` hands the bot a message it can't read any more. A link answers itself.
        """
        key = find_key(message, label)
        query_id = str(4_000_000_000_000_000_000 + self._world.number())
        world = self._world
        press = Press(
            id=query_id,
            message=message,
            label=key["text"],
            data=key.get("callback_data", ""),
            changes=world.changes,
            forget=lambda: world.queries.pop(query_id, None),
        )
        if "callback_data" not in key:
            press.answer(text="", alert=False, url=key.get("url"))
            return press
        world.queries[query_id] = press
        seen = message.to_api()
        if inaccessible:
            seen = {"chat": message.chat.to_api(), "message_id": message.id, "date": 0}
        query = {
            "id": query_id,
            "from": self.to_api(),
            "message": seen,
            "chat_instance": str(-message.chat.id),
            "data": press.data,
        }
        world.updates.push("callback_query", query)
        world.changes.tell("press", message.chat.id, message.id)
        return press

    def block_bot(self) -> None:
        """The bot can't write here until it is unblocked, and is told so."""
        change_bot_status(self._world, self.chat, self, "kicked")

    def unblock_bot(self) -> None:
        """Undoes `block_bot`; nothing else."""
        if self.chat.bot_status == "kicked":
            change_bot_status(self._world, self.chat, self, "member")

    def delete_account(self) -> None:
        """The bot can't write here ever again, and is not told."""
        self.chat.bot_status = "deactivated"
        self._world.changes.tell("member", self.chat.id)
