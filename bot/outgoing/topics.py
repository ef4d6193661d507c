"""A ticket's place in an agent chat: its topic where there are topics, mended when it is gone."""

from dataclasses import replace

from aiogram.exceptions import TelegramBadRequest

from bot.messengers import Messenger
from bot.names import topic_name
from bot.outgoing.parts import Place
from bot.outgoing.recording import record
from bot.outgoing.turns import Turns
from storage import message_map, outbox, tickets
from storage.database import Database
from storage.message_map import Thread
from storage.model import Ticket
from storage.outbox import OutboxRow
from storage.transaction import Transaction

GONE = ("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID")
CARD_GONE = ("message to be replied not found",)
CLOSED = "TOPIC_CLOSED"
OPEN_ALREADY = "TOPIC_NOT_MODIFIED"
NO_FORUM = ("the chat is not a forum", "CHAT_NOT_FORUM", "CHANNEL_FORUM_MISSING")


class Mended(Exception):
    """What an error complained of was mended: the same message may be sent now."""


class Topics:
    """Makes, finds and mends the topics of one messenger's agent chats."""

    def __init__(self, db: Database, messenger: Messenger) -> None:
        self._db = db
        self._messenger = messenger
        self._forums: set[int] = set()

    async def is_forum(self, chat_id: int) -> bool:
        """Whether the chat has topics: asked until it has, and again when an answer says it has
        none any more."""
        if not self._messenger.capabilities.topics:
            return False
        if chat_id not in self._forums and (await self._messenger.bot.get_chat(chat_id)).is_forum:
            self._forums.add(chat_id)
        return chat_id in self._forums

    async def open(self, ticket: Ticket, thread: Thread, turns: Turns) -> Thread:
        """The ticket's place, with a topic where the chat has topics; a new one is recorded. It
        needs no turn of its own, but what is made shall be recorded before anything else is."""
        chat_id = thread.chat.id
        if thread.thread_id is not None or not await self.is_forum(chat_id):
            return thread
        name = topic_name(ticket.ticket_number, ticket.subject, tickets.customer_name(ticket))
        await turns.take()
        topic = await self._messenger.bot.create_forum_topic(chat_id, name)
        thread = replace(thread, thread_id=topic.message_thread_id)
        with turns.held():
            await record(self._db, message_map.keep_thread, thread)
        return thread

    async def mend(self, error: TelegramBadRequest, thread: Thread, row: OutboxRow) -> bool:
        """Whether what the error complains of was mended, so that the same message may be sent.

        A closed topic is opened again; one that is gone is forgotten, with its card and all that
        the row has in it already, so that everything is made anew.
        """
        if CLOSED in error.message and thread.thread_id is not None:
            try:
                await self.reopen(thread)
            except TelegramBadRequest as refusal:
                return await self._forget(refusal, thread, row)
            return True
        return await self._forget(error, thread, row)

    async def reopen(self, thread: Thread) -> None:
        """Open a topic that people closed. Raises TelegramBadRequest where it is gone."""
        assert thread.thread_id is not None
        chat, thread_id = thread.chat, thread.thread_id
        try:
            await self._messenger.bot.reopen_forum_topic(chat.id, thread_id)
        except TelegramBadRequest as refusal:
            if OPEN_ALREADY not in refusal.message:
                raise
        await record(self._db, message_map.topic_closed, chat, thread_id, closed=False)

    async def _forget(self, error: TelegramBadRequest, thread: Thread, row: OutboxRow) -> bool:
        no_forum = any(sign in error.message for sign in NO_FORUM)
        if no_forum:
            self._forums.discard(thread.chat.id)
        elif not any(sign in error.message for sign in (*GONE, *CARD_GONE)):
            return False
        await record(self._db, _forget_place, thread, row)
        return True


def place_of(thread: Thread, *, reply_to: int | None = None) -> Place:
    """Where a ticket's messages go: into its topic, or as replies to its card."""
    if thread.thread_id is not None or reply_to is not None:
        return Place(thread.chat.id, thread.thread_id, reply_to)
    return Place(thread.chat.id, None, thread.card_id, must_reply=True)


def _forget_place(tx: Transaction, thread: Thread, row: OutboxRow) -> None:
    message_map.keep_thread(tx, Thread(thread.ticket_id, thread.chat, None, None, None))
    outbox.keep_progress(tx, row.id, {})
