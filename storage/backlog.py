"""How much waits: updates not handled yet, messages not sent yet. For who watches the server."""

from storage.database import Transaction


def counts(tx: Transaction) -> list[tuple[str, str, int]]:
    """("inbox" or "outbox", channel or "webhook", how many wait); nothing where nothing waits."""
    rows = tx.all(
        "SELECT 'inbox' AS box, channel, count(*) AS waiting FROM inbox"
        " WHERE status = 'pending' GROUP BY channel"
        " UNION ALL SELECT 'outbox', channel, count(*) FROM outbox"
        " WHERE status = 'pending' GROUP BY channel"
        " UNION ALL SELECT 'outbox', 'webhook', count(*) FROM webhook_deliveries"
        " WHERE finished_at IS NULL HAVING count(*) > 0"
    )
    return [(row["box"], row["channel"], row["waiting"]) for row in rows]
