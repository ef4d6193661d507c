"""What must go out to a chat and is not recorded as sent yet, written together with its cause.

Which rows a change causes is the operations' business; how rows become messages is the sender's.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from storage import ids
from storage.model import CHANNEL, Channel, Chat, Project, Word, by_value, noun
from storage.transaction import Row, Transaction, from_ms, to_ms

REMEMBERED = timedelta(days=7)
"""How long a finished row is kept for a look."""

# In the order in which `row_of` takes them.
SELECT = (
    "SELECT id, project_id, channel, chat_id, audience, kind, ticket_id, message_id, payload,"
    " progress, attempts, created_at, due_at FROM outbox"
)
_WAITING = (
    f"{SELECT} WHERE channel = :channel AND chat_id = :chat_id AND status = 'pending'"
    " AND (kind = 'mark') = :marks ORDER BY ticket_id IS NOT NULL, id LIMIT :limit"
)


class Audience(Word):
    """Who reads it. Answers to customers go before everything for agents."""

    CUSTOMER = "customer"
    AGENTS = "agents"


class Kind(Word):
    """card: the ticket's card, made or brought up to date. message: a ticket message. notice: words
    of the desk itself. edit: bring the copies of a message up to date. mark: show an agent by a
    reaction that the answer arrived. tick: show it by a reply, where there are no reactions."""

    CARD = "card"
    MESSAGE = "message"
    NOTICE = "notice"
    EDIT = "edit"
    MARK = "mark"
    TICK = "tick"


AUDIENCE, KIND = by_value(Audience), by_value(Kind)


class LaneKey(NamedTuple):
    """What a chat is sent in one order: all that is said there or, apart, the marks on it."""

    chat_id: int
    marks: bool = False


@noun
class OutboxRow:
    """`progress` is what the messenger took of it already, in the sender's own terms."""

    id: int
    project_id: UUID
    chat: Chat
    audience: Audience
    kind: Kind
    ticket_id: UUID | None
    message_id: UUID | None
    payload: Mapping[str, Any]
    progress: Mapping[str, Any]
    attempts: int
    created_at: datetime
    due_at: datetime

    @property
    def lane(self) -> LaneKey:
        """Where it waits."""
        return LaneKey(self.chat.id, self.kind is Kind.MARK)


