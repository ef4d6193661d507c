"""Groups: their topics, their members, and what happens to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from . import content
from .content import service
from .members import DEFAULT_RIGHTS, announce_pin, change_bot_status, change_member
from .model import ANONYMOUS_ADMIN_ID, CHANNEL_BOT_ID, SERVICE_ID, Chat, Message, Topic, User
from .people import Person
from .text import detect, formatted
from .world import World

BotRights = dict[str, bool] | Literal["member", "absent"] | None


class Group(Chat):
    """A group of people, perhaps with the bot in it. `by` is who acts; the owner if not given."""

    def __init__(self, world: World, chat_id: int, kind: str, title: str, owner: Person) -> None:
        super().__init__(chat_id, kind, world.bot, title=title)
        self._world = world
        self.owner: Person = owner
        self.members[owner.id] = owner
        self.admins[owner.id] = dict(DEFAULT_RIGHTS)
        world.chats[chat_id] = self

    def topic(self, start: str) -> Topic | None:
        """The newest topic that is not deleted and whose name starts so."""
        for topic in reversed(self.topics.values()):
            if topic.name.startswith(start) and not topic.deleted:
                return topic
        return None

    def open_topic(self, name: str, *, by: Person | None = None) -> Topic:
        """A topic opened by a person."""
        return self._world.open_topic(self, by or self.owner, name)

    def close_topic(self, topic: Topic, *, by: Person | None = None) -> None:
        """Closes it; the bot hears `forum_topic_closed`."""
        topic.closed = True
        self._world.change_topic(topic, by or self.owner, "forum_topic_closed", {})

    def reopen_topic(self, topic: Topic, *, by: Person | None = None) -> None:
        """Opens it again."""
        topic.closed = False
        self._world.change_topic(topic, by or self.owner, "forum_topic_reopened", {})

    def rename_topic(self, topic: Topic, name: str, *, by: Person | None = None) -> None:
        """Another name."""
        topic.name = name
        self._world.change_topic(topic, by or self.owner, "forum_topic_edited", {"name": name})

    def delete_topic(self, topic: Topic) -> None:
        """Deletes it with its messages; the bot hears nothing of it."""
        self._world.delete_topic(topic)

    def rename(self, title: str, *, by: Person | None = None) -> Message:
        """Another title, told by a service message without a thread."""
        self.title = title
        return self._world.post(self, by or self.owner, service("new_chat_title", title))

    def pin(self, message: Message, *, by: Person | None = None) -> None:
        """Pins, told by a service message without a thread."""
        announce_pin(self._world, message, by or self.owner)

    def add(self, person: Person, *, admin: bool = False, by: Person | None = None) -> None:
        """A new member, told by a service message."""
        change_member(self._world, self, by or person, person, inside=True)
        if admin:
            self.promote(person)

    def remove(self, person: Person, *, by: Person | None = None) -> None:
        """A member goes, told by a service message."""
        change_member(self._world, self, by or person, person, inside=False)

    def promote(self, person: Person) -> None:
        """Makes a member an administrator."""
        self.admins[person.id] = dict(DEFAULT_RIGHTS)

    def demote(self, person: Person) -> None:
        """Makes an administrator a plain member."""
        self.admins.pop(person.id, None)

    def add_bot(self, *, by: Person | None = None, rights: dict[str, bool] | None = None) -> None:
        """Adds the bot as a plain member, or with rights as an administrator."""
        actor = by or self.owner
        change_bot_status(self._world, self, actor, "member")
        self._world.post(self, actor, service("new_chat_members", [self.bot.to_api()]))
        if rights is not None:
            change_bot_status(self._world, self, actor, "administrator", rights)

    def remove_bot(self, *, by: Person | None = None) -> None:
        """Throws the bot out."""
        change_bot_status(self._world, self, by or self.owner, "kicked")

    def set_bot_rights(self, rights: dict[str, bool] | None, *, by: Person | None = None) -> None:
        """The bot's rights as an administrator; None makes it a plain member."""
        status = "member" if rights is None else "administrator"
        change_bot_status(self._world, self, by or self.owner, status, rights)

    def set_bot_silently(self, rights: BotRights) -> None:
        """The bot's status from the start, without updates: see `TelegramStandIn.add_group`."""
        if isinstance(rights, str):
            self.bot_status = rights
            return
        self.bot_status = "administrator"
        self.admins[self.bot.id] = dict(DEFAULT_RIGHTS) if rights is None else dict(rights)

    def set_forum(self, forum: bool) -> None:
        """Turns topics on or off."""
        self.forum = forum
        self._world.changes.tell("member", self.id)

    def allow_reactions(self, emojis: Iterable[str] | None) -> None:
        """Only these reactions; None allows all."""
        self.reactions_allowed = None if emojis is None else list(emojis)

    def migrate_to_supergroup(self, *, forum: bool = False) -> Group:
        """The group goes on under another id, which is returned.

        The old one answers every call with `migrate_to_chat_id`, and both tell of it.
        https://core.telegram.org/bots/api#responseparameters
        """
        world = self._world
        new_id = -1_002_000_000_000 - world.number()
        new = Group(world, new_id, "supergroup", self.title or "", self.owner)
        new.forum = forum
        new.members = dict(self.members)
        new.admins = {key: dict(rights) for key, rights in self.admins.items()}
        new.bot_status = self.bot_status
        world.post(self, self.owner, service("migrate_to_chat_id", new.id))
        self.migrated_to = new
        anonymous = world.users[ANONYMOUS_ADMIN_ID]
        world.post(new, anonymous, service("migrate_from_chat_id", self.id), sender_chat=new)
        world.changes.tell("member", self.id)
        return new

    def post_as_channel(self, title: str, text: str, *, linked: bool = False) -> Message:
        """A message of a channel; `linked`: forwarded by Telegram from the group's own channel."""
        world = self._world
        channel = Chat(-1_003_000_000_000 - world.number(), "channel", self.bot, title=title)
        sender: User = world.users[SERVICE_ID if linked else CHANNEL_BOT_ID]
        extra = {"is_automatic_forward": True} if linked else {}
        made = content.text(detect(formatted(text, None, None)))
        return world.post(self, sender, made, sender_chat=channel, extra=extra)
