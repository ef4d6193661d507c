"""First answers to requests with an Idempotency-Key, kept in the transaction of the work itself.

The one writer runs equal requests one after the other, so that the second finds the first's answer.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from storage.errors import IdempotencyConflict
from storage.model import noun
from storage.transaction import Transaction, to_ms

REMEMBERED = timedelta(hours=24)


class Once(NamedTuple):
    """A request that is to be carried out once: its key, and a hash of all that it asks."""

    key: str
    fingerprint: str


@noun
class Answer:
    """An answer of the API as it went over the wire."""

    status: int
    body: bytes | None
    location: str | None


def find(tx: Transaction, project_id: UUID, once: Once) -> Answer | None:
    """The answer that this key got in the last REMEMBERED. Raises IdempotencyConflict where the
    key came with another request."""
    row = tx.one(
        "SELECT * FROM idempotency_keys WHERE project_id = :project_id AND key = :key",
        project_id=project_id,
        key=once.key,
    )
    if row is None or row["created_at"] <= to_ms(tx.now - REMEMBERED):
        return None
    if row["fingerprint"] != once.fingerprint:
        raise IdempotencyConflict
    return Answer(row["status"], row["body"], row["location"])


def keep(tx: Transaction, project_id: UUID, once: Once, answer: Answer) -> None:
    tx.run(
        "INSERT INTO idempotency_keys"
        " (project_id, key, fingerprint, status, body, location, created_at)"
        " VALUES (:project_id, :key, :fingerprint, :status, :body, :location, :now)"
        " ON CONFLICT (project_id, key) DO UPDATE SET fingerprint = excluded.fingerprint,"
        " status = excluded.status, body = excluded.body, location = excluded.location,"
        " created_at = excluded.created_at",
        project_id=project_id,
        key=once.key,
        fingerprint=once.fingerprint,
        status=answer.status,
        body=answer.body,
        location=answer.location,
        now=tx.now_ms,
    )


def purge(tx: Transaction) -> int:
    """Forget answers past REMEMBERED; how many."""
    return tx.run(
        "DELETE FROM idempotency_keys WHERE created_at <= :limit",
        limit=to_ms(tx.now - REMEMBERED),
    )


def forget(tx: Transaction, project_id: UUID, subscriber_id: UUID) -> int:
    """Forget answers that speak of a customer or of the customer's tickets; how many."""
    return tx.run(
        "DELETE FROM idempotency_keys WHERE project_id = :project_id AND ("
        " instr(CAST(body AS TEXT), :subscriber_id) > 0 OR EXISTS (SELECT 1 FROM tickets t"
        " WHERE t.subscriber_id = :subscriber_id AND instr(CAST(body AS TEXT), t.id) > 0))",
        project_id=project_id,
        subscriber_id=subscriber_id,
    )
