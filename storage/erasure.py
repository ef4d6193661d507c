"""Erasing a customer: every word and name goes, numbers, states and times stay."""

from dataclasses import dataclass
from uuid import UUID

from storage import (
    dialogs,
    idempotency,
    ids,
    inbox,
    max_messages,
    outbox,
    projects,
    search,
    subscribers,
)
from storage.message_map import Role
from storage.model import CHANNEL, Chat
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, counted."""

    subscriber_id: UUID
    tickets: int
    messages: int
    attachments: int


OF_TICKETS = "SELECT id FROM tickets WHERE subscriber_id = :id"
OF_MESSAGES = f"SELECT id FROM messages WHERE ticket_id IN ({OF_TICKETS})"


def erase(tx: Transaction, project_id: UUID, subscriber_id: UUID) -> Erased:
    """Erase the subscriber's names, chat, context, subjects, texts and files. Raises NotFound."""
    subscriber = subscribers.get(tx, project_id, subscriber_id)
    idempotency.forget(tx, project_id, subscriber_id)
    files = tx.run(f"DELETE FROM attachments WHERE message_id IN ({OF_MESSAGES})", id=subscriber_id)
    search.forget(tx, subscriber_id)
    texts = tx.run(
        "UPDATE messages SET text = '', entities = '[]', original_text = NULL,"
        " original_entities = NULL, author_name = CASE author WHEN 'customer' THEN ''"
        f" ELSE author_name END WHERE ticket_id IN ({OF_TICKETS})",
        id=subscriber_id,
    )
    tx.run(f"DELETE FROM message_sources WHERE message_id IN ({OF_MESSAGES})", id=subscriber_id)
    # Topics and cards stay known, so that cards lose the words and agents who write there are told.
    tx.run(
        f"DELETE FROM message_copies WHERE ticket_id IN ({OF_TICKETS}) AND role <> :card",
        id=subscriber_id,
        card=Role.CARD,
    )
    _wake_senders(tx, subscriber_id)
    for table in ("outbox", "webhook_deliveries"):
        tx.run(f"DELETE FROM {table} WHERE ticket_id IN ({OF_TICKETS})", id=subscriber_id)
    tickets = tx.run(
        "UPDATE tickets SET subject = '', context = '{}' WHERE subscriber_id = :id",
        id=subscriber_id,
    )
    tx.run(
        "UPDATE requests SET context = '{}', owner_channel = NULL, owner_chat_id = NULL"
        " WHERE subscriber_id = :id",
        id=subscriber_id,
    )
    project = projects.get(tx, project_id)
    carded = tx.all(
        f"SELECT DISTINCT ticket_id FROM ticket_threads WHERE ticket_id IN ({OF_TICKETS})",
        id=subscriber_id,
    )
    for row in carded:
        outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ids.parse(row["ticket_id"]))
    chat = subscriber.chat
    tx.run(
        "UPDATE subscribers SET chat_id = NULL, user_id = NULL, first_name = NULL,"
        " last_name = NULL, username = NULL, locale = NULL, status = 'erased', updated_at = :now"
        " WHERE id = :id",
        id=subscriber_id,
        now=tx.now_ms,
    )
    if chat is not None and not subscribers.of_chat(tx, chat):
        dialogs.forget(tx, chat)
        inbox.forget(tx, chat)
        max_messages.forget(tx, chat)
    return Erased(subscriber_id, tickets, texts, files)


def _wake_senders(tx: Transaction, subscriber_id: UUID) -> None:
    """What they picked to be sent is erased."""
    rows = tx.all(
        "SELECT DISTINCT channel, chat_id, kind = 'mark' AS marks FROM outbox"
        f" WHERE status = 'pending' AND ticket_id IN ({OF_TICKETS})",
        id=subscriber_id,
    )
    for row in rows:
        chat = Chat(CHANNEL[row["channel"]], row["chat_id"])
        outbox.wake(tx, chat, marks=bool(row["marks"]))
