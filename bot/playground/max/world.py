"""State of the messenger and the few acts that change it; each tells the bot and the listeners.

Who may do what is decided by the callers: `operations` for the bot, `people` and `groups` for
everybody else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, Unpack

from ..stand_in.checks import Json
from ..stand_in.world import World as AnyWorld
from .attachments import Attachment
from .files import FileStore
from .limits import Limits, Pace
from .model import Chat, Message, User, now_ms
from .press import Press
from .schema import Schema
from .updates import Updates
from .webhook import WebhookSender


class Content(TypedDict, total=False):
    """What a message may have besides its chat and sender; see `Message`."""

    text: str
    entities: list[Json]
    attachments: list[Attachment]
    keys: list[list[Json]]
    reply_to: Message | None
    forward_of: Message | None


class World(AnyWorld):
    """MAX with one bot under test."""

    updates: Updates
    webhook: WebhookSender
    pace: Pace

    def __init__(
        self,
        schema: Schema,
        bot: User,
        *,
        limits: Limits | None,
        clock: Callable[[], float],
        base: Callable[[], str],
    ) -> None:
        super().__init__(clock)
        self.schema = schema
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.by_mid: dict[str, Message] = {}
        self.files = FileStore(base)
        self.updates = Updates(schema, clock, lambda: self.changes.tell("updates"))
        self.webhook = WebhookSender(self.updates, self.changes, clock)
        self.pace = Pace(limits, clock)
        self.presses: dict[str, Press] = {}
        self.commands: list[Json] = []
        self.description: str | None = None
        self._last_seq = 0

    def post(self, chat: Chat, sender: User, **content: Unpack[Content]) -> Message:
        """Puts a message into the chat and queues its update, if the bot is to see it.

        A mid is the chat's id and the seq, a seq the time and a counter, 64 bits each: so it
        is in every sample.
        """
        date = now_ms()
        seq = self._last_seq = max(self._last_seq + 1, date << 16)
        mid = f"mid.{chat.id & (2**64 - 1):016x}{seq:016x}"
        message = Message(chat, mid, seq, date, self.clock(), sender, **content)
        chat.by_id[mid] = self.by_mid[mid] = message
        if self.bot_sees(message):
            self.updates.push("message_created", message=message.to_api(), **locale(chat, sender))
        self.changes.tell("message", chat.id, mid)
        return message

    def edit(self, message: Message, **content: Unpack[Content]) -> None:
        """Replaces these parts and tells: the bot hears of others' edits only."""
        for name, value in content.items():
            setattr(message, name, value)
        message.edit_date = now_ms()
        if self.bot_sees(message):
            self.updates.push("message_edited", message=message.to_api())
        self.changes.tell("edit", message.chat.id, message.id)

    def delete(self, message: Message, actor: User) -> None:
        """Takes the message away; the bot hears of it where it saw the message."""
        message.deleted = True
        chat = message.chat
        chat.by_id.pop(message.id, None)
        self.by_mid.pop(message.id, None)
        if actor is not self.bot and self.bot_reads(chat):
            self.updates.push(
                "message_removed", message_id=message.id, chat_id=chat.id, user_id=actor.id
            )
        self.changes.tell("delete", chat.id, message.id)

    def tell_of_chat(self, kind: str, chat: Chat, user: User, **more: object) -> None:
        """An update about a chat and somebody in it."""
        self.updates.push(kind, chat_id=chat.id, user=user.to_api(), **more)
        self.changes.tell("member", chat.id)

    def bot_sees(self, message: Message) -> bool:
        """Whether the bot gets an update for it; never for its own."""
        return not message.from_bot and self.bot_reads(message.chat)

    def bot_reads(self, chat: Chat) -> bool:
        """Whether the bot hears what is said: in groups as an administrator with that right only.

        https://dev.max.ru/docs-api/methods/POST/chats/-chatId-/members/admins
        """
        if chat.is_private:
            return chat.bot_status == "member"
        return "read_all_messages" in chat.bot_rights

    def describe(self) -> str:
        lines = [f"pending updates: {self.updates.pending}"]
        for chat in (chat for chat in self.chats.values() if chat.by_id):
            name = chat.title or (chat.person.name if chat.person else "")
            lines.append(f"— {chat.type} {chat.id} {name}")
            for message in chat.messages[-12:]:
                shown = message.text or f"({message.kind})"
                keys = f" {message.buttons}" if message.buttons else ""
                lines.append(f"  {message.id} {message.sender.name}: {shown[:300]}{keys}")
        return "\n".join(lines)


def locale(chat: Chat, user: User) -> dict[str, str]:
    """The `user_locale` of updates: told in dialogs only."""
    return {"user_locale": user.language} if chat.is_private and user.language else {}
