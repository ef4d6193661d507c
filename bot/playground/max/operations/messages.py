"""Messages: sent, edited, deleted, read.

https://dev.max.ru/docs-api/methods/POST/messages
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..access import (
    addressed_chat,
    chat_to_read,
    message_to_delete,
    message_to_edit,
    message_to_read,
)
from ..composing import compose, refuse_empty
from ..errors import ApiError, bad_request, denied
from ..limits import Counted
from ..model import Message
from ..request import Params
from ..world import World
from .registry import SUCCESS, operation


@operation("sendMessage")
def send_message(world: World, params: Params) -> Json:
    """One message, whatever it carries."""
    chat = addressed_chat(world, params)
    made = compose(world, chat, params.values)
    refuse_empty(made.get("text", ""), made.get("attachments", []), made.get("forward_of"))
    world.pace.admit(chat, "send")
    return {"message": world.post(chat, world.bot, **made).to_api()}


@operation("editMessage")
def edit_message(world: World, params: Params) -> Json:
    """Replaces what the body names. What is not ready yet is told with status 200 here.

    That MAX's edits do so, other than its sends, bots in production have recorded.
    """
    message = message_to_edit(world, params["message_id"])
    try:
        apply_edit(world, message, params.values, "edit")
    except ApiError as error:
        if error.code != "attachment.not.ready":
            raise
        return {"success": False, "message": error.message}
    return SUCCESS


def apply_edit(world: World, message: Message, body: Json, counted: Counted) -> None:
    """The edit that a body describes: null keeps a part, an empty list of attachments clears."""
    made = compose(world, message.chat, body)
    refuse_empty(
        made.get("text", message.text),
        made.get("attachments", message.attachments),
        made.get("forward_of", message.forward_of),
    )
    world.pace.admit(message.chat, counted)
    world.edit(message, **made)


@operation("deleteMessage")
def delete_message(world: World, params: Params) -> Json:
    """Takes a message away for everybody."""
    message = message_to_delete(world, params["message_id"])
    world.pace.admit(message.chat, "delete")
    world.delete(message, world.bot)
    return SUCCESS


@operation("getMessageById")
def get_message_by_id(world: World, params: Params) -> Json:
    """One message."""
    return message_to_read(world, params["message_id"]).to_api()


@operation("getMessages")
def get_messages(world: World, params: Params) -> Json:
    """Messages by their ids, or the last ones of a chat, the newest first."""
    ids = params.get("message_ids")
    if ids:
        found = [world.by_mid[mid] for mid in ids if mid in world.by_mid]
        readable = [item for item in found if item.from_bot or world.bot_reads(item.chat)]
        return {"messages": [item.to_api() for item in readable]}
    if "chat_id" not in params:
        raise bad_request("Missing required parameter: chat_id or message_ids")
    chat = chat_to_read(world, params["chat_id"])
    if not world.bot_reads(chat):
        raise denied("bot can't read messages of this chat")
    # "from" is the later end: messages are counted back from it.
    latest, earliest = params.get("from", 2**63), params.get("to", 0)
    inside = [item for item in reversed(chat.messages) if earliest <= item.date <= latest]
    return {"messages": [item.to_api() for item in inside[: params.get("count", 50)]]}
