"""Tickets: read, and changed with all that must go out because of it. `opening` makes them."""

from uuid import UUID

from pydantic_core import from_json

from storage import agents, events, ids, lifecycle, notices, outbox, projects, subscribers
from storage.errors import TicketNotFound, ValidationFailed
from storage.model import CHANNEL, Chat, Customer, Priority, Status, Ticket, by_value
from storage.transaction import Row, Transaction, from_ms, optional_ms

# In the order in which `ticket_from` takes them.
SELECT = (
    "SELECT t.id, t.project_id, t.number, t.subject, t.status, t.priority, t.channel,"
    " t.ticket_type_id, y.name, t.assigned_to, a.name,"
    " CASE s.status WHEN 'erased' THEN NULL ELSE s.id END, s.chat_id, s.first_name, s.username,"
    " t.context, t.rating, t.previous_ticket_id,"
    " t.created_at, t.updated_at, t.first_reply_at, t.closed_at FROM tickets t"
    " JOIN subscribers s ON s.id = t.subscriber_id"
    " LEFT JOIN ticket_types y ON y.id = t.ticket_type_id"
    " LEFT JOIN agents a ON a.id = t.assigned_to"
)
STATUS, PRIORITY = by_value(Status), by_value(Priority)


def get(tx: Transaction, project_id: UUID, ticket_id: UUID) -> Ticket:
    """Raises TicketNotFound, for another project's ticket too."""
    row = tx.one(
        f"{SELECT} WHERE t.id = :id AND t.project_id = :project_id",
        id=ticket_id,
        project_id=project_id,
    )
    if row is None:
        raise TicketNotFound
    return ticket_from(row)


def by_number(tx: Transaction, project_id: UUID, number: int) -> Ticket:
    """Raises TicketNotFound."""
    row = tx.one(
        f"{SELECT} WHERE t.project_id = :project_id AND t.number = :number",
        project_id=project_id,
        number=number,
    )
    if row is None:
        raise TicketNotFound
    return ticket_from(row)


def of_customer(tx: Transaction, ticket_id: UUID, chat: Chat) -> Ticket:
    """A ticket of the customer in `chat`. Raises TicketNotFound for anybody else's."""
    row = tx.one(
        f"{SELECT} WHERE t.id = :id AND s.channel = :channel AND s.chat_id = :chat_id",
        id=ticket_id,
        channel=chat.channel,
        chat_id=chat.id,
    )
    if row is None:
        raise TicketNotFound
    return ticket_from(row)


def of_message(tx: Transaction, message_id: UUID) -> Ticket:
    """The ticket that a message is in. Raises TicketNotFound."""
    row = tx.one(f"{SELECT} JOIN messages m ON m.ticket_id = t.id WHERE m.id = :id", id=message_id)
    if row is None:
        raise TicketNotFound
    return ticket_from(row)


def last_closed(tx: Transaction, subscriber_id: UUID) -> Ticket | None:
    """A customer's ticket that was closed last."""
    row = tx.one(
        f"{SELECT} WHERE t.subscriber_id = :id AND t.status = 'closed'"
        " ORDER BY t.closed_at DESC LIMIT 1",
        id=subscriber_id,
    )
    return None if row is None else ticket_from(row)


def follow_up(tx: Transaction, ticket: Ticket) -> Ticket | None:
    """The newest open ticket that names this one as the one before it."""
    assert ticket.customer.subscriber_id is not None
    later = open_of_subscriber(tx, ticket.customer.subscriber_id)
    return next((other for other in later if other.previous_ticket_id == ticket.id), None)


def open_of_subscriber(tx: Transaction, subscriber_id: UUID) -> list[Ticket]:
    """A customer's tickets that are not closed, the newest first."""
    rows = tx.all(
        f"{SELECT} WHERE t.subscriber_id = :id AND t.status <> 'closed' ORDER BY t.number DESC",
        id=subscriber_id,
    )
    return [ticket_from(row) for row in rows]


def open_of_project(tx: Transaction, project_id: UUID) -> list[Ticket]:
    """A project's tickets that are not closed, the oldest first."""
    rows = tx.all(
        f"{SELECT} WHERE t.project_id = :id AND t.status <> 'closed' ORDER BY t.number",
        id=project_id,
    )
    return [ticket_from(row) for row in rows]


def set_status(
    tx: Transaction, project_id: UUID, ticket_id: UUID, status: Status, *, by_customer: bool = False
) -> Ticket:
    """Set the status; the one that holds already causes nothing. Closing asks for a rating."""
    ticket = get(tx, project_id, ticket_id)
    if status is ticket.status:
        return ticket
    change_status(tx, ticket, status)
    project = projects.get(tx, project_id)
    outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket_id)
    if by_customer:
        text = "customer_closed" if status is Status.CLOSED else "customer_reopened"
        notices.notify_agents(tx, project, ticket_id, text)
    if status is Status.CLOSED and ticket.customer.subscriber_id is not None:
        notices.notify_customer(
            tx,
            subscribers.get(tx, project_id, ticket.customer.subscriber_id),
            ticket_id,
            "ticket_closed_rate",
            buttons="rating",
            number=ticket.ticket_number,
        )
    events.changed(tx, ticket, get)
    return get(tx, project_id, ticket_id)


