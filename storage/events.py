"""Events: what endpoints are told of a ticket, found by what it was before and what it is after.

A snapshot keeps what held right after the change; whoever talks to endpoints makes a body of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from pydantic import TypeAdapter

from storage import deliveries, webhook_queue, webhooks
from storage.deliveries import Delivery
from storage.errors import Conflict
from storage.model import Message, Status, Ticket
from storage.transaction import Transaction
from storage.webhooks import Event, WebhookStatus


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What happened, with the ticket and the message as they were right after it."""

    event: Event
    at: datetime
    ticket: Ticket | None = None
    message: Message | None = None
    previous_status: Status | None = None
    previous_assigned_to: UUID | None = None


def opened(tx: Transaction, ticket: Ticket, message: Message) -> None:
    """A ticket was made of its first message."""
    if listeners := webhooks.listeners(tx, ticket.project_id):
        _put(tx, listeners, Snapshot(Event.CREATED, tx.now, ticket, message))


def changed(
    tx: Transaction,
    before: Ticket,
    read: Callable[[Transaction, UUID, UUID], Ticket],
    message: Message | None = None,
) -> None:
    """A ticket changed, and `message`, a public one, was said. What is as before is no event.

    `read` gets the ticket as it is now; it is called only where somebody wants to know.
    """
    listeners = webhooks.listeners(tx, before.project_id)
    if not listeners:
        return
    after = read(tx, before.project_id, before.id)
    if message is not None:
        _put(tx, listeners, Snapshot(Event.REPLIED, tx.now, after, message))
    if after.assigned_to != before.assigned_to:
        snapshot = Snapshot(Event.ASSIGNED, tx.now, after, previous_assigned_to=before.assigned_to)
        _put(tx, listeners, snapshot)
    if after.status is not before.status:
        events = [Event.STATUS_CHANGED]
        if after.status is Status.CLOSED:
            events.append(Event.CLOSED)
        for event in events:
            _put(tx, listeners, Snapshot(event, tx.now, after, previous_status=before.status))


def test(tx: Transaction, project_id: UUID, webhook_id: UUID) -> Delivery:
    """Send an endpoint an event that tells of nothing. Raises NotFound, or Conflict if disabled."""
    if webhooks.get(tx, project_id, webhook_id).status is not WebhookStatus.ACTIVE:
        raise Conflict("This webhook is disabled.")
    snapshot = _dump(Snapshot(Event.TEST, tx.now))
    delivery_id = webhook_queue.add(tx, webhook_id, Event.TEST, None, snapshot)
    return deliveries.get(tx, project_id, webhook_id, delivery_id)


def load(snapshot: str) -> Snapshot:
    """A snapshot as it was put. Raises ValueError for one that another version wrote otherwise."""
    return _json().validate_json(snapshot)


def _put(
    tx: Transaction, listeners: list[tuple[UUID, tuple[Event, ...]]], snapshot: Snapshot
) -> None:
    wanting = [id_ for id_, events in listeners if not events or snapshot.event in events]
    if wanting:
        assert snapshot.ticket is not None
        written = _dump(snapshot)
        for webhook_id in wanting:
            webhook_queue.add(tx, webhook_id, snapshot.event, snapshot.ticket.id, written)


def _dump(snapshot: Snapshot) -> str:
    return _json().dump_json(snapshot).decode()


@cache
def _json() -> TypeAdapter[Snapshot]:
    """Made at first use: it takes a while, and few commands need it."""
    return TypeAdapter(Snapshot)