def put(
    tx: Transaction,
    project_id: UUID,
    chat: Chat,
    audience: Audience,
    kind: Kind,
    *,
    ticket_id: UUID | None = None,
    message_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Add a row and wake the sender of its channel for it once it is committed."""
    tx.insert(
        "outbox",
        project_id=project_id,
        channel=chat.channel,
        chat_id=chat.id,
        audience=audience,
        kind=kind,
        ticket_id=ticket_id,
        message_id=message_id,
        payload=json.dumps(payload, ensure_ascii=False) if payload else "{}",
        created_at=tx.now_ms,
        due_at=tx.now_ms,
    )
    wake(tx, chat, marks=kind is Kind.MARK)


def wake(tx: Transaction, chat: Chat, *, marks: bool = False) -> None:
    """Have the sender of its channel look anew what waits for a chat, once this is committed."""
    tx.signal(f"outbox:{chat.channel}", LaneKey(chat.id, marks))


def to_agents(
    tx: Transaction,
    project: Project,
    kind: Kind,
    *,
    ticket_id: UUID | None = None,
    message_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """`put` for the project's agent chat; nothing where none is linked (linking catches up)."""
    if project.agent_chat is not None:
        put(
            tx,
            project.id,
            project.agent_chat,
            Audience.AGENTS,
            kind,
            ticket_id=ticket_id,
            message_id=message_id,
            payload=payload,
        )


def waiting_lanes(tx: Transaction, channel: Channel) -> list[LaneKey]:
    """In which lanes rows are pending, those of the longest wait first."""
    rows = tx.all(
        "SELECT chat_id, kind = 'mark' AS marks FROM outbox"
        " WHERE channel = :channel AND status = 'pending' GROUP BY chat_id, marks ORDER BY min(id)",
        channel=channel,
    )
    return [LaneKey(row["chat_id"], bool(row["marks"])) for row in rows]


def pending(
    tx: Transaction, chat: Chat, limit: int = 60, *, marks: bool = False
) -> list[OutboxRow]:
    """What waits to be said in a chat, or the marks that wait for it, in their order. The first
    one's `due_at` holds for all.

    Words that belong to no ticket go first: they may say what it is that the tickets wait for.
    """
    return [row_of(row) for row in tx.all(_WAITING, **_named(chat), limit=limit, marks=marks)]


def behind(tx: Transaction, row: OutboxRow, limit: int = 60) -> list[OutboxRow]:
    """The first `limit` rows of its ticket that wait behind a row, whatever waits between them."""
    rows = tx.all(
        f"{SELECT} WHERE channel = :channel AND chat_id = :chat_id"
        " AND status = 'pending' AND ticket_id = :ticket_id AND id > :id ORDER BY id LIMIT :limit",
        **_named(row.chat),
        limit=limit,
        ticket_id=row.ticket_id,
        id=row.id,
    )
    return [row_of(each) for each in rows]


def makes(tx: Transaction, chat: Chat, limit: int) -> int:
    """How many messages the first `limit` rows make that wait for a chat, if each is short: one a
    row, and one for all cards of a ticket."""
    row = tx.one(
        "SELECT sum(kind IN ('message', 'notice'))"
        " + count(DISTINCT CASE kind WHEN 'card' THEN ticket_id END) AS made"
        f" FROM ({_WAITING})",
        **_named(chat),
        limit=limit,
        marks=False,
    )
    return 0 if row is None else row["made"] or 0


def ended(tx: Transaction, row_id: int) -> bool:
    """Whether nothing is left to do for a row."""
    return tx.one("SELECT 1 FROM outbox WHERE id = :id AND status = 'pending'", id=row_id) is None


def get(tx: Transaction, row_id: int) -> OutboxRow | None:
    """A row as it is now; None once it is erased."""
    row = tx.one(f"{SELECT} WHERE id = :id", id=row_id)
    return None if row is None else row_of(row)


def keep_progress(tx: Transaction, row_id: int, progress: Mapping[str, Any]) -> bool:
    """Record what the messenger took of a row, so that a crash repeats one message at most.

    False where the row was erased with its customer while it was on its way.
    """
    return bool(
        tx.run(
            "UPDATE outbox SET progress = :progress WHERE id = :id AND status = 'pending'",
            id=row_id,
            progress=json.dumps(progress),
        )
    )


def finish(tx: Transaction, row_ids: Sequence[int], status: str, error: str | None = None) -> int:
    """End rows as `sent`, `merged` (another row carried them) or `failed`. Payloads are emptied.

    How many ended: a row ends once, and one that was erased with its customer does not.
    """
    ended = 0
    for row_id in row_ids:
        ended += tx.run(
            "UPDATE outbox SET status = :status, error = :error, payload = '{}',"
            " finished_at = :now WHERE id = :id AND status = 'pending'",
            id=row_id,
            status=status,
            error=error,
            now=tx.now_ms,
        )
    return ended


def tick(tx: Transaction, row: OutboxRow) -> None:
    """Show by a reply what a mark cannot show: it waits among what is said from now on."""
    tx.run("UPDATE outbox SET kind = :kind WHERE id = :id", kind=Kind.TICK, id=row.id)
    wake(tx, row.chat)


def postpone(tx: Transaction, row_id: int, error: str, until: datetime) -> None:
    """Try a row again at `until`, after a passing error."""
    tx.run(
        "UPDATE outbox SET attempts = attempts + 1, error = :error, due_at = :due_at"
        " WHERE id = :id",
        id=row_id,
        error=error,
        due_at=to_ms(until),
    )


def move_chat(tx: Transaction, old: Chat, new_id: int) -> None:
    """Send what waits for a chat to its successor, where the ids of its messages mean others.

    So what answers a message of the old chat answers none, and marks on such messages are left out.
    """
    rows = tx.all(
        "SELECT id, kind, payload FROM outbox WHERE channel = :channel AND chat_id = :chat_id"
        " AND status = 'pending'",
        **_named(old),
    )
    marks = [row["id"] for row in rows if row["kind"] in (Kind.MARK, Kind.TICK)]
    finish(tx, marks, "failed", "moved")
    for row in rows:
        payload = {**json.loads(row["payload"]), "reply_to": None}
        tx.run(
            "UPDATE outbox SET chat_id = :new_id, payload = :payload"
            " WHERE id = :id AND status = 'pending'",
            id=row["id"],
            new_id=new_id,
            payload=json.dumps(payload, ensure_ascii=False),
        )
    wake(tx, Chat(old.channel, new_id))


def purge(tx: Transaction) -> int:
    """Forget rows that ended before REMEMBERED; how many."""
    return tx.run("DELETE FROM outbox WHERE finished_at < :limit", limit=to_ms(tx.now - REMEMBERED))


def _named(chat: Chat) -> dict[str, object]:
    """The values that name a chat in a statement."""
    return {"channel": chat.channel, "chat_id": chat.id}


def row_of(row: Row) -> OutboxRow:
    """A row of SELECT as it is handed on."""
    id_, project_id, channel, chat_id, audience, kind, ticket_id, message_id, *more = row
    payload, progress, attempts, created_at, due_at = more
    return OutboxRow(
        id_,
        ids.parse(project_id),
        Chat(CHANNEL[channel], chat_id),
        AUDIENCE[audience],
        KIND[kind],
        None if ticket_id is None else ids.parse(ticket_id),
        None if message_id is None else ids.parse(message_id),
        from_json(payload),
        from_json(progress),
        attempts,
        from_ms(created_at),
        from_ms(due_at),
    )
