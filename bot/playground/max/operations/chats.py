"""Chats: what they are, what the bot does in them, what is pinned.

https://dev.max.ru/docs-api/methods/GET/chats/-chatId-
"""

from __future__ import annotations

import time

from ...stand_in.checks import Json
from ..access import chat_to_read, chat_to_write, group_to_manage
from ..errors import bad_request, broken_contract, not_found, not_simulated
from ..model import Chat
from ..request import Params
from ..world import World
from .registry import SUCCESS, operation


@operation("getChats")
def get_chats(world: World, params: Params) -> Json:
    """MAX tells no bot its chats any more, since June 2026."""
    raise broken_contract("GET /chats is not supported: remember chats from updates")


@operation("getChatByLink")
def get_chat_by_link(world: World, params: Params) -> Json:
    """Only channels have links, and here are none."""
    raise not_found(f"Chat {params['chat_link']} not found")


@operation("getChat")
def get_chat(world: World, params: Params) -> Json:
    """A chat, a dialog too."""
    return chat_to_read(world, params["chat_id"]).to_api()


@operation("editChat")
def edit_chat(world: World, params: Params) -> Json:
    """Another title or pin."""
    if params.get("icon") is not None:
        raise not_simulated("icons of chats")
    chat = group_to_manage(world, params["chat_id"], "change_chat_info")
    if params.get("title") is not None:
        chat.title = params["title"]
    if params.get("pin") is not None:
        _pin(world, group_to_manage(world, chat.id, "pin_message"), params["pin"])
    world.changes.tell("member", chat.id)
    return chat.to_api()


@operation("sendAction")
def send_action(world: World, params: Params) -> Json:
    """Shows that the bot types or sends."""
    chat = chat_to_write(world, params["chat_id"])
    chat.action_at = time.time()
    world.changes.tell("action", chat.id)
    return SUCCESS


@operation("getPinnedMessage")
def get_pinned_message(world: World, params: Params) -> Json:
    """What is pinned, or null."""
    chat = group_to_manage(world, params["chat_id"])
    pinned = chat.pinned
    return {"message": pinned.to_api() if pinned and not pinned.deleted else None}


@operation("pinMessage")
def pin_message(world: World, params: Params) -> Json:
    """Pins a message."""
    _pin(world, group_to_manage(world, params["chat_id"], "pin_message"), params["message_id"])
    return SUCCESS


def _pin(world: World, chat: Chat, mid: str) -> None:
    message = chat.by_id.get(mid)
    if message is None:
        raise not_found(f"Message {mid} not found")
    chat.pinned = message
    world.changes.tell("pin", chat.id, mid)


@operation("unpinMessage")
def unpin_message(world: World, params: Params) -> Json:
    """Takes the pin away."""
    chat = group_to_manage(world, params["chat_id"], "pin_message")
    chat.pinned = None
    world.changes.tell("pin", chat.id)
    return SUCCESS


@operation("leaveChat")
def leave_chat(world: World, params: Params) -> Json:
    """The bot goes of its own will."""
    chat = chat_to_read(world, params["chat_id"])
    if chat.is_private:
        raise bad_request("Method is not available for dialogs")
    chat.bot_status = "left"
    chat.admins.pop(world.bot.id, None)
    world.changes.tell("member", chat.id)
    return SUCCESS
