"""Which messenger message is which ticket message, both ways; and each ticket's topic and card."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from storage import ids
from storage.model import CHANNEL, Channel, Chat, Source, Word
from storage.transaction import Row, Transaction

CHAT = "channel = :channel AND chat_id = :chat_id"
SUPERGROUPS = -1_000_000_000_000
"""Telegram's ids from here down are supergroups', where everybody counts messages alike; in its
other chats every bot counts for itself (core.telegram.org/api/bots/ids)."""


class Role(Word):
    """What a messenger message of ours is to its ticket."""

    CARD = "card"
    MESSAGE = "message"
    NOTICE = "notice"
    ASIDE = "aside"
    """Not ours: a command of agents, or what nobody can pass on."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A messenger message of a ticket that is none of its sources; as a rule we made it.
    `message_id` is None where it carries no ticket message."""

    chat: Chat
    native_id: int
    message_id: UUID | None
    ticket_id: UUID
    role: Role
    part: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket's place in an agent chat. `card_content` is a digest of what the card shows now;
    `closed` is whether people closed the topic."""

    ticket_id: UUID
    chat: Chat
    thread_id: int | None
    card_id: int | None
    card_content: str | None
    closed: bool = False


def record_source(tx: Transaction, source: Source, message_id: UUID, ticket_id: UUID) -> None:
    """Remember what the messenger messages of `source` became."""
    for native_id in source.native_ids:
        tx.insert(
            "message_sources",
            channel=source.chat.channel,
            chat_id=source.chat.id,
            native_id=native_id,
            message_id=message_id,
            ticket_id=ticket_id,
            media_group_id=source.media_group_id,
        )


def message_from(tx: Transaction, chat: Chat, native_id: int) -> UUID | None:
    """The ticket message that an incoming messenger message became."""
    row = tx.one(
        f"SELECT message_id FROM message_sources WHERE {CHAT} AND native_id = :native_id",
        channel=chat.channel,
        chat_id=chat.id,
        native_id=native_id,
    )
    return None if row is None else ids.parse(row["message_id"])


def album_message(tx: Transaction, chat: Chat, media_group_id: str) -> UUID | None:
    """The ticket message that the earlier parts of an album became."""
    row = tx.one(
        f"SELECT message_id FROM message_sources WHERE {CHAT}"
        " AND media_group_id = :media_group_id ORDER BY native_id LIMIT 1",
        channel=chat.channel,
        chat_id=chat.id,
        media_group_id=media_group_id,
    )
    return None if row is None else ids.parse(row["message_id"])


def sources_of(tx: Transaction, message_id: UUID) -> list[tuple[Chat, int]]:
    """The messenger messages that a ticket message came from, first part first."""
    rows = tx.all(
        "SELECT channel, chat_id, native_id FROM message_sources WHERE message_id = :id"
        " ORDER BY native_id",
        id=message_id,
    )
    return [(_chat(row), row["native_id"]) for row in rows]


def ticket_of(tx: Transaction, chat: Chat, native_id: int) -> UUID | None:
    """The ticket that a messenger message belongs to, whether it came in or we made it."""
    row = tx.one(
        f"SELECT ticket_id FROM message_sources WHERE {CHAT} AND native_id = :native_id"
        f" UNION ALL SELECT ticket_id FROM message_copies WHERE {CHAT}"
        " AND native_id = :native_id LIMIT 1",
        channel=chat.channel,
        chat_id=chat.id,
        native_id=native_id,
    )
    return None if row is None else ids.parse(row["ticket_id"])


def record_copies(tx: Transaction, copies: Iterable[Copy]) -> None:
    for copy in copies:
        tx.run(
            "INSERT INTO message_copies"
            " (channel, chat_id, native_id, message_id, ticket_id, role, part, sent_at)"
            " VALUES (:channel, :chat_id, :native_id, :message_id, :ticket_id, :role, :part, :now)"
            " ON CONFLICT DO NOTHING",
            channel=copy.chat.channel,
            chat_id=copy.chat.id,
            native_id=copy.native_id,
            message_id=copy.message_id or "",
            ticket_id=copy.ticket_id,
            role=copy.role,
            part=copy.part,
            now=tx.now_ms,
        )


def copies_of(tx: Transaction, ticket_id: UUID, message_id: UUID, chat: Chat) -> list[Copy]:
    """The messenger messages in `chat` that carry a ticket message, first part first."""
    rows = tx.all(
        f"SELECT * FROM message_copies WHERE ticket_id = :ticket_id AND message_id = :id AND {CHAT}"
        " ORDER BY part, native_id",
        ticket_id=ticket_id,
        id=message_id,
        channel=chat.channel,
        chat_id=chat.id,
    )
    return [_copy(row) for row in rows]


def carried_by(tx: Transaction, chat: Chat, native_id: int) -> list[Copy]:
    """What one messenger message of ours carries: ticket messages in their order, and perhaps words
    of the desk, whose `message_id` is None."""
    rows = tx.all(
        "SELECT c.* FROM message_copies c LEFT JOIN messages m ON m.id = c.message_id"
        " WHERE c.channel = :channel AND c.chat_id = :chat_id AND c.native_id = :native_id"
        " ORDER BY m.seq",
        channel=chat.channel,
        chat_id=chat.id,
        native_id=native_id,
    )
    return [_copy(row) for row in rows]


