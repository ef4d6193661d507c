"""Where a customer's plain message belongs: an open ticket, the last one, or a new one."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from storage import (
    conversation,
    lifecycle,
    message_map,
    messages,
    notices,
    opening,
    projects,
    subscribers,
    tickets,
)
from storage.errors import HelpdeskCreateDisabled
from storage.model import Content, Person, Source, Status, Subscriber, Ticket
from storage.transaction import Transaction

RUSH = 20
"""So many messages without a PAUSE between them are confirmed one by one; the next is answered by
one notice that all arrive, and what follows by none."""
PAUSE = 10_000
"""Milliseconds."""


class Route(StrEnum):
    ADDED = "added_to_ticket"
    REOPENED = "reopened_ticket"
    NEW = "ticket_created"
    CONTINUED = "new_ticket_after_closed"


@dataclass(frozen=True, slots=True)
class Routed:
    """The ticket that took a message, and how; each Route is the name of the customer's notice."""

    ticket_id: UUID
    route: Route


def customer_message(
    tx: Transaction, person: Person, content: Content, source: Source
) -> Routed | None:
    """Take in a plain message; None where the person is no subscriber, or no more of the project
    whose message it replies to.

    The same source again changes nothing. Raises HelpdeskDisabled, HelpdeskCreateDisabled.
    """
    made = message_map.ticket_of(tx, source.chat, source.native_ids[0])
    if made is not None:
        return Routed(made, Route.ADDED)
    subscriptions = subscribers.met(tx, person)
    if not subscriptions:
        return None
    ticket = _ticket_for(tx, subscriptions, source)
    if ticket is None:
        return _open_new(tx, subscriptions[0], content, source, previous=None)
    subscriber = next((s for s in subscriptions if s.id == ticket.customer.subscriber_id), None)
    if subscriber is None:
        return None
    if lifecycle.is_over(ticket.closed_at, tx.now):
        follow_up = tickets.follow_up(tx, ticket)
        if follow_up is None:
            return _open_new(tx, subscriber, content, source, previous=ticket)
        ticket = follow_up
    conversation.from_customer(tx, ticket, content, source)
    if subscriber is not subscriptions[0] or subscriber.focus_ticket_id != ticket.id:
        subscribers.focus(tx, subscriber.id, ticket.id)
    return _confirm(tx, subscriber, ticket, source)


def _ticket_for(tx: Transaction, subscriptions: list[Subscriber], source: Source) -> Ticket | None:
    """The ticket that a message is about, closed ones included; None where there is none at all."""
    named = _named(tx, source)
    if named is not None:
        return named
    open_tickets = [t for s in subscriptions for t in tickets.open_of_subscriber(tx, s.id)]
    if len(open_tickets) == 1:
        return open_tickets[0]
    focused = [s.focus_ticket_id for s in subscriptions if s.focus_ticket_id is not None]
    if open_tickets:
        by_id = {ticket.id: ticket for ticket in open_tickets}
        return next((by_id[i] for i in focused if i in by_id), open_tickets[0])
    return _last_closed(tx, subscriptions)


def project_left(tx: Transaction, source: Source) -> UUID | None:
    """The project that a message is for without a doubt and whose subscriber its author is not."""
    ticket = _named(tx, source)
    if ticket is None or subscribers.in_project(tx, source.chat, ticket.project_id) is not None:
        return None
    return ticket.project_id


def _named(tx: Transaction, source: Source) -> Ticket | None:
    """The ticket of the message that this one replies to, or of the album that it is a part of."""
    if source.media_group_id is not None:
        part_of = message_map.album_message(tx, source.chat, source.media_group_id)
        if part_of is not None:
            return tickets.of_message(tx, part_of)
    if source.reply_to is None:
        return None
    ticket_id = message_map.ticket_of(tx, source.chat, source.reply_to)
    return None if ticket_id is None else tickets.of_customer(tx, ticket_id, source.chat)


def _last_closed(tx: Transaction, subscriptions: list[Subscriber]) -> Ticket | None:
    closed = [t for s in subscriptions if (t := tickets.last_closed(tx, s.id)) is not None]
    return max(closed, key=lambda ticket: ticket.closed_at or ticket.updated_at, default=None)


def _confirm(tx: Transaction, subscriber: Subscriber, ticket: Ticket, source: Source) -> Routed:
    """Tell the customer which ticket took the message; `ticket` is as it was before."""
    route = Route.REOPENED if ticket.status is Status.CLOSED else Route.ADDED
    rush = 1  # RUSH + 2 is many
    if route is Route.ADDED:
        rush = messages.in_a_row(tx, ticket.id, PAUSE, RUSH + 2)
    if rush <= RUSH + 1:
        notices.notify_customer(
            tx,
            subscriber,
            ticket.id,
            route if rush <= RUSH else "writes_fast",
            reply_to=source.native_ids[0],
            number=ticket.ticket_number,
        )
    return Routed(ticket.id, route)


def _open_new(
    tx: Transaction,
    subscriber: Subscriber,
    content: Content,
    source: Source,
    *,
    previous: Ticket | None,
) -> Routed:
    project = projects.get(tx, subscriber.project_id)
    if project.helpdesk_enabled and not project.helpdesk_allow_create:
        raise HelpdeskCreateDisabled
    new = opening.NewTicket(content, previous=None if previous is None else previous.id)
    ticket = opening.open_ticket(tx, project, subscriber, new, source)
    if previous is None:
        return Routed(ticket.id, Route.NEW)
    notices.notify_customer(
        tx,
        subscriber,
        ticket.id,
        Route.CONTINUED,
        reply_to=source.native_ids[0],
        number=ticket.ticket_number,
        previous=previous.ticket_number,
    )
    return Routed(ticket.id, Route.CONTINUED)
