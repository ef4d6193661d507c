"""What came in from a messenger and is not handled yet: once here, it can be confirmed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.model import CHANNEL, Channel, Chat
from storage.transaction import Row, Transaction, from_ms, to_ms

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

BATCH = 500
"""Updates that are read at once at most."""
REMEMBERED = timedelta(hours=48)
"""How long a handled update is known, to refuse a repeat; messengers keep updates for 24 hours."""
FAILED_KEPT = timedelta(days=30)
"""How long an update that was set aside is kept for a look."""


@dataclass(frozen=True, slots=True)
class Update:
    """`chat_id` names the lane: updates of one chat are handled in order; 0 is no chat."""

    id: int
    channel: Channel
    update_id: int
    chat_id: int
    payload: Mapping[str, Any]
    received_at: datetime


def add(
    tx: Transaction,
    channel: Channel,
    updates: Sequence[tuple[int, int, Mapping[str, Any]]],
    position: int | None = None,
) -> int:
    """Take in (update id, chat id, payload) and move the feed to `position`; how many were new."""
    new = 0
    for update_id, chat_id, payload in updates:
        new += tx.run(
            "INSERT INTO inbox (channel, update_id, chat_id, payload, received_at)"
            " VALUES (:channel, :update_id, :chat_id, :payload, :now)"
            " ON CONFLICT (channel, update_id) DO NOTHING",
            channel=channel,
            update_id=update_id,
            chat_id=chat_id,
            payload=_dump(payload),
            now=tx.now_ms,
        )
    if position is not None:
        tx.run(
            "INSERT INTO feeds (channel, position) VALUES (:channel, :position)"
            " ON CONFLICT (channel) DO UPDATE SET position = excluded.position",
            channel=channel,
            position=position,
        )
    if new:
        tx.signal(f"inbox:{channel}")
    return new


def position(tx: Transaction, channel: Channel) -> int | None:
    """Where the feed was left, in the messenger's own terms."""
    row = tx.one("SELECT position FROM feeds WHERE channel = :channel", channel=channel)
    return None if row is None else row["position"]


def pending(tx: Transaction, channel: Channel, after: int) -> list[Update]:
    """Updates not handled yet with an inbox id above `after`, oldest first, BATCH at most."""
    rows = tx.all(
        "SELECT id, channel, update_id, chat_id, payload, received_at FROM inbox"
        " WHERE channel = :channel AND status = 'pending' AND id > :after ORDER BY id LIMIT :limit",
        channel=channel,
        after=after,
        limit=BATCH,
    )
    return [_update(row) for row in rows]


def waiting(tx: Transaction, chat: Chat) -> bool:
    """Whether a chat's updates are not all handled yet."""
    row = tx.one(
        "SELECT 1 FROM inbox WHERE channel = :channel AND chat_id = :chat_id"
        " AND status = 'pending' LIMIT 1",
        channel=chat.channel,
        chat_id=chat.id,
    )
    return row is not None


def handled(tx: Transaction, ids: Sequence[int]) -> None:
    """Nothing is left to do for these; what they said is kept by the tickets alone."""
    for row_id in ids:
        tx.run(
            "UPDATE inbox SET status = 'handled', payload = '', handled_at = :now WHERE id = :id",
            id=row_id,
            now=tx.now_ms,
        )


def handled_since(tx: Transaction, channel: Channel, since_ms: int) -> list[tuple[int, int]]:
    """(chat id, moment in ms) of every update handled since then."""
    rows = tx.all(
        "SELECT chat_id, handled_at FROM inbox"
        " WHERE channel = :channel AND handled_at >= :since AND status = 'handled'",
        channel=channel,
        since=since_ms,
    )
    return [(row["chat_id"], row["handled_at"]) for row in rows]


def set_aside(tx: Transaction, ids: Sequence[int], error: str) -> None:
    """Give up on updates that our own code fails on, and keep them for a look."""
    for row_id in ids:
        tx.run(
            "UPDATE inbox SET status = 'failed', error = :error, handled_at = :now WHERE id = :id",
            id=row_id,
            error=error,
            now=tx.now_ms,
        )


def purge(tx: Transaction) -> int:
    """Forget handled updates past REMEMBERED, and failed ones past FAILED_KEPT; how many."""
    return tx.run(
        "DELETE FROM inbox WHERE handled_at < :limit"
        " AND (status = 'handled' OR handled_at < :failed_limit)",
        limit=to_ms(tx.now - REMEMBERED),
        failed_limit=to_ms(tx.now - FAILED_KEPT),
    )


def forget_other_bot(tx: Transaction, channel: Channel) -> None:
    """Another bot is read now: what came in, and how far, says nothing about its updates."""
    tx.run("DELETE FROM inbox WHERE channel = :channel AND status <> 'pending'", channel=channel)
    tx.run("UPDATE feeds SET position = NULL WHERE channel = :channel", channel=channel)


def forget(tx: Transaction, chat: Chat) -> int:
    """Empty what a chat's updates said, and whose they were, whatever became of them; how many."""
    return tx.run(
        "UPDATE inbox SET chat_id = 0, payload = '', error = NULL, status = 'handled',"
        " handled_at = coalesce(handled_at, :now)"
        " WHERE channel = :channel AND chat_id = :chat_id",
        channel=chat.channel,
        chat_id=chat.id,
        now=tx.now_ms,
    )


def _dump(payload: Mapping[str, Any]) -> str:
    """JSON that SQLite takes: halves of surrogate pairs are no text, and cost a sign, no update."""
    text = _encode(payload)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _update(row: Row) -> Update:
    id_, channel, update_id, chat_id, payload, received_at = row
    received = from_ms(received_at)
    return Update(id_, CHANNEL[channel], update_id, chat_id, json.loads(payload), received)
