"""A ticket's place in an agent chat: its topic where there are topics, mended when it is gone."""

from dataclasses import replace

from aiogram.exceptions import TelegramBadRequest

from bot.messengers import Messenger
from bot.names import topic_name
from bot.outgoing.parts import Place
from bot.outgoing.recording import record
from storage import message_map, outbox, tickets
from storage.database import Database, Transaction
from storage.message_map import Thread
from storage.model import Chat, Ticket
from storage.outbox import OutboxRow

GONE = ("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID")
CLOSED = ("TOPIC_CLOSED",)
NO_FORUM = ("the chat is not a forum", "CHAT_NOT_FORUM", "CHANNEL_FORUM_MISSING")


class Topics:
    """Makes, finds and mends the topics of one messenger's agent chats."""

    def __init__(self, db: Database, messenger: Messenger) -> None:
        self._db = db
        self._messenger = messenger
        self._forums: dict[int, bool] = {}

    async def is_forum(self, chat_id: int) -> bool:
        """Whether the chat has topics; asked once, and again when an answer says otherwise."""
        if not self._messenger.capabilities.topics:
            return False
        if chat_id not in self._forums:
            chat = await self._messenger.bot.get_chat(chat_id)
            self._forums[chat_id] = bool(chat.is_forum)
        return self._forums[chat_id]

    async def open(self, ticket: Ticket, thread: Thread) -> Thread:
        """The ticket's place, with a topic where the chat has topics; a new one is recorded."""
        chat_id = thread.chat.id
        if thread.thread_id is not None or not await self.is_forum(chat_id):
            return thread
        name = topic_name(ticket.ticket_number, ticket.subject, tickets.customer_name(ticket))
        topic = await self._messenger.bot.create_forum_topic(chat_id, name)
        thread = replace(thread, thread_id=topic.message_thread_id)
        await record(self._db, message_map.keep_thread, thread)
        return thread

    async def mend(self, error: TelegramBadRequest, thread: Thread, row: OutboxRow) -> bool:
        """Whether what the error complains of was mended, so that the same message may be sent.

        A closed topic is opened again; one that is gone is forgotten, with its card and all that
        the row has in it already, so that everything is made anew.
        """
        text = error.message
        if any(sign in text for sign in NO_FORUM):
            self._forums.pop(thread.chat.id, None)
            return True
        if thread.thread_id is None:
            return False
        if any(sign in text for sign in CLOSED):
            await self._messenger.bot.reopen_forum_topic(thread.chat.id, thread.thread_id)
            return True
        if any(sign in text for sign in GONE):
            await record(self._db, _forget_topic, thread, row)
            return True
        return False

    def forget(self, chat: Chat) -> None:
        """What was known of a chat may have changed."""
        self._forums.pop(chat.id, None)


def place_of(thread: Thread, *, reply_to: int | None = None) -> Place:
    """Where a ticket's messages go: into its topic, or as replies to its card."""
    if thread.thread_id is not None:
        return Place(thread.chat.id, thread.thread_id, reply_to)
    return Place(thread.chat.id, None, reply_to or thread.card_id)


def _forget_topic(tx: Transaction, thread: Thread, row: OutboxRow) -> None:
    message_map.keep_thread(tx, Thread(thread.ticket_id, thread.chat, None, None, None))
    outbox.keep_progress(tx, row.id, {})
