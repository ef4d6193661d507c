"""Groups: their members, and what happens to them. MAX has no topics."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from ..stand_in.checks import Json
from .model import PERMISSIONS, Chat, Message, User, now_ms
from .people import Person
from .world import World

BotRights = Collection[str] | Literal["member", "absent"] | None


class Group(Chat):
    """A group of people, perhaps with the bot in it. `by` is who acts; the owner if not given."""

    def __init__(self, world: World, chat_id: int, title: str, owner: Person) -> None:
        super().__init__(chat_id, "chat", world.bot, title=title)
        self._world = world
        self.owner: Person = owner
        self.members[owner.id] = owner
        self.admins[owner.id] = frozenset(PERMISSIONS)
        world.chats[chat_id] = self

    def rename(self, title: str, *, by: Person | None = None) -> None:
        """Another title; the bot is told if it is an administrator."""
        self.title = title
        actor = by or self.owner
        self._tell("chat_title_changed", actor, title=title, user_id=actor.id)

    def _tell(self, kind: str, user: User, **more: object) -> None:
        if self.bot_status == "administrator":
            self._world.tell_of_chat(kind, self, user, **more)
        else:
            self._world.changes.tell("member", self.id)

    def pin(self, message: Message, *, by: Person | None = None) -> None:
        """Pins; the bot hears nothing of it."""
        self.pinned = message
        self._world.changes.tell("pin", self.id, message.id)

    def add(self, person: Person, *, admin: bool = False, by: Person | None = None) -> None:
        """A new member; without `by` the person came by a link."""
        self.members[person.id] = person
        inviter = by.id if by else None
        self._tell("user_added", person, inviter_id=inviter, user_id=person.id, is_channel=False)
        if admin:
            self.promote(person)

    def remove(self, person: Person, *, by: Person | None = None) -> None:
        """A member goes; without `by` of their own will."""
        self.members.pop(person.id, None)
        self.admins.pop(person.id, None)
        admin = {"admin_id": by.id} if by else {}
        self._tell("user_removed", person, user_id=person.id, is_channel=False, **admin)

    def promote(self, person: Person, rights: Collection[str] = PERMISSIONS) -> None:
        """Makes a member an administrator."""
        self.admins[person.id] = frozenset(rights)

    def demote(self, person: Person) -> None:
        """Makes an administrator a plain member."""
        self.admins.pop(person.id, None)

    def add_bot(self, *, by: Person | None = None, rights: Collection[str] | None = None) -> None:
        """Adds the bot as a plain member, or with rights as an administrator."""
        actor = by or self.owner
        self._set("member")
        self._world.tell_of_chat("bot_added", self, actor, user_id=actor.id, is_channel=False)
        if rights is not None:
            self.set_bot_rights(rights)

    def remove_bot(self, *, by: Person | None = None) -> None:
        """Throws the bot out."""
        actor = by or self.owner
        self._set("removed")
        self._world.tell_of_chat("bot_removed", self, actor, user_id=actor.id, is_channel=False)

    def set_bot_rights(self, rights: Collection[str] | None) -> None:
        """The bot's rights as an administrator; None makes it a plain member. MAX tells nobody."""
        self._set("member" if rights is None else "administrator", rights or ())
        self._world.changes.tell("member", self.id)

    def set_bot_silently(self, rights: BotRights) -> None:
        """The bot's status from the start, without updates: see `MaxStandIn.add_group`."""
        if isinstance(rights, str):
            self._set(rights)
        else:
            self._set("administrator", PERMISSIONS if rights is None else rights)

    def _set(self, status: str, rights: Collection[str] = ()) -> None:
        self.bot_status = status
        self.admins.pop(self.bot.id, None)
        if status == "administrator":
            self.admins[self.bot.id] = frozenset(rights)


def member(chat: Chat, user: User) -> Json:
    """A ChatMember. Permissions are told of administrators only."""
    rights = chat.admins.get(user.id)
    return user.to_api() | {
        "last_access_time": now_ms(),
        "join_time": now_ms(),
        "is_owner": user is chat.owner,
        "is_admin": rights is not None,
        "permissions": None if rights is None else sorted(rights),
    }
