"""Reactions and chat actions.

https://core.telegram.org/bots/api#setmessagereaction
"""

from __future__ import annotations

import time

from ..access import chat_to_write, message_in, topic_to_write
from ..errors import bad_request
from ..request import Params
from ..world import World
from .registry import method

# https://core.telegram.org/bots/api#reactiontypeemoji
# fmt: off
REACTIONS = frozenset((
    "❤", "👍", "👎", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢",
    "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊", "🤡", "🥱", "🥴", "😍", "🐳",
    "❤‍🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓",
    "🍾", "💋", "🖕", "😈", "😴", "😭", "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈",
    "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿",
    "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂", "🤷", "🤷‍♀",
    "😡",
))
# fmt: on
# https://core.telegram.org/bots/api#sendchataction
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method("setMessageReaction")
def set_message_reaction(world: World, params: Params) -> bool:
    """At most one reaction of the bot; none takes it away."""
    chat = chat_to_write(world, params["chat_id"])
    message = message_in(chat, params["message_id"], "message to react")
    wanted = params.get("reaction") or []
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in wanted:
        emoji = reaction.get("emoji")
        known = emoji in REACTIONS
        allowed = chat.reactions_allowed is None or emoji in chat.reactions_allowed
        if reaction["type"] != "emoji" or not known or not allowed:
            raise bad_request("REACTION_INVALID")
    if message.is_service:
        raise bad_request("REACTION_INVALID")
    if wanted:
        message.reactions[world.bot.id] = wanted
    else:
        message.reactions.pop(world.bot.id, None)
    world.changes.tell("reaction", chat.id, message.id)
    return True


@method("sendChatAction")
def send_chat_action(world: World, params: Params) -> bool:
    """ "typing…" and the like."""
    if params["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = chat_to_write(world, params["chat_id"])
    if "message_thread_id" in params:
        topic_to_write(chat, params["message_thread_id"])
    chat.action_at = time.time()
    world.changes.tell("action", chat.id)
    return True
