"""Answers to tickets as they are by then: what a test has in hand is how a ticket was."""

from typing import Any
from uuid import UUID

from storage import conversation, tickets
from storage.model import Content, Message
from storage.transaction import Transaction


def reply(
    tx: Transaction, /, project_id: UUID, ticket_id: UUID, content: Content, **how: Any
) -> Message:
    """`conversation.reply` by the ticket's id."""
    ticket = tickets.get(tx, project_id, ticket_id)
    return conversation.reply(tx, ticket, content, **how)