def reopen(
    tx: Transaction, project_id: UUID, ticket_id: UUID, *, by_customer: bool = False
) -> Ticket:
    """Open a closed ticket again, the assignee's or new; one that is open stays as it is."""
    ticket = get(tx, project_id, ticket_id)
    if ticket.status is not Status.CLOSED:
        return ticket
    status = Status.NEW if ticket.assigned_to is None else Status.IN_PROGRESS
    return set_status(tx, project_id, ticket_id, status, by_customer=by_customer)


def change_status(tx: Transaction, ticket: Ticket, status: Status) -> None:
    """Write a new status and its times; what goes out is the caller's business."""
    tx.run(
        "UPDATE tickets SET status = :status, updated_at = :now,"
        " closed_at = CASE WHEN :status = 'closed' THEN :now ELSE NULL END WHERE id = :id",
        id=ticket.id,
        status=status,
        now=tx.now_ms,
    )


def replied(tx: Transaction, ticket_id: UUID) -> None:
    """An agent answered; a status that moves is the caller's business."""
    tx.run(
        "UPDATE tickets SET updated_at = :now, first_reply_at = coalesce(first_reply_at, :now)"
        " WHERE id = :id",
        id=ticket_id,
        now=tx.now_ms,
    )


def touch(tx: Transaction, ticket_id: UUID) -> None:
    """Something happened in the ticket that changes none of its fields."""
    tx.run("UPDATE tickets SET updated_at = :now WHERE id = :id", id=ticket_id, now=tx.now_ms)


def customer_name(ticket: Ticket) -> str:
    """How the customer signs; empty where nothing is known."""
    return ticket.customer.first_name or ticket.customer.username or ""


def assign(tx: Transaction, project_id: UUID, ticket_id: UUID, agent_id: UUID | None) -> Ticket:
    """Give the ticket to an agent of the project, or to nobody; `new` moves on. Raises NotFound."""
    ticket = get(tx, project_id, ticket_id)
    if agent_id == ticket.assigned_to:
        return ticket
    if agent_id is not None:
        agents.get(tx, project_id, agent_id)
    write_assignee(tx, ticket, agent_id)
    outbox.to_agents(tx, projects.get(tx, project_id), outbox.Kind.CARD, ticket_id=ticket_id)
    events.changed(tx, ticket, get)
    return get(tx, project_id, ticket_id)


def write_assignee(tx: Transaction, ticket: Ticket, agent_id: UUID | None) -> None:
    """Write the assignee and the status that follows; what goes out is the caller's business."""
    status = ticket.status
    if agent_id is not None:
        status = lifecycle.next_status(status, lifecycle.Event.ASSIGNED, assigned=True)
    tx.run(
        "UPDATE tickets SET assigned_to = :agent_id, status = :status, updated_at = :now"
        " WHERE id = :id",
        id=ticket.id,
        agent_id=agent_id,
        status=status,
        now=tx.now_ms,
    )


def set_priority(tx: Transaction, project_id: UUID, ticket_id: UUID, priority: Priority) -> Ticket:
    ticket = get(tx, project_id, ticket_id)
    if priority is ticket.priority:
        return ticket
    tx.run(
        "UPDATE tickets SET priority = :priority, updated_at = :now WHERE id = :id",
        id=ticket_id,
        priority=priority,
        now=tx.now_ms,
    )
    outbox.to_agents(tx, projects.get(tx, project_id), outbox.Kind.CARD, ticket_id=ticket_id)
    return get(tx, project_id, ticket_id)


def rate(tx: Transaction, ticket_id: UUID, chat: Chat, rating: int) -> Ticket:
    """The customer's rating, 1 to 5; a later one replaces it. Raises TicketNotFound."""
    ticket = of_customer(tx, ticket_id, chat)
    if ticket.rating == rating:
        return ticket
    if not 1 <= rating <= 5:
        raise ValidationFailed("rating", "must be from 1 to 5")
    tx.run(
        "UPDATE tickets SET rating = :rating, updated_at = :now WHERE id = :id",
        id=ticket_id,
        rating=rating,
        now=tx.now_ms,
    )
    project = projects.get(tx, ticket.project_id)
    outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket_id)
    notices.notify_agents(
        tx, project, ticket_id, "rated", number=ticket.ticket_number, rating=rating
    )
    return of_customer(tx, ticket_id, chat)


def ticket_from(row: Row) -> Ticket:
    """A Ticket from a row of SELECT. Lists make them by the hundred, so by position, not name."""
    id_, project_id, number, subject, status, priority, channel, *more = row
    type_id, type_name, agent_id, agent_name, *more = more
    subscriber_id, chat_id, first_name, username, *more = more
    context, rating, previous_id, created_at, updated_at, first_reply_at, closed_at = more
    return Ticket(
        ids.parse(id_),
        ids.parse(project_id),
        number,
        subject,
        STATUS[status],
        PRIORITY[priority],
        CHANNEL[channel],
        None if type_id is None else ids.parse(type_id),
        type_name,
        None if agent_id is None else ids.parse(agent_id),
        agent_name,
        Customer(
            None if subscriber_id is None else ids.parse(subscriber_id),
            chat_id,
            first_name,
            username,
        ),
        {} if context == "{}" else from_json(context),
        rating,
        None if previous_id is None else ids.parse(previous_id),
        from_ms(created_at),
        from_ms(updated_at),
        optional_ms(first_reply_at),
        optional_ms(closed_at),
    )
