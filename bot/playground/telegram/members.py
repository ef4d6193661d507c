"""Membership: who is what in a chat, its objects in the Bot API, and the news of its changes.

https://core.telegram.org/bots/api#chatmember
"""

from __future__ import annotations

from ..stand_in.checks import Json
from .content import service
from .model import ADMIN_RIGHTS, Chat, Message, User
from .world import World

DEFAULT_RIGHTS = {
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_pin_messages": True,
    "can_manage_topics": True,
    "can_invite_users": True,
    "can_change_info": True,
}


def administrator(user: User, rights: dict[str, bool]) -> Json:
    """A ChatMemberAdministrator with every right spelled out."""
    return {
        "status": "administrator",
        "user": user.to_api(),
        "can_be_edited": False,
        "is_anonymous": rights.get("is_anonymous", False),
        **{right: rights.get(right, False) for right in ADMIN_RIGHTS},
    }


def member(chat: Chat, user: User) -> Json:
    """A person's ChatMember."""
    known = user.to_api()
    if chat.is_private:
        return {"status": "member", "user": known}
    if user.id not in chat.members:
        return {"status": "left", "user": known}
    if user is chat.owner:
        return {"status": "creator", "user": known, "is_anonymous": False}
    if user.id in chat.admins:
        return administrator(user, chat.admins[user.id])
    return {"status": "member", "user": known}


def bot_member(chat: Chat) -> Json:
    """The bot's own ChatMember."""
    known = chat.bot.to_api()
    if chat.bot_status == "administrator":
        return administrator(chat.bot, chat.bot_rights)
    if chat.bot_status in ("kicked", "deactivated"):
        return {"status": "kicked", "user": known, "until_date": 0}
    return {"status": "left" if chat.bot_status == "absent" else chat.bot_status, "user": known}


def change_bot_status(
    world: World, chat: Chat, actor: User, status: str, rights: dict[str, bool] | None = None
) -> None:
    """Makes the bot that in the chat, and tells it by `my_chat_member`."""
    before = bot_member(chat)
    chat.bot_status = status
    chat.admins.pop(chat.bot.id, None)
    if status == "administrator":
        chat.admins[chat.bot.id] = dict(DEFAULT_RIGHTS if rights is None else rights)
    world.updates.push("my_chat_member", _change(world, chat, actor, before, bot_member(chat)))
    world.changes.tell("member", chat.id)


def change_member(world: World, chat: Chat, actor: User, user: User, *, inside: bool) -> None:
    """A person comes or goes: a service message, and `chat_member` to a bot that asked."""
    before = member(chat, user)
    kind = "new_chat_members" if inside else "left_chat_member"
    if inside:
        chat.members[user.id] = user
    else:
        chat.members.pop(user.id, None)
        chat.admins.pop(user.id, None)
    world.post(chat, actor, service(kind, [user.to_api()] if inside else user.to_api()))
    if chat.bot_rights:
        world.updates.push("chat_member", _change(world, chat, actor, before, member(chat, user)))
    world.changes.tell("member", chat.id)


def _change(world: World, chat: Chat, actor: User, before: Json, after: Json) -> Json:
    """A ChatMemberUpdated."""
    return {
        "chat": chat.to_api(),
        "from": actor.to_api(),
        "date": world.now(),
        "old_chat_member": before,
        "new_chat_member": after,
    }


def announce_pin(world: World, message: Message, actor: User) -> None:
    """Pins the message and tells so: the service message has no thread."""
    message.chat.pinned.append(message)
    world.post(message.chat, actor, service("pinned_message", message.to_api(replies=False)))
    world.changes.tell("pin", message.chat.id, message.id)