def quoted(tx: Transaction, source: Source, chat: Chat) -> int | None:
    """The native id in `chat` of the message that `source` answers, which came from there and was
    shown alone. A card is answered for its ticket, not for its words."""
    if source.reply_to is None:
        return None
    carried = carried_by(tx, source.chat, source.reply_to)
    if len(carried) != 1 or carried[0].role is not Role.MESSAGE or carried[0].message_id is None:
        return None
    sources = sources_of(tx, carried[0].message_id)
    return next((native_id for place, native_id in sources if place == chat), None)


def forget_copy(tx: Transaction, chat: Chat, native_id: int) -> None:
    """A messenger message of ours is gone."""
    tx.run(
        f"DELETE FROM message_copies WHERE {CHAT} AND native_id = :native_id",
        channel=chat.channel,
        chat_id=chat.id,
        native_id=native_id,
    )


def thread(tx: Transaction, ticket_id: UUID, chat: Chat) -> Thread:
    """A ticket's place in `chat`; without topic and card where it has none yet."""
    row = tx.one(
        "SELECT thread_id, card_id, card_content, closed FROM ticket_threads"
        f" WHERE ticket_id = :ticket_id AND {CHAT}",
        ticket_id=ticket_id,
        channel=chat.channel,
        chat_id=chat.id,
    )
    if row is None:
        return Thread(ticket_id, chat, None, None, None)
    thread_id, card_id, card_content, closed = row
    return Thread(ticket_id, chat, thread_id, card_id, card_content, bool(closed))


def keep_thread(tx: Transaction, thread: Thread) -> None:
    """Record where a ticket's topic and card are now. A new topic is open; whether another is,
    `topic_closed` tells."""
    tx.run(
        "INSERT INTO ticket_threads"
        " (ticket_id, channel, chat_id, thread_id, card_id, card_content)"
        " VALUES (:ticket_id, :channel, :chat_id, :thread_id, :card_id, :card_content)"
        " ON CONFLICT (ticket_id, channel, chat_id) DO UPDATE SET thread_id = excluded.thread_id,"
        " card_id = excluded.card_id, card_content = excluded.card_content, closed = CASE"
        " WHEN ticket_threads.thread_id = excluded.thread_id THEN ticket_threads.closed ELSE 0 END",
        ticket_id=thread.ticket_id,
        channel=thread.chat.channel,
        chat_id=thread.chat.id,
        thread_id=thread.thread_id,
        card_id=thread.card_id,
        card_content=thread.card_content,
    )


def topic_closed(tx: Transaction, chat: Chat, thread_id: int, *, closed: bool) -> None:
    """A topic was closed, or opened again; nothing happens where it is no ticket's."""
    tx.run(
        f"UPDATE ticket_threads SET closed = :closed WHERE {CHAT} AND thread_id = :thread_id",
        closed=int(closed),
        channel=chat.channel,
        chat_id=chat.id,
        thread_id=thread_id,
    )


def ticket_of_thread(tx: Transaction, chat: Chat, thread_id: int) -> UUID | None:
    """The ticket whose topic this is."""
    row = tx.one(
        f"SELECT ticket_id FROM ticket_threads WHERE {CHAT} AND thread_id = :thread_id",
        channel=chat.channel,
        chat_id=chat.id,
        thread_id=thread_id,
    )
    return None if row is None else ids.parse(row["ticket_id"])


def forget_other_bot(tx: Transaction) -> None:
    """Another bot speaks in Telegram now. Its first messages have the numbers that those of the bot
    before it had: they would be taken for them, and so for handled."""
    for table in ("message_sources", "message_copies", "ticket_threads"):
        tx.run(
            f"DELETE FROM {table} WHERE channel = :channel AND chat_id > :supergroups",
            channel=Channel.TELEGRAM,
            supergroups=SUPERGROUPS,
        )


def sent_since(tx: Transaction, channel: str, since_ms: int) -> list[tuple[int, int]]:
    """(chat id, moment in ms) of every messenger message made since then, for the pace.

    The parts of an album are recorded together, and count as one. Words that belong to no ticket
    have no copies; the outbox tells when they were sent.
    """
    # By the index of times: all that was ever sent through a channel is much more.
    rows = tx.all(
        "SELECT DISTINCT chat_id, sent_at FROM message_copies"
        " WHERE channel || '' = :channel AND sent_at >= :since AND role <> 'aside'"
        " UNION ALL SELECT chat_id, finished_at FROM outbox"
        " WHERE channel = :channel AND finished_at >= :since AND status = 'sent'"
        " AND ticket_id IS NULL",
        channel=channel,
        since=since_ms,
    )
    return [(row["chat_id"], row["sent_at"]) for row in rows]


def _chat(row: Row) -> Chat:
    return Chat(CHANNEL[row["channel"]], row["chat_id"])


def _copy(row: Row) -> Copy:
    return Copy(
        chat=_chat(row),
        native_id=row["native_id"],
        message_id=ids.parse(row["message_id"]) if row["message_id"] else None,
        ticket_id=ids.parse(row["ticket_id"]),
        role=Role(row["role"]),
        part=row["part"],
    )
