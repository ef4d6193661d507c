"""The nouns of the messenger: users, chats, topics, messages. State only; acts are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..stand_in.checks import Json
from ..stand_in.user import AnyUser
from .content import MEDIA, Content
from .files import StoredFile
from .render import to_html

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
)
TOPIC_ICON_COLOR = 7322096
# https://core.telegram.org/bots/api#message, "sender_chat": who stands in for anonymous senders.
ANONYMOUS_ADMIN_ID = 1087968824
CHANNEL_BOT_ID = 136817688
SERVICE_ID = 777000


class User(AnyUser):
    """A person, a bot, or one of Telegram's own that stand in for others."""

    def to_api(self) -> Json:
        """The User object of updates."""
        found: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.last_name:
            found["last_name"] = self.last_name
        if self.username:
            found["username"] = self.username
        if self.language and not self.is_bot:
            found["language_code"] = self.language
        return found


@dataclass(eq=False)
class Topic:
    """A forum topic; its id is that of the service message that opened it."""

    chat: Chat = field(repr=False)
    id: int
    name: str
    creator: User = field(repr=False)
    icon_color: int = TOPIC_ICON_COLOR
    icon_custom_emoji_id: str | None = None
    closed: bool = False
    deleted: bool = False

    @property
    def messages(self) -> list[Message]:
        """What members see in the topic now, service messages included."""
        return [message for message in self.chat.messages if message.topic is self]


@dataclass(eq=False)
class Message:
    """One message as it stands now. `id` counts in its chat, or over all private chats.

    `made_at` is the messenger's clock in seconds.
    """

    chat: Chat = field(repr=False)
    id: int
    date: int
    made_at: float
    sender: User | None
    content: Content
    sender_chat: Chat | None = field(default=None, repr=False)
    topic: Topic | None = field(default=None, repr=False)
    reply_to: Message | None = field(default=None, repr=False)
    album: str | None = None
    markup: Json | None = field(default=None, repr=False)
    edit_date: int | None = None
    extra: Json = field(default_factory=dict, repr=False)
    reactions: dict[int, list[Json]] = field(default_factory=dict, repr=False)
    deleted: bool = False

    @property
    def kind(self) -> str:
        """`text`, `photo`, …, or the name of the service message's field."""
        return self.content.kind

    @property
    def text(self) -> str:
        """The text or caption without formatting."""
        return self.content.text

    @property
    def entities(self) -> list[Json]:
        """Entities of the text or caption."""
        return self.content.entities

    @property
    def html(self) -> str:
        """The text or caption with its formatting."""
        return to_html(self.text, self.entities)

    @property
    def media(self) -> StoredFile | None:
        """The file it carries."""
        return self.content.file if self.kind in MEDIA else None

    @property
    def files(self) -> list[StoredFile]:
        """That file as a list: other messengers have several in one message."""
        return [] if self.media is None else [self.media]

    @property
    def from_bot(self) -> bool:
        """Whether the bot under test wrote it."""
        return self.sender is not None and self.sender is self.chat.bot

    @property
    def is_service(self) -> bool:
        """Whether it tells of an event in the chat, such as a pin or a new topic."""
        return self.kind in SERVICE_KINDS

    @property
    def keys(self) -> list[list[Json]]:
        """Rows of inline buttons as the bot wrote them."""
        rows: list[list[Json]] = (self.markup or {}).get("inline_keyboard", [])
        return rows

    @property
    def buttons(self) -> list[list[str]]:
        """Labels of the inline buttons, row by row."""
        return [[key["text"] for key in row] for row in self.keys]

    @property
    def labels(self) -> list[str]:
        """Labels of the inline buttons in one list."""
        return [label for row in self.buttons for label in row]

    @property
    def emojis(self) -> list[str]:
        """Every reaction on it, whoever set it."""
        return [
            reaction.get("emoji", "")
            for reactions in self.reactions.values()
            for reaction in reactions
        ]

    def to_api(self, *, replies: bool = True) -> Json:
        """The Message object; a replied-to message is shown without its own reply."""
        found: Json = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.to_api(),
            **self.content.fields,
            **self.extra,
        }
        if self.sender is not None:
            found["from"] = self.sender.to_api()
        if self.sender_chat is not None:
            found["sender_chat"] = self.sender_chat.to_api()
        if self.topic is not None:
            found["message_thread_id"] = self.topic.id
            found["is_topic_message"] = True
        if self.album:
            found["media_group_id"] = self.album
        if self.edit_date:
            found["edit_date"] = self.edit_date
        if self.keys:
            found["reply_markup"] = self.markup
        reply = self.reply_to or self._topic_start()
        if replies and reply is not None and not reply.deleted:
            found["reply_to_message"] = reply.to_api(replies=False)
        return found

    def origin(self) -> Json:
        """The MessageOrigin of its forwards; a forward's is that of the first message."""
        known: Json | None = self.extra.get("forward_origin")
        if known is not None:
            return known
        chat = self.sender_chat
        if chat is None:
            sender = self.sender or self.chat.bot
            return {"type": "user", "date": self.date, "sender_user": sender.to_api()}
        if chat.type == "channel":
            found: Json = {"type": "channel", "date": self.date, "message_id": self.id}
            return found | {"chat": chat.to_api()}
        return {"type": "chat", "date": self.date, "sender_chat": chat.to_api()}

    def _topic_start(self) -> Message | None:
        # Messages in a topic count as replies to the one that opened it: telegram-bot-api's
        # Client::get_implicit_reply_to_message_id.
        if self.topic is None or self.topic.id == self.id:
            return None
        return self.chat.by_id.get(self.topic.id)


SERVICE_KINDS = frozenset(
    {
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "pinned_message",
        "new_chat_title",
        "new_chat_members",
        "left_chat_member",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "group_chat_created",
        "supergroup_chat_created",
    }
)


@dataclass(eq=False)
class Chat:
    """A private chat with the bot, a group, a supergroup or a channel."""

    id: int
    type: str
    bot: User = field(repr=False)
    title: str | None = None
    username: str | None = None
    person: User | None = None
    forum: bool = False
    owner: User | None = field(default=None, repr=False)
    members: dict[int, User] = field(default_factory=dict, repr=False)
    admins: dict[int, dict[str, bool]] = field(default_factory=dict, repr=False)
    # "absent": the bot has never been here, and knows nothing of the chat.
    bot_status: str = "absent"
    migrated_to: Chat | None = field(default=None, repr=False)
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    by_id: dict[int, Message] = field(default_factory=dict, repr=False)
    pinned: list[Message] = field(default_factory=list, repr=False)
    reactions_allowed: list[str] | None = field(default=None, repr=False)
    last_id: int = 0
    # Unix time of the bot's last "typing…", which people see for five seconds.
    action_at: float = 0.0

    @property
    def messages(self) -> list[Message]:
        """What people see in the chat now: edits applied, deleted messages gone."""
        return list(self.by_id.values())

    @property
    def is_private(self) -> bool:
        """Whether it is a person's chat with the bot."""
        return self.type == "private"

    @property
    def bot_rights(self) -> dict[str, bool]:
        """The bot's rights as an administrator; empty where it is none."""
        return self.admins.get(self.bot.id, {}) if self.bot_status == "administrator" else {}

    def to_api(self) -> Json:
        """The Chat object."""
        found: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.person is not None:
            found["first_name"] = self.person.first_name
            if self.person.last_name:
                found["last_name"] = self.person.last_name
            if self.person.username:
                found["username"] = self.person.username
            return found
        found["title"] = self.title
        if self.username:
            found["username"] = self.username
        if self.forum:
            found["is_forum"] = True
        return found
