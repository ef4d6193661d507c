"""How the desk does its work, in numbers: tickets by project and state, waits for a first reply.

For who watches the server: each question looks at few rows, however many tickets there are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.transaction import Transaction, from_ms, to_ms

RECENT = timedelta(days=7)
"""Tickets not older than this tell how long customers wait for a first reply."""
MOST_RECENT = 1000
"""So many of them at most, the newest."""


@dataclass(frozen=True, slots=True)
class ProjectState:
    """`open` counts tickets by status, `made` all there ever were. `untouched_since` is when the
    oldest of status `new` was made; `first_replies` are waits in seconds, the shortest first."""

    slug: str
    open: dict[str, int]
    made: int
    untouched_since: datetime | None
    first_replies: list[float]


def project_states(tx: Transaction) -> list[ProjectState]:
    """Every project's, in the order in which they were made."""
    rows = tx.all("SELECT id, slug FROM projects ORDER BY created_at, id")
    return [_state(tx, row["id"], row["slug"]) for row in rows]


def endpoints(tx: Transaction) -> dict[str, int]:
    """Webhooks by state: `working`, `failing` (since their last success) and `disabled`."""
    rows = tx.all(
        "SELECT CASE WHEN status = 'disabled' THEN 'disabled'"
        " WHEN failing_since IS NOT NULL THEN 'failing' ELSE 'working' END AS state,"
        " count(*) AS endpoints FROM webhooks GROUP BY state"
    )
    return {"working": 0, "failing": 0, "disabled": 0} | {
        row["state"]: row["endpoints"] for row in rows
    }


def _state(tx: Transaction, project_id: str, slug: str) -> ProjectState:
    counted = tx.all(
        "SELECT status, count(*) AS tickets FROM tickets WHERE project_id = :id"
        " AND status IN ('new', 'in_progress', 'waiting') GROUP BY status",
        id=project_id,
    )
    made = tx.one("SELECT max(number) AS last FROM tickets WHERE project_id = :id", id=project_id)
    oldest = tx.one(
        "SELECT created_at FROM tickets WHERE project_id = :id AND status = 'new'"
        " ORDER BY number LIMIT 1",
        id=project_id,
    )
    replies = tx.all(
        "SELECT first_reply_at - created_at AS wait FROM (SELECT created_at, first_reply_at"
        " FROM tickets WHERE project_id = :id ORDER BY number DESC LIMIT :most) AS recent"
        " WHERE created_at > :since AND first_reply_at IS NOT NULL ORDER BY wait",
        id=project_id,
        most=MOST_RECENT,
        since=to_ms(tx.now - RECENT),
    )
    return ProjectState(
        slug=slug,
        open={"new": 0, "in_progress": 0, "waiting": 0}
        | {row["status"]: row["tickets"] for row in counted},
        made=0 if made is None else made["last"] or 0,
        untouched_since=None if oldest is None else from_ms(oldest["created_at"]),
        first_replies=[row["wait"] / 1000 for row in replies],
    )
