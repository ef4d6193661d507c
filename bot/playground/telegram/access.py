"""What the bot may reach: chats, topics and messages, and the refusals where it may not.

The order of the checks is that of telegram-bot-api's Client::check_chat_access.
"""

from __future__ import annotations

from ..stand_in.checks import Json
from .errors import bad_request, forbidden, not_simulated
from .model import Chat, Message, Topic
from .request import Params
from .world import World

INSIDE = ("member", "administrator", "restricted")


def chat_by_id(world: World, chat_id: int | str) -> Chat:
    """The chat, if the bot can know of it. 400 "chat not found"."""
    if isinstance(chat_id, str):
        name = chat_id.removeprefix("@").lower()
        for chat in world.chats.values():
            if chat_id.startswith("@") and (chat.username or "").lower() == name:
                return chat_by_id(world, chat.id)
        raise bad_request("chat not found")
    found = world.chats.get(chat_id)
    if found is None:
        raise bad_request("chat not found")
    met = found.is_private and world.bot_knows(chat_id)
    if found.bot_status == "absent" and not met:
        raise bad_request("chat not found")
    return found


def chat_to_read(world: World, chat_id: int | str) -> Chat:
    """The chat, if the bot may read it: supergroups are closed to those who left."""
    chat = chat_by_id(world, chat_id)
    if chat.type == "supergroup":
        _refuse_outsider(chat)
    return chat


def chat_to_write(world: World, chat_id: int | str) -> Chat:
    """The chat, if the bot may write there. 403 and 400 as Telegram words them."""
    chat = chat_by_id(world, chat_id)
    if chat.person is not None:
        if chat.bot_status == "deactivated":
            raise forbidden("user is deactivated")
        if chat.bot_status == "kicked":
            raise forbidden("bot was blocked by the user")
        if chat.bot_status == "absent":
            raise forbidden("bot can't initiate conversation with a user")
        return chat
    if chat.migrated_to is not None:
        raise bad_request(
            "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to.id
        )
    _refuse_outsider(chat)
    return chat


def _refuse_outsider(chat: Chat) -> None:
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if chat.bot_status not in INSIDE:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def topic_to_write(chat: Chat, thread_id: int) -> Topic:
    """The topic, if messages can go there: into a closed one where the bot manages topics."""
    topic = chat.topics.get(thread_id)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and not chat.bot_rights.get("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return topic


def message_in(chat: Chat, message_id: int, what: str) -> Message:
    """The message, or 400 "<what> not found"."""
    message = chat.by_id.get(message_id)
    if message is None:
        raise bad_request(f"{what} not found")
    return message


def own_message(world: World, params: Params) -> Message:
    """The bot's message that an edit method names."""
    if "chat_id" not in params:
        raise bad_request("chat identifier is not specified")
    if "message_id" not in params:
        raise bad_request("message identifier is not specified")
    chat = chat_to_write(world, params["chat_id"])
    message = message_in(chat, params["message_id"], "message to edit")
    if not message.from_bot or message.is_service:
        raise bad_request("message can't be edited")
    return message


def reply_target(chat: Chat, reply: Json | None) -> Message | None:
    """The message replied to. Without it: 400, or no reply where the sender allowed that."""
    if reply is None:
        return None
    if "message_id" not in reply:
        raise not_simulated("reply_parameters without message_id")
    if reply.get("chat_id", chat.id) != chat.id:
        raise not_simulated("replies to another chat")
    target = chat.by_id.get(reply["message_id"])
    if target is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    if target is not None and reply.get("quote") and reply["quote"] not in target.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return target
