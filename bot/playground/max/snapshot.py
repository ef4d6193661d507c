"""Chats and messages as JSON, for a page: the same fields as of every other messenger."""

from __future__ import annotations

from ..stand_in.checks import Json
from .model import Chat, Message


def message_state(message: Message) -> Json:
    """One message as people see it."""
    return {
        "id": message.id,
        "chat_id": message.chat.id,
        "topic_id": message.topic,
        "sender": message.sender.name,
        "sender_id": message.sender.id,
        "from_bot": message.from_bot,
        "kind": message.kind,
        "service": message.is_service,
        "text": message.text,
        "html": message.html,
        "files": _file_states(message),
        "album": message.id if len(message.files) > 1 else None,
        "reply_to": message.reply_to.id if message.reply_to else None,
        "buttons": [
            [{"label": key["text"], "url": key.get("url")} for key in row] for row in message.keys
        ],
        "reactions": list(message.emojis),
        "edited": message.edit_date is not None,
        "date": message.date // 1000,
    }


def _file_states(message: Message) -> list[Json]:
    """All files of the message: an album is one."""
    return [
        {
            "kind": item.name,
            "name": item.file.name,
            "mime_type": item.file.mime_type,
            "size": item.file.size,
            "path": item.file.path,
        }
        for item in message.attachments
        if item.file is not None
    ]


def chat_state(chat: Chat) -> Json:
    """One chat with its messages."""
    return {
        "id": chat.id,
        "type": "private" if chat.is_private else "group",
        "title": chat.title or (chat.person.name if chat.person else ""),
        "forum": chat.forum,
        "bot": chat.bot_status,
        "action_at": chat.action_at,
        "members": [{"id": user.id, "name": user.name} for user in chat.members.values()],
        "topics": [],
        "messages": [message_state(message) for message in chat.messages],
    }
