"""What people do to a ticket's topic. What is gone tells itself when something is sent there."""

from aiogram.types import Message

from bot.messengers import Messenger
from storage import message_map
from storage.database import Database


async def closed_or_reopened(message: Message, db: Database, messenger: Messenger) -> None:
    """Remember whether a topic is closed: a bot that manages topics may write into it all the
    same, and agents who don't could not answer there."""
    thread_id = message.message_thread_id
    if thread_id is None:
        return
    chat = messenger.chat(message.chat.id)
    closed = message.forum_topic_closed is not None
    await db.write(message_map.topic_closed, chat, thread_id, closed=closed)
