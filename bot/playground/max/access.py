"""What the bot may reach: chats and messages, and the refusals where it may not."""

from __future__ import annotations

from .errors import (
    CANNOT_EDIT,
    DIALOG_NOT_FOUND,
    DIALOG_SUSPENDED,
    NOT_ADMIN,
    bad_request,
    broken_contract,
    chat_not_found,
    denied,
    forbidden,
    not_found,
)
from .model import INSIDE, Chat, Message
from .request import Params
from .world import World

EDITABLE_SECONDS = 7 * 24 * 3600


def chat_to_read(world: World, chat_id: int) -> Chat:
    """The chat, if the bot is in it or was. 404 where it never was."""
    chat = world.chats.get(chat_id)
    if chat is None or chat.bot_status == "absent":
        raise chat_not_found(chat_id)
    if not chat.is_private and chat.bot_status not in INSIDE:
        raise denied("bot is not a chat member")
    return chat


def chat_to_write(world: World, chat_id: int) -> Chat:
    """The chat, if the bot may write there. 403 and 404 as MAX words them."""
    chat = chat_to_read(world, chat_id)
    if chat.bot_status == "suspended":
        raise DIALOG_SUSPENDED
    if chat.bot_status == "deactivated":
        raise DIALOG_NOT_FOUND
    if chat.admins_only and chat.bot_status != "administrator":
        raise NOT_ADMIN
    return chat


def addressed_chat(world: World, params: Params) -> Chat:
    """Where a new message goes. 400 without one addressee, 404 for a stranger."""
    if "chat_id" in params and "user_id" in params:
        raise broken_contract("chat_id and user_id are alternatives")
    if "chat_id" in params:
        return chat_to_write(world, params["chat_id"])
    if "user_id" not in params:
        raise bad_request("Unknown recipient")
    chat = dialog_with(world, params["user_id"])
    if chat is None or chat.bot_status == "absent":
        raise DIALOG_NOT_FOUND
    return chat_to_write(world, chat.id)


def dialog_with(world: World, user_id: int) -> Chat | None:
    """The person's dialog with the bot: its id is that of both, as in every sample."""
    return world.chats.get(user_id ^ world.bot.id)


def group_to_manage(world: World, chat_id: int, right: str | None = None) -> Chat:
    """The group, if the bot is its administrator, with that right where one is named."""
    chat = chat_to_read(world, chat_id)
    if chat.is_private:
        raise bad_request("Method is not available for dialogs")
    if chat.bot_status != "administrator":
        raise forbidden("Method is available for chat admins only")
    if right is not None and right not in chat.bot_rights:
        raise forbidden(f"Permission {right} is required")
    return chat


def message_to_read(world: World, mid: str) -> Message:
    """The message. 404 where there is none, or the bot can't see it."""
    message = world.by_mid.get(mid)
    if message is None or not (message.from_bot or world.bot_reads(message.chat)):
        raise not_found(f"Message {mid} not found")
    return message


def message_to_edit(world: World, mid: str) -> Message:
    """The bot's own message, young enough: one with buttons, or in a group, is so for ever."""
    message = message_to_read(world, mid)
    chat_to_write(world, message.chat.id)
    too_old = world.clock() - message.made_at > EDITABLE_SECONDS
    if not message.from_bot or (message.chat.is_private and not message.keys and too_old):
        raise CANNOT_EDIT
    return message


def message_to_delete(world: World, mid: str) -> Message:
    """A message of the bot's own, or of others in a group where it may."""
    message = message_to_read(world, mid)
    chat = chat_to_write(world, message.chat.id)
    if not message.from_bot and "write" not in chat.bot_rights:
        raise forbidden("Message can't be deleted")
    return message
