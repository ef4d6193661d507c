"""What waits for endpoints: in which order it goes out, when, and what follows from each attempt.

Events of one ticket go to one endpoint one after the other: only the first that is pending has a
`due_at`. Which changes are events is the business of `events`, their record that of `deliveries`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from storage import ids, webhooks
from storage.deliveries import Attempt, DeliveryStatus
from storage.transaction import Row, Transaction, from_ms, to_ms
from storage.webhooks import Event

MOST_ATTEMPTS = 50
"""Attempts that are remembered of one delivery, the last ones."""
GONE = 410
ANY = "webhook_id IN (SELECT id FROM webhooks)"
"""Of any endpoint: the index of what is due is by endpoint."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An active endpoint that something waits for, and when the first of it is due."""

    webhook_id: UUID
    due_at: datetime
    failing: bool


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be sent now, with all that sending takes."""

    seq: int
    id: UUID
    webhook_id: UUID
    url: str
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def add(
    tx: Transaction, webhook_id: UUID, event: Event, ticket_id: UUID | None, snapshot: str
) -> UUID:
    """Put an event on its way to an endpoint, behind the earlier ones of its ticket; its id."""
    delivery_id = tx.new_id()
    tx.run(
        "INSERT INTO webhook_deliveries"
        " (id, webhook_id, event, ticket_id, snapshot, created_at, due_at)"
        " VALUES (:id, :webhook_id, :event, :ticket_id, :snapshot, :now, CASE WHEN EXISTS"
        " (SELECT 1 FROM webhook_deliveries WHERE ticket_id = :ticket_id"
        " AND webhook_id = :webhook_id AND finished_at IS NULL) THEN NULL ELSE :now END)",
        id=delivery_id,
        webhook_id=webhook_id,
        event=event,
        ticket_id=ticket_id,
        snapshot=snapshot,
        now=tx.now_ms,
    )
    tx.signal("webhooks")
    return delivery_id


def write_bodies(tx: Transaction, body_of: Callable[[str], str], limit: int = 200) -> int:
    """Turn the snapshots of new deliveries into bodies, which never change again; how many.

    A snapshot that `body_of` refuses with ValueError, as another version wrote it, has failed.
    """
    rows = tx.all(
        "SELECT * FROM webhook_deliveries WHERE snapshot IS NOT NULL ORDER BY seq LIMIT :limit",
        limit=limit,
    )
    body_of = cache(body_of)  # an event has one body, however many endpoints it goes to
    for row in rows:
        try:
            body = body_of(row["snapshot"])
        except ValueError:
            error = Attempt(tx.now, None, "written by another version of the desk", 0)
            _finish(tx, row, DeliveryStatus.FAILED, error)
            body = None
        tx.run(
            "UPDATE webhook_deliveries SET body = :body, snapshot = NULL WHERE seq = :seq",
            seq=row["seq"],
            body=body,
        )
    return len(rows)


def outlook(tx: Transaction) -> tuple[bool, list[Waiting]]:
    """Whether there are bodies to write, and which endpoints are waited for."""
    fresh = tx.one("SELECT 1 FROM webhook_deliveries WHERE snapshot IS NOT NULL LIMIT 1")
    rows = tx.all(
        "SELECT id, paused_until, failing_since, first_due FROM (SELECT webhook_id,"
        " min(due_at) AS first_due FROM webhook_deliveries WHERE due_at IS NOT NULL"
        " GROUP BY webhook_id) AS waiting JOIN webhooks ON id = webhook_id AND status = 'active'"
    )
    waiting = [
        Waiting(
            ids.parse(row["id"]),
            from_ms(max(row["first_due"], row["paused_until"] or 0)),
            failing=row["failing_since"] is not None,
        )
        for row in rows
    ]
    return fresh is not None, waiting


def due(tx: Transaction, wanted: Mapping[UUID, int]) -> list[Due]:
    """What is due at these endpoints, so many for each, the longest due first."""
    found: list[Due] = []
    for webhook_id, count in wanted.items():
        rows = tx.all(
            "SELECT d.seq, d.id, d.body, w.url FROM webhook_deliveries d"
            " JOIN webhooks w ON w.id = d.webhook_id"
            " WHERE d.webhook_id = :webhook_id AND d.due_at <= :now AND d.body IS NOT NULL"
            " AND w.status = 'active' AND coalesce(w.paused_until, 0) <= :now"
            " ORDER BY d.due_at, d.seq LIMIT :count",
            webhook_id=webhook_id,
            now=tx.now_ms,
            count=count,
        )
        secrets = webhooks.valid_secrets(tx, webhook_id) if rows else ()
        found += [
            Due(row["seq"], ids.parse(row["id"]), webhook_id, row["url"], row["body"], secrets)
            for row in rows
        ]
    return found


def attempted(
    tx: Transaction,
    seq: int,
    attempt: Attempt,
    waits: Sequence[timedelta],
    pause: timedelta | None = None,
) -> None:
    """Record an attempt and what follows from it: nothing more, another one, or giving up.

    `waits` are those between the attempts of one round, `pause` is what the endpoint asked for.
    """
    row = tx.one(
        "SELECT seq, webhook_id, ticket_id, tries, attempts FROM webhook_deliveries"
        " WHERE seq = :seq",
        seq=seq,
    )
    if row is None:
        return  # deleted with its endpoint, or erased with its customer
    webhook_id = ids.parse(row["webhook_id"])
    if attempt.succeeded:
        webhooks.succeeded(tx, webhook_id)
        _finish(tx, row, DeliveryStatus.DELIVERED, attempt)
        return
    gone = attempt.status_code == GONE
    webhooks.failed(tx, webhook_id, gone=gone, pause=pause)
    if gone or row["tries"] >= len(waits):
        _finish(tx, row, DeliveryStatus.FAILED, attempt)
        return
    tx.run(
        "UPDATE webhook_deliveries SET tries = tries + 1, attempts = :attempts, due_at = :due_at"
        " WHERE seq = :seq",
        seq=seq,
        attempts=_dump(row, attempt),
        due_at=to_ms(tx.now + waits[row["tries"]]),
    )
    tx.signal("webhooks")


def bring_forward(tx: Transaction, by: timedelta, waits: Sequence[timedelta]) -> None:
    """The clock was set back by so much, or by an unknown time while nobody looked: nothing is due
    later for that than `waits` say, those between the attempts of one round."""
    tx.run(
        f"UPDATE webhook_deliveries SET due_at = due_at - :by WHERE {ANY} AND due_at > :now",
        by=by // timedelta(milliseconds=1),
        now=tx.now_ms,
    )
    for tries, wait in enumerate([timedelta(), *waits]):
        tx.run(
            "UPDATE webhook_deliveries SET due_at = :latest"
            f" WHERE {ANY} AND due_at > :latest AND tries = :tries",
            latest=to_ms(tx.now + wait),
            tries=tries,
        )
    tx.run(
        "UPDATE webhooks SET paused_until = paused_until - :by WHERE paused_until > :now",
        by=by // timedelta(milliseconds=1),
        now=tx.now_ms,
    )


def _finish(tx: Transaction, row: Row, status: DeliveryStatus, attempt: Attempt) -> None:
    """End a delivery, and let the next event of its ticket go."""
    tx.run(
        "UPDATE webhook_deliveries SET status = :status, attempts = :attempts, due_at = NULL,"
        " finished_at = :now WHERE seq = :seq",
        seq=row["seq"],
        status=status,
        attempts=_dump(row, attempt),
        now=tx.now_ms,
    )
    tx.run(
        "UPDATE webhook_deliveries SET due_at = coalesce(due_at, :now) WHERE seq ="
        " (SELECT min(seq) FROM webhook_deliveries WHERE ticket_id = :ticket_id"
        " AND webhook_id = :webhook_id AND finished_at IS NULL)",
        ticket_id=row["ticket_id"],
        webhook_id=row["webhook_id"],
        now=tx.now_ms,
    )
    tx.signal("webhooks")


def _dump(row: Row, attempt: Attempt) -> str:
    """The record of attempts with one more."""
    last = [to_ms(attempt.at), attempt.status_code, attempt.error, attempt.duration_ms]
    attempts = [*json.loads(row["attempts"]), last]
    return json.dumps(attempts[-MOST_ATTEMPTS:])
