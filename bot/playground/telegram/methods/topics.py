"""Forum topics.

https://core.telegram.org/bots/api#createforumtopic; error texts as in tdlib's
ForumTopicManager.cpp.
"""

from __future__ import annotations

from typing import Any

from ...stand_in.checks import Json
from ..access import chat_to_write
from ..errors import bad_request
from ..model import Chat, Topic
from ..request import Params
from ..world import World
from .registry import method

# https://core.telegram.org/bots/api#createforumtopic, "icon_color"
COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def _forum(world: World, params: Params) -> Chat:
    chat = chat_to_write(world, params["chat_id"])
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params["message_thread_id"])
    if topic is None or topic.deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _topic_to(act: str, world: World, params: Params) -> Topic:
    """The topic, if the bot opened it or may manage all of them."""
    chat = _forum(world, params)
    topic = _topic(chat, params)
    if topic.creator is not world.bot and not chat.bot_rights.get("can_manage_topics"):
        raise bad_request(f"not enough rights to {act} the topic")
    return topic


@method("createForumTopic")
def create_forum_topic(world: World, params: Params) -> Json:
    """A new topic; needs the right to manage topics."""
    chat = _forum(world, params)
    if not chat.bot_rights.get("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = params["name"].strip()
    if not name:
        raise bad_request("title must be non-empty")
    icon: dict[str, Any] = {}
    if "icon_color" in params:
        if params["icon_color"] not in COLORS:
            raise bad_request("invalid forum topic icon color specified")
        icon["icon_color"] = params["icon_color"]
    if params.get("icon_custom_emoji_id"):
        icon["icon_custom_emoji_id"] = params["icon_custom_emoji_id"]
    topic = world.open_topic(chat, world.bot, name, **icon)
    found: Json = {"message_thread_id": topic.id, "name": name, "icon_color": topic.icon_color}
    return found | {key: value for key, value in icon.items() if value}


@method("editForumTopic")
def edit_forum_topic(world: World, params: Params) -> bool:
    """Another name or icon; 400 TOPIC_NOT_MODIFIED where nothing changes."""
    topic = _topic_to("edit", world, params)
    changed: Json = {}
    name = params.get("name", "").strip()
    if name and name != topic.name:
        changed["name"] = topic.name = name
    icon = params.get("icon_custom_emoji_id")
    if icon is not None and icon != (topic.icon_custom_emoji_id or ""):
        topic.icon_custom_emoji_id = icon or None
        changed["icon_custom_emoji_id"] = icon
    if not changed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    world.change_topic(topic, world.bot, "forum_topic_edited", changed)
    return True


def _toggle(world: World, params: Params, *, closed: bool) -> bool:
    topic = _topic_to("close or open", world, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    world.change_topic(topic, world.bot, kind, {})
    return True


@method("closeForumTopic")
def close_forum_topic(world: World, params: Params) -> bool:
    """Closes an open topic."""
    return _toggle(world, params, closed=True)


@method("reopenForumTopic")
def reopen_forum_topic(world: World, params: Params) -> bool:
    """Opens a closed topic."""
    return _toggle(world, params, closed=False)


@method("deleteForumTopic")
def delete_forum_topic(world: World, params: Params) -> bool:
    """Deletes a topic with its messages; needs the right to delete messages."""
    chat = _forum(world, params)
    topic = _topic(chat, params)
    if not chat.bot_rights.get("can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    world.delete_topic(topic)
    return True
