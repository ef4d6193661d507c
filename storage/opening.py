"""Opening tickets: from a customer's messenger, or from a back-end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from storage import (
    message_map,
    messages,
    outbox,
    projects,
    requests,
    subscribers,
    ticket_types,
    tickets,
)
from storage.database import Transaction
from storage.errors import HelpdeskCreateDisabled, HelpdeskDisabled, NotFound, ValidationFailed
from storage.model import Author, Channel, Content, Priority, Project, Source, Subscriber, Ticket

SUBJECT_LENGTH = 80
"""Characters of the first line that become the subject where none is given."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket starts with. Without a subject the first line of the text is it."""

    content: Content
    subject: str | None = None
    ticket_type_id: UUID | None = None
    priority: Priority = Priority.NORMAL
    context: Mapping[str, str] = field(default_factory=dict)
    previous: UUID | None = None


def by_customer(tx: Transaction, subscriber: Subscriber, new: NewTicket, source: Source) -> Ticket:
    """A ticket from a messenger. The same source again returns the ticket it made.

    Raises HelpdeskDisabled and HelpdeskCreateDisabled as the project's settings say.
    """
    made = message_map.ticket_of(tx, source.chat, source.native_ids[0])
    if made is not None:
        return tickets.of_customer(tx, made, source.chat)
    project = projects.get(tx, subscriber.project_id)
    if not project.helpdesk_allow_create:
        raise HelpdeskCreateDisabled
    return open_ticket(tx, project, subscriber, new, source)


def by_backend(
    tx: Transaction,
    project_id: UUID,
    new: NewTicket,
    *,
    channel: Channel = Channel.VIRTUAL,
    chat_id: int | None = None,
    first_name: str | None = None,
    username: str | None = None,
) -> Ticket:
    """A ticket from the REST API; it subscribes the customer. Raises HelpdeskDisabled."""
    if channel is not Channel.VIRTUAL and chat_id is None:
        raise ValidationFailed("chat_id", "is required for this channel")
    project = projects.get(tx, project_id)
    if not project.helpdesk_enabled:
        raise HelpdeskDisabled
    subscriber = subscribers.upsert(
        tx, project_id, channel, chat_id, first_name=first_name, username=username
    )
    return open_ticket(tx, project, subscriber, new, None)


def open_ticket(
    tx: Transaction,
    project: Project,
    subscriber: Subscriber,
    new: NewTicket,
    source: Source | None,
) -> Ticket:
    """Make the ticket with its number, first message, card and confirmation.

    A ticket that continues a closed one (`previous`) is confirmed by the caller, who names both.
    """
    if not project.helpdesk_enabled:
        raise HelpdeskDisabled
    if new.ticket_type_id is not None:
        _check_type(tx, project.id, new.ticket_type_id)
    ticket_id = tx.new_id()
    number = tx.one(
        "UPDATE projects SET last_ticket_number = last_ticket_number + 1 WHERE id = :id"
        " RETURNING last_ticket_number",
        id=str(project.id),
    )
    assert number is not None
    context = new.context or requests.take_context(tx, subscriber.id, ticket_id)
    tx.insert(
        "tickets",
        id=str(ticket_id),
        project_id=str(project.id),
        number=number[0],
        subscriber_id=str(subscriber.id),
        channel=subscriber.channel,
        subject=new.subject or subject_from(new.content),
        priority=new.priority,
        ticket_type_id=None if new.ticket_type_id is None else str(new.ticket_type_id),
        context=json.dumps(dict(context), ensure_ascii=False) if context else "{}",
        previous_ticket_id=None if new.previous is None else str(new.previous),
        created_at=tx.now_ms,
        updated_at=tx.now_ms,
    )
    if new.subject:
        tx.insert("subject_words", words=new.subject, ticket_id=str(ticket_id))
    ticket = tickets.get(tx, project.id, ticket_id)
    messages.add(
        tx,
        ticket,
        new.content,
        author=Author.CUSTOMER,
        author_name=tickets.customer_name(ticket),
        source=source,
    )
    outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket_id)
    reply_to = source.native_ids[0] if source else None
    if new.previous is None:
        outbox.notify_customer(
            tx, subscriber, ticket_id, "ticket_created", reply_to=reply_to, number=number[0]
        )
    if subscriber.channel is not Channel.VIRTUAL:
        subscribers.focus(tx, subscriber.id, ticket_id)
    return ticket


def _check_type(tx: Transaction, project_id: UUID, type_id: UUID) -> None:
    try:
        active = ticket_types.get(tx, project_id, type_id).active
    except NotFound:
        active = False
    if not active:
        raise ValidationFailed("ticket_type_id", "is no active ticket type of this project")


def subject_from(content: Content) -> str:
    """The first line with words in it, cut; else the kind of the first file, such as [photo]."""
    for line in content.text.splitlines():
        if words := " ".join(line.split()):
            return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1] + "…"
    return f"[{content.attachments[0].kind}]" if content.attachments else ""
