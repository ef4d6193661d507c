"""Opening tickets: from a customer's messenger, or from a back-end."""

from collections.abc import Mapping
from dataclasses import field
from uuid import UUID

from pydantic_core import to_json

from storage import (
    events,
    message_map,
    messages,
    notices,
    outbox,
    projects,
    requests,
    subscribers,
    ticket_types,
    tickets,
)
from storage.errors import HelpdeskCreateDisabled, HelpdeskDisabled, ValidationFailed
from storage.model import (
    Author,
    Channel,
    Content,
    Priority,
    Project,
    Source,
    Status,
    Subscriber,
    Ticket,
    TicketType,
    noun,
)
from storage.transaction import Transaction

SUBJECT_LENGTH = 80
"""Characters of the first line that become the subject where none is given."""


@noun
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
    if channel is not Channel.VIRTUAL and chat_id is not None and chat_id <= 0:
        # Both messengers give groups negative ids, and customers are people.
        raise ValidationFailed("chat_id", "must be a private chat's, which is above 0")
    project = projects.get(tx, project_id)
    if not project.helpdesk_enabled:
        raise HelpdeskDisabled
    if chat_id is None:
        subscriber = subscribers.add_virtual(tx, project_id, first_name, username)
    else:
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
    kind = None
    if new.ticket_type_id is not None:
        kind = ticket_types.choose(tx, project.id, new.ticket_type_id)
    ticket = _write(tx, project, subscriber, new, kind, from_chat=source is not None)
    message = messages.add(
        tx,
        ticket,
        new.content,
        author=Author.CUSTOMER,
        author_name=tickets.customer_name(ticket),
        source=source,
    )
    outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket.id)
    events.opened(tx, ticket, message)
    if subscriber.channel is Channel.VIRTUAL:
        return ticket
    if new.previous is None:
        notices.notify_customer(
            tx,
            subscriber,
            ticket.id,
            "ticket_created",
            reply_to=source.native_ids[0] if source else None,
            number=ticket.ticket_number,
        )
    subscribers.focus(tx, subscriber.id, ticket.id)
    return ticket


def _write(
    tx: Transaction,
    project: Project,
    subscriber: Subscriber,
    new: NewTicket,
    kind: TicketType | None,
    *,
    from_chat: bool,
) -> Ticket:
    """Insert the ticket with the project's next number. What a website sent along with a request
    is for the ticket that its customer then writes, not for one of a back-end."""
    ticket_id = tx.new_id()
    context = new.context
    if not context and from_chat:
        context = requests.take_context(tx, subscriber.id, ticket_id)
    subject = new.subject or subject_from(new.content)
    number = _next_number(tx, project.id)
    tx.insert(
        "tickets",
        id=ticket_id,
        project_id=project.id,
        number=number,
        subscriber_id=subscriber.id,
        channel=subscriber.channel,
        subject=subject,
        priority=new.priority,
        ticket_type_id=None if kind is None else kind.id,
        context=to_json(dict(context)).decode() if context else "{}",
        previous_ticket_id=new.previous,
        created_at=tx.now_ms,
        updated_at=tx.now_ms,
    )
    return Ticket(
        id=ticket_id,
        project_id=project.id,
        ticket_number=number,
        subject=subject,
        status=Status.NEW,
        priority=new.priority,
        channel=subscriber.channel,
        ticket_type_id=None if kind is None else kind.id,
        ticket_type_name=None if kind is None else kind.name,
        assigned_to=None,
        assigned_name=None,
        customer=subscribers.as_customer(subscriber),
        context=context,
        rating=None,
        previous_ticket_id=new.previous,
        created_at=tx.now,
        updated_at=tx.now,
        first_reply_at=None,
        closed_at=None,
    )


def _next_number(tx: Transaction, project_id: UUID) -> int:
    """One more than the last: no ticket is ever deleted, and one writer makes them all."""
    row = tx.one(
        "SELECT max(number) FROM tickets WHERE project_id = :project_id",
        project_id=project_id,
    )
    assert row is not None
    last: int | None = row[0]
    return (last or 0) + 1


def subject_from(content: Content) -> str:
    """The first line with words in it, cut; else the kind of the first file, such as [photo]."""
    for line in content.text.splitlines():
        if words := " ".join(line.split()):
            return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1] + "…"
    return f"[{content.attachments[0].kind}]" if content.attachments else ""
