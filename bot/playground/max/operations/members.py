"""Members of groups and their rights.

https://dev.max.ru/docs-api/methods/GET/chats/-chatId-/members
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..access import chat_to_read, group_to_manage
from ..errors import bad_request, not_found
from ..groups import member
from ..model import INSIDE, Chat, User
from ..request import Params
from ..world import World
from .registry import SUCCESS, operation

NEEDS_READING = frozenset({"write", "pin_message", "edit", "delete"})


@operation("getMembership")
def get_membership(world: World, params: Params) -> Json:
    """What the bot is in the group."""
    chat = chat_to_read(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("Method is not available for dialogs")
    return member(chat, world.bot)


def _everybody(chat: Chat) -> list[User]:
    bot = [chat.bot] if chat.bot_status in INSIDE else []
    return [*chat.members.values(), *bot]


@operation("getAdmins")
def get_admins(world: World, params: Params) -> Json:
    """All administrators."""
    chat = group_to_manage(world, params["chat_id"])
    admins = [user for user in _everybody(chat) if user.id in chat.admins]
    return {"members": [member(chat, user) for user in admins]}


@operation("getMembers")
def get_members(world: World, params: Params) -> Json:
    """Members by their ids, or page by page; the marker is how many came before."""
    chat = group_to_manage(world, params["chat_id"])
    everybody = _everybody(chat)
    ids = params.get("user_ids")
    if ids:
        return {"members": [member(chat, user) for user in everybody if user.id in ids]}
    start = params.get("marker", 0)
    end = start + params.get("count", 20)
    found: Json = {"members": [member(chat, user) for user in everybody[start:end]]}
    return found | {"marker": end} if end < len(everybody) else found


@operation("addMembers")
def add_members(world: World, params: Params) -> Json:
    """New members; those nobody knows are named in the answer."""
    chat = group_to_manage(world, params["chat_id"], "add_remove_members")
    unknown = [user_id for user_id in params["user_ids"] if user_id not in world.users]
    for user_id in params["user_ids"]:
        if user_id in world.users:
            chat.members[user_id] = world.users[user_id]
    world.changes.tell("member", chat.id)
    if not unknown:
        return SUCCESS
    details = [{"error_code": "add.participant.not.found", "user_ids": unknown}]
    return {"success": False, "failed_user_ids": unknown, "failed_user_details": details}


@operation("removeMember")
def remove_member(world: World, params: Params) -> Json:
    """A member goes."""
    chat = group_to_manage(world, params["chat_id"], "add_remove_members")
    _of(chat, params["user_id"])
    chat.members.pop(params["user_id"])
    chat.admins.pop(params["user_id"], None)
    world.changes.tell("member", chat.id)
    return SUCCESS


@operation("postAdmins")
def post_admins(world: World, params: Params) -> Json:
    """Makes members administrators, with these rights and no others."""
    chat = group_to_manage(world, params["chat_id"], "add_admins")
    for admin in params["admins"]:
        rights = frozenset(admin["permissions"])
        if rights & NEEDS_READING and "read_all_messages" not in rights:
            raise bad_request("read_all_messages is required for these permissions")
        chat.admins[_of(chat, admin["user_id"]).id] = rights
    world.changes.tell("member", chat.id)
    return SUCCESS


@operation("deleteAdmin")
def delete_admin(world: World, params: Params) -> Json:
    """Makes an administrator a plain member."""
    chat = group_to_manage(world, params["chat_id"], "add_admins")
    chat.admins.pop(_of(chat, params["user_id"]).id, None)
    world.changes.tell("member", chat.id)
    return SUCCESS


def _of(chat: Chat, user_id: int) -> User:
    if user_id not in chat.members:
        raise not_found(f"User {user_id} is not a chat member")
    return chat.members[user_id]
