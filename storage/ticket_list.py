"""Finding tickets: filters, words, and pages that stay stable while tickets come in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from storage import search
from storage.model import Channel, Priority, Status, Ticket
from storage.tickets import SELECT, ticket_from
from storage.transaction import Transaction


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

AMONG = "t.number IN (SELECT value FROM json_each(:numbers))"
"""One text whatever the numbers: each other one would be another prepared statement to keep."""
AT_ONCE = 200
"""Tickets with the words that are looked at together for whatever else is asked of them."""


def listing(
    tx: Transaction, project_id: UUID, wanted: TicketFilter, *, limit: int, offset: int = 0
) -> tuple[list[Ticket], bool]:
    """Tickets with the newest first, and whether there are more behind them."""
    condition, values = _condition(project_id, wanted)
    if wanted.words:
        numbers = _with_words(tx, project_id, wanted, condition, values)
        page = list(islice(numbers, offset, offset + limit + 1))
        if not page:
            return [], False
        condition = f"t.project_id = :project_id AND {AMONG}"
        values["numbers"] = json.dumps(page)
    elif offset:
        # Numbers alone are skipped in an index; whole tickets would be read and thrown away.
        first = tx.one(
            f"SELECT t.number FROM tickets t WHERE {condition}"
            " ORDER BY t.number DESC LIMIT 1 OFFSET :offset",
            **values,
            offset=offset,
        )
        condition += " AND t.number <= :first"
        values["first"] = 0 if first is None else first["number"]
    rows = tx.all(
        f"{SELECT} WHERE {condition} ORDER BY t.number DESC LIMIT :limit", **values, limit=limit + 1
    )
    return [ticket_from(row) for row in rows[:limit]], len(rows) > limit


def _condition(project_id: UUID, wanted: TicketFilter) -> tuple[str, dict[str, object]]:
    """What a ticket `t` must be, less its words, and the values in it."""
    conditions = ["t.project_id = :project_id"]
    values: dict[str, object] = {"project_id": project_id}
    for name, column in COLUMNS:
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(f"{column} = :{name}")
            values[name] = value
    if wanted.priority not in (None, Priority.NORMAL):
        conditions.append("t.priority <> 'normal'")  # as the index says of what is in it
    if wanted.before is not None:
        conditions.append("t.number < :before")
        values["before"] = wanted.before
    return " AND ".join(conditions), values


def _with_words(
    tx: Transaction,
    project_id: UUID,
    wanted: TicketFilter,
    condition: str,
    values: dict[str, object],
) -> Iterator[int]:
    """The numbers of the tickets that have the words and fulfil the condition."""
    found = search.tickets_with(tx, project_id, wanted.words or "", wanted.before)
    if replace(wanted, words=None, before=None) == TicketFilter():
        yield from found
        return
    while some := list(islice(found, AT_ONCE)):
        rows = tx.all(
            f"SELECT t.number FROM tickets t WHERE {condition} AND {AMONG} ORDER BY t.number DESC",
            **values,
            numbers=json.dumps(some),
        )
        yield from (row["number"] for row in rows)
