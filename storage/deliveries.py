"""Deliveries: the record of what went out to an endpoint or will, looked at, repeated, forgotten.

What goes out when is the business of `webhook_queue`.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage import ids, webhooks
from storage.errors import Conflict, NotFound
from storage.model import Word
from storage.transaction import Row, Transaction, from_ms, optional_ms, to_ms
from storage.webhooks import Event, WebhookStatus

REMEMBERED = timedelta(days=14)
"""How long a finished delivery can be looked at and redelivered."""

SELECT = (
    "SELECT d.*, w.status AS webhook_status, w.paused_until FROM webhook_deliveries d"
    " JOIN webhooks w ON w.id = d.webhook_id"
)


class DeliveryStatus(Word):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to an endpoint. `error` says in words why there is no answer, or what is wrong
    with it."""

    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """`id` is the webhook-id. `next_attempt_at` is None while it waits for something else."""

    seq: int
    id: UUID
    event: Event
    status: DeliveryStatus
    attempts: tuple[Attempt, ...]
    next_attempt_at: datetime | None
    created_at: datetime


def listing(
    tx: Transaction, project_id: UUID, webhook_id: UUID, *, limit: int, before: int | None = None
) -> tuple[list[Delivery], bool]:
    """An endpoint's deliveries with the newest first, and whether there are more behind them.

    `before` is the cursor: only those with a lower `seq`. Raises NotFound.
    """
    webhooks.get(tx, project_id, webhook_id)
    rows = tx.all(
        f"{SELECT} WHERE d.webhook_id = :webhook_id AND (:before IS NULL OR d.seq < :before)"
        " ORDER BY d.seq DESC LIMIT :limit",
        webhook_id=webhook_id,
        before=before,
        limit=limit + 1,
    )
    return [_delivery(row) for row in rows[:limit]], len(rows) > limit


def get(tx: Transaction, project_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Raises NotFound."""
    return _delivery(_row(tx, project_id, webhook_id, delivery_id))


def redeliver(tx: Transaction, project_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Send a delivery once more, as it was, with a new round of the schedule if it fails.

    It is tried now, unless it has to wait for an earlier event of its ticket. A pause that the
    endpoint asked for ends with that: who asks knows better, and it may ask for one again.
    Raises NotFound, and Conflict where the endpoint is disabled.
    """
    row = _row(tx, project_id, webhook_id, delivery_id)
    if row["webhook_status"] != WebhookStatus.ACTIVE:
        raise Conflict("This webhook is disabled.")
    if row["body"] is None and row["snapshot"] is None:
        raise Conflict("There is no body of this event to send.")
    earlier = tx.one(
        "SELECT 1 FROM webhook_deliveries WHERE ticket_id = :ticket_id"
        " AND webhook_id = :webhook_id AND finished_at IS NULL AND seq < :seq",
        ticket_id=row["ticket_id"],
        webhook_id=webhook_id,
        seq=row["seq"],
    )
    tx.run(
        "UPDATE webhook_deliveries SET status = 'pending', due_at = :due_at, finished_at = NULL,"
        " tries = CASE status WHEN 'pending' THEN tries ELSE 0 END WHERE seq = :seq",
        seq=row["seq"],
        due_at=None if earlier else tx.now_ms,
    )
    if earlier is None:
        tx.run("UPDATE webhooks SET paused_until = NULL WHERE id = :id", id=webhook_id)
        tx.signal("webhooks")
    return get(tx, project_id, webhook_id, delivery_id)


def purge(tx: Transaction) -> int:
    """Forget deliveries that ended before REMEMBERED; how many."""
    return tx.run(
        "DELETE FROM webhook_deliveries WHERE finished_at < :limit",
        limit=to_ms(tx.now - REMEMBERED),
    )


def _row(tx: Transaction, project_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Row:
    row = tx.one(
        f"{SELECT} WHERE d.id = :id AND w.id = :webhook_id AND w.project_id = :project_id",
        id=delivery_id,
        webhook_id=webhook_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such delivery of this webhook.")
    return row


def _delivery(row: Row) -> Delivery:
    next_at = None
    if row["due_at"] is not None and row["webhook_status"] == WebhookStatus.ACTIVE:
        next_at = max(row["due_at"], row["paused_until"] or 0)
    return Delivery(
        seq=row["seq"],
        id=ids.parse(row["id"]),
        event=Event(row["event"]),
        status=DeliveryStatus(row["status"]),
        attempts=tuple(
            Attempt(from_ms(at), status_code, error, duration_ms)
            for at, status_code, error, duration_ms in json.loads(row["attempts"])
        ),
        next_attempt_at=optional_ms(next_at),
        created_at=from_ms(row["created_at"]),
    )
