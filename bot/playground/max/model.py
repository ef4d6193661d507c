"""The nouns of the messenger: users, chats, messages. State only; acts are elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..stand_in.checks import Json
from ..stand_in.user import AnyUser
from .attachments import Attachment
from .files import StoredFile
from .render import to_html

PERMISSIONS = (
    "read_all_messages",
    "add_remove_members",
    "add_admins",
    "change_chat_info",
    "pin_message",
    "write",
    "can_call",
    "edit_link",
)
INSIDE = ("member", "administrator")


def now_ms() -> int:
    """Unix time in milliseconds, as MAX dates everything."""
    return time.time_ns() // 1_000_000


class User(AnyUser):
    """A person or a bot."""

    def to_api(self) -> Json:
        """The User object of updates."""
        found: Json = {
            "user_id": self.id,
            "first_name": self.first_name,
            "is_bot": self.is_bot,
            "last_activity_time": now_ms(),
            "name": self.name,
        }
        if not self.is_bot:
            found["last_name"] = self.last_name or ""
        if self.username:
            found["username"] = self.username
        return found


@dataclass(eq=False)
class Message:
    """One message as it stands now. `id` is its mid, `date` milliseconds of Unix time.

    `made_at` is the messenger's clock in seconds.
    """

    chat: Chat = field(repr=False)
    id: str
    seq: int
    date: int
    made_at: float
    sender: User
    text: str = ""
    entities: list[Json] = field(default_factory=list, repr=False)
    attachments: list[Attachment] = field(default_factory=list, repr=False)
    keys: list[list[Json]] = field(default_factory=list, repr=False)
    reply_to: Message | None = field(default=None, repr=False)
    forward_of: Message | None = field(default=None, repr=False)
    edit_date: int | None = None
    deleted: bool = False
    # What messages of other messengers may have, and MAX's never do.
    is_service: ClassVar[bool] = False
    topic: ClassVar[None] = None
    emojis: ClassVar[Sequence[str]] = ()

    @property
    def kind(self) -> str:
        """`text`, or the kind of its first attachment: `photo`, `document`, …"""
        return self.attachments[0].name if self.attachments else "text"

    @property
    def html(self) -> str:
        """The text with its formatting."""
        return to_html(self.text, self.entities)

    @property
    def files(self) -> list[StoredFile]:
        """All files it carries: several images are one message."""
        return [item.file for item in self.attachments if item.file is not None]

    @property
    def media(self) -> StoredFile | None:
        """The first file it carries."""
        return self.files[0] if self.files else None

    @property
    def from_bot(self) -> bool:
        """Whether the bot under test wrote it."""
        return self.sender is self.chat.bot

    @property
    def buttons(self) -> list[list[str]]:
        """Labels of the inline buttons, row by row."""
        return [[key["text"] for key in row] for row in self.keys]

    @property
    def labels(self) -> list[str]:
        """Labels of the inline buttons in one list."""
        return [label for row in self.buttons for label in row]

    def body(self) -> Json:
        """The MessageBody object; like MAX it leaves out what is not there."""
        found: Json = {"mid": self.id, "seq": self.seq, "text": self.text}
        attachments = [item.to_api() for item in self.attachments]
        if self.keys:
            attachments.append({"type": "inline_keyboard", "payload": {"buttons": self.keys}})
        if attachments:
            found["attachments"] = attachments
        if self.entities:
            found["markup"] = self.entities
        return found

    def to_api(self) -> Json:
        """The Message object. In a dialog `recipient.user_id` is the addressee."""
        recipient: Json = {"chat_id": self.chat.id, "chat_type": self.chat.type}
        if self.chat.person is not None:
            recipient["user_id"] = self.chat.person.id if self.from_bot else self.chat.bot.id
        found: Json = {
            "recipient": recipient,
            "timestamp": self.date,
            "body": self.body(),
            "sender": self.sender.to_api(),
        }
        link = self._link()
        return found | {"link": link} if link else found

    def _link(self) -> Json | None:
        linked = self.forward_of or self.reply_to
        if linked is None or linked.deleted:
            return None
        found = {"sender": linked.sender.to_api(), "message": linked.body()}
        if linked is self.forward_of:
            return {"type": "forward", "chat_id": linked.chat.id, **found}
        return {"type": "reply", **found}


@dataclass(eq=False)
class Chat:
    """A dialog with the bot, or a group."""

    id: int
    type: str
    bot: User = field(repr=False)
    title: str | None = None
    person: User | None = None
    owner: User | None = field(default=None, repr=False)
    members: dict[int, User] = field(default_factory=dict, repr=False)
    admins: dict[int, frozenset[str]] = field(default_factory=dict, repr=False)
    # "absent": the bot has never been here. In a dialog then "member", "suspended", "deactivated";
    # in a group "member", "administrator", "left", "removed".
    bot_status: str = "absent"
    admins_only: bool = False
    by_id: dict[str, Message] = field(default_factory=dict, repr=False)
    forum: ClassVar[bool] = False
    pinned: Message | None = field(default=None, repr=False)
    # Unix time of the bot's last "typing…", which people see for some seconds.
    action_at: float = 0.0

    @property
    def messages(self) -> list[Message]:
        """What people see in the chat now: edits applied, deleted messages gone."""
        return list(self.by_id.values())

    @property
    def is_private(self) -> bool:
        """Whether it is a person's dialog with the bot."""
        return self.person is not None

    @property
    def bot_rights(self) -> frozenset[str]:
        """The bot's rights as an administrator; empty where it is none."""
        if self.bot_status != "administrator":
            return frozenset()
        return self.admins.get(self.bot.id, frozenset())

    def to_api(self) -> Json:
        """The Chat object."""
        inside = self.bot_status in INSIDE
        status = "active" if inside else {"left": "left"}.get(self.bot_status, "removed")
        found: Json = {
            "chat_id": self.id,
            "type": self.type,
            "status": status,
            "title": self.title,
            "icon": None,
            "last_event_time": max([now_ms(), *(message.date for message in self.messages[-1:])]),
            "participants_count": 2 if self.is_private else len(self.members) + inside,
            "is_public": False,
            "description": None,
        }
        if self.person is not None:
            return found | {"dialog_with_user": self.person.to_api()}
        if self.owner is not None:
            found["owner_id"] = self.owner.id
        if self.pinned is not None and not self.pinned.deleted:
            found["pinned_message"] = self.pinned.to_api()
        return found | {"messages_count": len(self.by_id)}
