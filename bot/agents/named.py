"""Tickets told by the words of a card, or the name of a topic, that the desk does not know of.

The answer to making it was lost on the way, so that another one was made, or is not recorded yet.
"""

import re
from uuid import UUID

from aiogram.types import Message

from bot.agents.card import SUBJECT_LENGTH
from bot.names import isolate, topic_name
from storage import tickets
from storage.errors import TicketNotFound
from storage.model import Ticket
from storage.transaction import Transaction

_HEAD = re.compile(r"#(\d{1,9})(?: |$)")


def head_of(message: Message) -> str:
    """The first line of the bot's message that this one answers, or the name of the bot's topic
    that it is in; empty where there is none."""
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or not answered.from_user.is_bot:
        return ""
    topic = answered.forum_topic_created
    return topic.name if topic else (answered.text or "").partition("\n")[0]


def ticket_named(tx: Transaction, project_id: UUID, head: str) -> Ticket | None:
    """The ticket whose card or topic begins exactly so."""
    found = _HEAD.match(head)
    if found is None:
        return None
    try:
        ticket = tickets.by_number(tx, project_id, int(found[1]))
    except TicketNotFound:
        return None
    number, subject = ticket.ticket_number, ticket.subject
    card = f"#{number} {isolate(subject, SUBJECT_LENGTH)}".rstrip()
    topic = topic_name(number, subject, tickets.customer_name(ticket))
    return ticket if head in (card, topic) else None
