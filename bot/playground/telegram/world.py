"""State of the messenger and the few acts that change it; each tells the bot and the listeners.

Who may do what is decided by the callers: `methods` for the bot, `people` and `groups` for
everybody else.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from typing import Any, TypedDict, Unpack

from ..stand_in.checks import Json
from ..stand_in.world import World as AnyWorld
from .content import Content
from .files import FileStore
from .limits import Limits, Pace
from .model import Chat, Message, Topic, User
from .press import Press
from .schema import Schema
from .updates import Updates
from .webhook import WebhookSender

COMMAND = re.compile(r"/[A-Za-z0-9_]+(?:@(\w+))?(?:\s|$)")


class Header(TypedDict, total=False):
    """What a message may have besides its chat, sender and content; see `Message`."""

    topic: Topic | None
    reply_to: Message | None
    album: str | None
    markup: Json | None
    sender_chat: Chat | None
    extra: Json


class World(AnyWorld):
    """Telegram with one bot under test."""

    updates: Updates
    webhook: WebhookSender
    pace: Pace

    def __init__(
        self,
        schema: Schema,
        bot: User,
        *,
        privacy: bool,
        limits: Limits | None,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(clock)
        self.schema = schema
        self.bot = bot
        self.privacy = privacy
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.updates = Updates(schema, lambda: self.changes.tell("updates"))
        self.webhook = WebhookSender(self.updates, self.changes)
        self.pace = Pace(limits, clock)
        self.queries: dict[str, Press] = {}
        self.profile: Json = {}
        self._common_ids = itertools.count(101)

    def count_from(self, base: int) -> None:
        super().count_from(base)
        self._common_ids = itertools.count(base + 101)

    def now(self) -> int:
        """Unix time, as messages are dated."""
        return int(time.time())

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count their own; all other chats share one counter."""
        if chat.type in ("supergroup", "channel"):
            chat.last_id += 1
            return chat.last_id
        return next(self._common_ids)

    def post(
        self,
        chat: Chat,
        sender: User | None,
        content: Content,
        **header: Unpack[Header],
    ) -> Message:
        """Puts a message into the chat and queues its update, if the bot is to see it."""
        message = Message(
            chat=chat,
            id=self.next_message_id(chat),
            date=self.now(),
            made_at=self.clock(),
            sender=sender,
            content=content,
            **header,
        )
        chat.by_id[message.id] = message
        if self.bot_sees(message):
            self.updates.push("message", message.to_api())
        self.changes.tell("message", chat.id, message.id)
        return message

    def open_topic(self, chat: Chat, creator: User, name: str, **icon: Any) -> Topic:
        """A new topic with the service message that opens it."""
        topic = Topic(chat, 0, name, creator, **icon)
        created: Json = {"name": name, "icon_color": topic.icon_color}
        if topic.icon_custom_emoji_id:
            created["icon_custom_emoji_id"] = topic.icon_custom_emoji_id
        # The topic's id is its first message's, which has to be known before the update goes out.
        topic.id = chat.last_id + 1
        chat.topics[topic.id] = topic
        content = Content("forum_topic_created", {"forum_topic_created": created})
        self.post(chat, creator, content, topic=topic)
        self.changes.tell("topic", chat.id, topic.id)
        return topic

    def change_topic(self, topic: Topic, actor: User, kind: str, value: Json) -> None:
        """Tells of a topic's change by a service message in it."""
        self.post(topic.chat, actor, Content(kind, {kind: value}), topic=topic)
        self.changes.tell("topic", topic.chat.id, topic.id)

    def delete_topic(self, topic: Topic) -> None:
        """The topic goes with all its messages. The Bot API has no update for it."""
        for message in topic.messages:
            self.delete(message)
        topic.deleted = True
        self.changes.tell("topic", topic.chat.id, topic.id)

    def edit(self, message: Message, content: Content | None = None) -> None:
        """Replaces the content and tells: the bot hears of others' edits only."""
        if content is not None:
            message.content = content
            message.edit_date = self.now()
            if not message.from_bot and self.bot_sees(message):
                self.updates.push("edited_message", message.to_api())
        self.changes.tell("edit", message.chat.id, message.id)

    def delete(self, message: Message) -> None:
        """Takes the message away. The Bot API has no update for it."""
        message.deleted = True
        message.chat.by_id.pop(message.id, None)
        self.changes.tell("delete", message.chat.id, message.id)

    def bot_sees(self, message: Message) -> bool:
        """Whether the bot gets an update for it: membership, privacy mode, its own messages.

        Of its own messages a bot hears service messages only: telegram-bot-api's
        Client::need_skip_update_message. https://core.telegram.org/bots/features#privacy-mode
        """
        chat = message.chat
        if message.from_bot:
            return message.is_service and "chat_created" not in message.kind
        if chat.is_private:
            return chat.bot_status == "member"
        if chat.bot_status not in ("member", "administrator", "restricted"):
            return False
        if not self.privacy or chat.bot_status == "administrator" or message.is_service:
            return True
        command = COMMAND.match(message.text)
        if command:
            return command[1] is None or command[1].lower() == (self.bot.username or "").lower()
        return message.reply_to is not None and message.reply_to.from_bot

    def bot_knows(self, user_id: int) -> bool:
        """Whether the bot has met the user: in the private chat or in a common group."""
        chat = self.chats.get(user_id)
        if chat is not None and chat.by_id:
            return True
        return any(
            user_id in chat.members and chat.bot_status not in ("left", "kicked")
            for chat in self.chats.values()
            if not chat.is_private
        )

    def describe(self) -> str:
        lines = [f"pending updates: {self.updates.pending}"]
        for chat in (chat for chat in self.chats.values() if chat.by_id):
            name = chat.title or (chat.person.name if chat.person else "")
            lines.append(f"— {chat.type} {chat.id} {name}")
            for message in chat.messages[-12:]:
                who = message.sender.name if message.sender else "?"
                where = f" [{message.topic.name}]" if message.topic else ""
                shown = message.text or f"({message.kind})"
                keys = f" {message.buttons}" if message.buttons else ""
                lines.append(f"  {message.id}{where} {who}: {shown[:300]}{keys}")
        return "\n".join(lines)
