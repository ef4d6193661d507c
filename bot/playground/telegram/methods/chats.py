"""Chats and their members, as the bot sees them.

https://core.telegram.org/bots/api#getchat
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..access import chat_to_read, chat_to_write, message_in
from ..errors import bad_request, forbidden
from ..members import announce_pin, bot_member, change_bot_status, member
from ..model import Chat
from ..request import Params
from ..world import World
from .registry import method

GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


@method("getChat")
def get_chat(world: World, params: Params) -> Json:
    """Everything about a chat that is not its messages."""
    chat = chat_to_read(world, params["chat_id"])
    found = chat.to_api() | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    if chat.reactions_allowed is not None:
        found["available_reactions"] = [
            {"type": "emoji", "emoji": emoji} for emoji in chat.reactions_allowed
        ]
    if chat.pinned:
        found["pinned_message"] = chat.pinned[-1].to_api()
    if chat.username:
        found["active_usernames"] = [chat.username]
    if not chat.is_private:
        found["permissions"] = dict.fromkeys(
            ("can_send_messages", "can_send_photos", "can_send_documents"), True
        ) | {"can_manage_topics": False, "can_pin_messages": False}
    return found


@method("getChatMember")
def get_chat_member(world: World, params: Params) -> Json:
    """A member's status and rights."""
    chat = chat_to_read(world, params["chat_id"])
    user = world.users.get(params["user_id"])
    if user is None:
        raise bad_request("user not found")
    return bot_member(chat) if user is world.bot else member(chat, user)


@method("getChatAdministrators")
def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """Owner and administrators; other bots are not simulated."""
    chat = chat_to_read(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    people = [
        user for user in chat.members.values() if user is chat.owner or user.id in chat.admins
    ]
    found = [member(chat, user) for user in people]
    return [*found, bot_member(chat)] if chat.bot_rights else found


@method("getChatMemberCount")
def get_chat_member_count(world: World, params: Params) -> int:
    """People and the bot."""
    chat = chat_to_read(world, params["chat_id"])
    if chat.is_private:
        return 2
    return len(chat.members) + (chat.bot_status in ("member", "administrator"))


def _chat_to_pin(world: World, params: Params) -> Chat:
    chat = chat_to_write(world, params["chat_id"])
    if not chat.is_private and not chat.bot_rights.get("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


@method("pinChatMessage")
def pin_chat_message(world: World, params: Params) -> bool:
    """Pins, and tells so by a service message."""
    chat = _chat_to_pin(world, params)
    message = message_in(chat, params["message_id"], "message to pin")
    if message not in chat.pinned:
        announce_pin(world, message, world.bot)
    return True


@method("unpinChatMessage")
def unpin_chat_message(world: World, params: Params) -> bool:
    """Unpins that message, or the last pinned."""
    chat = _chat_to_pin(world, params)
    if "message_id" in params:
        message = message_in(chat, params["message_id"], "message to unpin")
    elif chat.pinned:
        message = chat.pinned[-1]
    else:
        raise bad_request("message to unpin not found")
    if message in chat.pinned:
        chat.pinned.remove(message)
        world.changes.tell("pin", chat.id, message.id)
    return True


@method("leaveChat")
def leave_chat(world: World, params: Params) -> bool:
    """The bot goes by itself."""
    chat = chat_to_write(world, params["chat_id"])
    if chat.is_private:
        raise forbidden("bot can't leave private chats")
    change_bot_status(world, chat, world.bot, "left")
    return True
