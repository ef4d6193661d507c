"""People who use the messenger: what they do with the bot and in groups.

Every act queues what the bot would hear of it. Names are those of any messenger, so that one
test can run against several stand-ins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import parse_qsl, urlsplit

from ..stand_in.checks import Json
from ..stand_in.labels import find_key
from . import attachments
from .attachments import Attachment
from .model import Chat, Message, User, now_ms
from .press import Press
from .world import World, locale

LONGEST_PAYLOAD = 512
FOREVER = 10_000_000_000_000

Again = Literal["bot_started", "text", "nothing"]


class Place(TypedDict, total=False):
    """Where a message goes: a group, a message replied to; the group follows from the message."""

    in_: Chat | None
    reply_to: Message | None


class FilePlace(Place, total=False):
    """Also what a file is called, and the size it claims to have."""

    name: str | None
    mime_type: str | None
    size: int | None


class Person(User):
    """Somebody with an account. `chat` is the dialog with the bot, whose id is another.

    `again` is what a deeplink does in a dialog that is open already: `bot_started` once more,
    `/start <payload>` as text, or nothing at all. MAX's clients differ in it.
    """

    def __init__(self, world: World, user: User) -> None:
        super().__init__(**vars(user))
        self._world = world
        self.again: Again = "bot_started"
        self.chat = Chat(self.id ^ world.bot.id, "dialog", world.bot, person=self)
        world.users[self.id] = self
        world.chats[self.chat.id] = self.chat

    def open(self, payload: str | None = None) -> Message | None:
        """Presses the deeplink, or Start where there is no payload; resumes a stopped bot.

        A payload of more than 512 characters gets lost on the way, as in MAX:
        https://dev.max.ru/docs-api, "Deep linking". Returns the message, where it makes one.
        """
        if payload is not None and len(payload) > LONGEST_PAYLOAD:
            payload = None
        if self.chat.bot_status != "member" or self.again == "bot_started":
            self._start(payload)
        elif self.again == "text":
            return self.say(f"/start {payload}" if payload else "/start")
        return None

    def _start(self, payload: str | None) -> None:
        self.chat.bot_status = "member"
        given = {"payload": payload} if payload is not None else {}
        self._tell("bot_started", user_id=self.id, **given)

    def _tell(self, kind: str, **more: object) -> None:
        self._world.tell_of_chat(kind, self.chat, self, **locale(self.chat, self), **more)

    def follow(self, link: str) -> Message | None:
        """Opens a deeplink as it is written; ValueError if it does not lead to the bot."""
        parts = urlsplit(link)
        if (parts.netloc, parts.path) != ("max.ru", f"/{self._world.bot.username}"):
            raise ValueError(f"no deeplink of this bot: {link!r}")
        return self.open(dict(parse_qsl(parts.query)).get("start"))

    def say(
        self, text: str, *, entities: list[Json] | None = None, **place: Unpack[Place]
    ) -> Message:
        """Writes to the bot, or wherever `place` says. `entities` are MAX's markup."""
        return self._post(place, text=text, entities=entities or [])

    def _post(self, place: Place | FilePlace, **content: Any) -> Message:
        reply_to = place.get("reply_to")
        chat = place.get("in_") or (reply_to.chat if reply_to else self.chat)
        self._enter(chat)
        return self._world.post(chat, self, reply_to=reply_to, **content)

    def _enter(self, chat: Chat) -> None:
        """Raises RuntimeError where the messenger's own client would not let the person write."""
        if chat is not self.chat:
            if self.id not in chat.members:
                raise RuntimeError(f"{self.name} is not in {chat.title}")
        elif chat.bot_status in ("suspended", "deactivated"):
            raise RuntimeError(f"{self.name} stopped the bot: open() or unblock_bot() first")
        elif chat.bot_status == "absent":
            # A dialog has no field to write in before Start is pressed.
            self._start(None)

    def _file(
        self, type_: str, data: bytes, caption: str, place: FilePlace, **details: Any
    ) -> Message:
        return self._post(
            place, text=caption, attachments=[self._media(type_, data, place, **details)]
        )

    def _media(self, type_: str, data: bytes, place: FilePlace, **details: Any) -> Attachment:
        file = self._world.files.add(
            type_,
            data,
            name=place.get("name"),
            mime_type=place.get("mime_type"),
            size=place.get("size"),
        )
        return attachments.media(file, **details)

    def send_photo(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """An image; its bytes need not be one."""
        return self._file("image", data, caption, place)

    def send_document(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A file under its name."""
        return self._file("file", data, caption, place)

    def send_video(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """A video."""
        return self._file("video", data, caption, place)

    def send_audio(self, data: bytes, caption: str = "", **place: Unpack[FilePlace]) -> Message:
        """Music."""
        return self._file("audio", data, caption, place)

    def send_voice(self, data: bytes, *, heard: bool = True, **place: Unpack[FilePlace]) -> Message:
        """A voice message. Not `heard`: the update comes without the message, as MAX's often do."""
        if heard:
            return self._file("audio", data, "", place, kind="voice", transcription=None)
        with self._world.updates.without_message("message_created"):
            return self._file("audio", data, "", place, kind="voice")

    def send_sticker(self, data: bytes, emoji: str = "🙂", **place: Unpack[FilePlace]) -> Message:
        """A sticker."""
        code = f"{ord(emoji[0]):x}"
        file = self._world.files.add("sticker", data, name=place.get("name"), token=code)
        return self._post(place, attachments=[attachments.sticker(file, code)])

    def send_album(
        self,
        items: Sequence[bytes],
        caption: str = "",
        *,
        kind: str = "photo",
        **place: Unpack[FilePlace],
    ) -> list[Message]:
        """Several images or videos: in MAX they are one message, and it is alone in the list."""
        kind = {"photo": "image", "document": "file"}.get(kind, kind)
        made = [self._media(kind, data, place) for data in items]
        return [self._post(place, text=caption, attachments=made)]

    def send_location(
        self, latitude: float = 52.5, longitude: float = 13.4, **place: Unpack[Place]
    ) -> Message:
        """A point on the map."""
        return self._post(place, attachments=[attachments.location(latitude, longitude)])

    def send_contact(self, phone_number: str, first_name: str, **place: Unpack[Place]) -> Message:
        """A contact."""
        return self._post(place, attachments=[attachments.contact(first_name, phone_number)])

    def send_share(self, url: str, title: str = "", **place: Unpack[Place]) -> Message:
        """A link with its preview."""
        return self._post(place, text=url, attachments=[attachments.share(url, title=title)])

    def forward(self, message: Message, **place: Unpack[Place]) -> Message:
        """The message passed on: the new one has no text of its own."""
        return self._post(place, forward_of=message)

    def edit(self, message: Message, text: str) -> Message:
        """Another text; attachments stay."""
        self._world.edit(message, text=text, entities=[])
        return message

    def delete(self, message: Message) -> None:
        """Deletes for everybody; the bot is told by `message_removed`."""
        self._world.delete(message, self)

    def press(
        self,
        message: Message,
        label: str,
        *,
        inaccessible: bool = False,
        without_chat_id: bool = False,
    ) -> Press:
        """Presses the button with that label, whatever emoji stands before it.

        A part of the label will do if it fits one button only. LookupError lists the labels.
        The update comes without its message where that is `inaccessible`, or without the
        message's `chat_id`. Buttons that are not callbacks answer themselves.
        """
        key = find_key(message, label)
        callback_id = f"f9LHodD0cOJf4_{self._world.number()}"
        presses = self._world.presses
        press = Press(
            id=callback_id,
            message=message,
            label=key["text"],
            data=key.get("payload", ""),
            changes=self._world.changes,
            forget=lambda: presses.pop(callback_id, None),
        )
        if key["type"] != "callback":
            self._press_itself(message, key)
            press.answer(text="", url=key.get("url"))
            return press
        presses[callback_id] = press
        seen = message.to_api()
        if without_chat_id:
            seen["recipient"]["chat_id"] = None
        self._world.updates.push(
            "message_callback",
            callback={
                "timestamp": now_ms(),
                "callback_id": callback_id,
                "user": self.to_api(),
                "payload": press.data,
            },
            message=None if inaccessible else seen,
            **locale(message.chat, self),
        )
        self._world.changes.tell("press", message.chat.id, message.id)
        return press

    def _press_itself(self, message: Message, key: Json) -> None:
        """What the person's own client does: write the button's text, share, open, copy."""
        if key["type"] == "message":
            self.say(key["text"], in_=message.chat)
        elif key["type"] == "request_contact":
            own = attachments.contact(self.name, "+79990000000", self.to_api(), proven=True)
            self._post({"in_": message.chat}, attachments=[own])
        elif key["type"] == "request_geo_location":
            self.send_location(in_=message.chat)

    def block_bot(self) -> None:
        """Stops the bot: it can't write here until it is resumed, and is told so."""
        self.chat.bot_status = "suspended"
        self._tell("bot_stopped")

    def unblock_bot(self) -> None:
        """Undoes `block_bot`: for MAX that is a start."""
        if self.chat.bot_status == "suspended":
            self._start(None)

    def delete_account(self) -> None:
        """The bot can't write here ever again, and is not told."""
        self.chat.bot_status = "deactivated"
        self._world.changes.tell("member", self.chat.id)

    def remove_dialog(self) -> None:
        """Deletes the dialog, which stops the bot too: it is told both."""
        self.block_bot()
        self._clear()
        self._tell("dialog_removed")

    def clear_dialog(self) -> None:
        """Empties the dialog; the bot is told."""
        self._clear()
        self._tell("dialog_cleared")

    def _clear(self) -> None:
        for message in self.chat.messages:
            message.deleted = True
            self._world.by_mid.pop(message.id, None)
        self.chat.by_id.clear()

    def mute_bot(self, until: int = FOREVER) -> None:
        """No more notifications until then, in milliseconds of Unix time."""
        self._tell("dialog_muted", muted_until=until)

    def unmute_bot(self) -> None:
        """Undoes `mute_bot`."""
        self._tell("dialog_unmuted")
