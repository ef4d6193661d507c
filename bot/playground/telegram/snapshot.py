"""Chats and messages as JSON, for a page."""

from __future__ import annotations

from ..stand_in.checks import Json
from .model import Chat, Message


def message_state(message: Message) -> Json:
    """One message as people see it."""
    return {
        "id": message.id,
        "chat_id": message.chat.id,
        "topic_id": message.topic.id if message.topic else None,
        "sender": (message.sender_chat and message.sender_chat.title)
        or (message.sender.name if message.sender else None),
        "sender_id": message.sender.id if message.sender else None,
        "from_bot": message.from_bot,
        "kind": message.kind,
        "service": message.is_service,
        "text": message.text,
        "html": message.html,
        "files": _file_states(message),
        "album": message.album,
        "reply_to": message.reply_to.id if message.reply_to else None,
        "buttons": [
            [{"label": key["text"], "url": key.get("url")} for key in row] for row in message.keys
        ],
        "reactions": message.emojis,
        "edited": message.edit_date is not None,
        "date": message.date,
    }


def _file_states(message: Message) -> list[Json]:
    """At most one: an album is several messages."""
    file = message.media
    if file is None:
        return []
    state = {"kind": file.kind, "name": file.name, "mime_type": file.mime_type}
    return [{**state, "size": file.size, "path": file.path}]


def chat_state(chat: Chat) -> Json:
    """One chat with its topics and messages."""
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title or (chat.person.name if chat.person else ""),
        "forum": chat.forum,
        "bot": chat.bot_status,
        "action_at": chat.action_at,
        "members": [{"id": user.id, "name": user.name} for user in chat.members.values()],
        "topics": [
            {"id": topic.id, "name": topic.name, "closed": topic.closed}
            for topic in chat.topics.values()
            if not topic.deleted
        ],
        "messages": [message_state(message) for message in chat.messages],
    }
