"""Finding tickets: filters, words, and pages that stay stable while tickets come in."""

from dataclasses import dataclass
from uuid import UUID

from storage import ids, search
from storage.database import Transaction
from storage.model import Channel, Priority, Status, Ticket
from storage.tickets import SELECT, ticket_from


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What a ticket must match; None matches all. `words` must each begin a word of the subject or
    of a message (`search.index` first). `before` is the cursor: only lower numbers."""

    status: Status | None = None
    priority: Priority | None = None
    channel: Channel | None = None
    assigned_to: UUID | None = None
    ticket_type_id: UUID | None = None
    subscriber_id: UUID | None = None
    number: int | None = None
    words: str | None = None
    before: int | None = None


COLUMNS = (
    ("status", "t.status"),
    ("priority", "t.priority"),
    ("channel", "t.channel"),
    ("assigned_to", "t.assigned_to"),
    ("ticket_type_id", "t.ticket_type_id"),
    ("subscriber_id", "t.subscriber_id"),
    ("number", "t.number"),
)


def listing(
    tx: Transaction, project_id: UUID, wanted: TicketFilter, *, limit: int, offset: int = 0
) -> tuple[list[Ticket], bool]:
    """Tickets with the newest first, and whether there are more behind them."""
    conditions = ["t.project_id = :project_id"]
    values: dict[str, object] = {"project_id": ids.text(project_id)}
    for name, column in COLUMNS:
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(f"{column} = :{name}")
            values[name] = str(value) if isinstance(value, UUID) else value
    if wanted.before is not None:
        conditions.append("t.number < :before")
        values["before"] = wanted.before
    conditions += search.condition(wanted.words or "", values)
    rows = tx.all(
        f"{SELECT} WHERE {' AND '.join(conditions)}"
        " ORDER BY t.number DESC LIMIT :limit OFFSET :offset",
        **values,
        limit=limit + 1,
        offset=offset,
    )
    return [ticket_from(row) for row in rows[:limit]], len(rows) > limit
