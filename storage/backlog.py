"""How much waits, and how long already: updates not handled, messages and events not sent.

For who watches the server; what is done about it is the lanes' and the senders' business.
"""

from datetime import datetime
from typing import NamedTuple

from storage.transaction import Row, Transaction, from_ms


class Queue(NamedTuple):
    """`where` is "inbox" or "outbox", `channel` a messenger's or "webhook"; `since` is when what
    waits the longest was taken in."""

    where: str
    channel: str
    waiting: int
    since: datetime


def queues(tx: Transaction) -> list[Queue]:
    """The queues in which something waits."""
    rows = tx.all(
        "SELECT 'inbox' AS place, channel, waiting, received_at AS since FROM inbox"
        " JOIN (SELECT count(*) AS waiting, min(id) AS first FROM inbox"
        " WHERE status = 'pending' GROUP BY channel) ON id = first"
        " UNION ALL SELECT 'outbox', channel, waiting, created_at FROM outbox"
        " JOIN (SELECT count(*) AS waiting, min(id) AS first FROM outbox"
        " WHERE status = 'pending' GROUP BY channel) ON id = first"
        " UNION ALL SELECT 'outbox', 'webhook', waiting, created_at FROM webhook_deliveries"
        " JOIN (SELECT count(*) AS waiting, min(seq) AS first FROM webhook_deliveries"
        " WHERE finished_at IS NULL) ON seq = first"
    )
    return [_queue(row) for row in rows]


def _queue(row: Row) -> Queue:
    return Queue(row["place"], row["channel"], row["waiting"], from_ms(row["since"]))
