"""Fair shares of an agent chat: what a customer writes beyond theirs waits, and holds up nobody.

Nor does a ticket that was put aside. The order within a ticket is kept, nothing is left out; how
large a share is and what is put aside, who sends knows.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from storage import outbox
from storage.model import Chat
from storage.outbox import OutboxRow
from storage.transaction import Transaction, from_ms, to_ms


class Share(NamedTuple):
    """At most so many `messages` for one customer's tickets in any `window`."""

    messages: int
    window: timedelta


def first(
    tx: Transaction,
    chat: Chat,
    share: Share | None,
    aside: Mapping[UUID, datetime] = MappingProxyType({}),
    *,
    marks: bool = False,
) -> tuple[OutboxRow | None, datetime | None]:
    """What is said next in `chat`, or the next of its `marks`. Edits of cards make no message, so
    they go on where a customer had the share, and ticks make a short one. Nothing goes on in the
    tickets that are put `aside`, each until its moment.

    Without a row: when to look again where there are none but those of customers who had theirs and
    of these tickets, None where nothing waits at all.
    """
    rows = outbox.pending(tx, chat, 1, marks=marks)
    if not rows:
        return None, None
    held = {} if share is None else _held(tx, chat, share)
    if held or aside:
        rows = _pending(tx, chat, sorted(held), sorted(aside))
    if rows:
        return rows[0], None
    return None, min([*map(from_ms, held.values()), *aside.values()])


def _held(tx: Transaction, chat: Chat, share: Share) -> dict[str, int]:
    """Customers who had their share, and when, in ms, they have some of it again."""
    # The parts of an album, which is one message to the pace, are recorded in one moment.
    # What was sent to all chats lately is less than what was ever sent to this one: the index by
    # time is the one to use, so those by chat are kept from it.
    rows = tx.all(
        "SELECT t.subscriber_id, c.sent_at"
        " FROM message_copies c JOIN tickets t ON t.id = c.ticket_id"
        " WHERE c.sent_at > :since AND c.sent_at <= :now"
        " AND c.channel || '' = :channel AND c.chat_id + 0 = :chat_id AND c.role <> 'aside'"
        " GROUP BY t.subscriber_id, c.sent_at ORDER BY c.sent_at",
        since=to_ms(tx.now - share.window),
        now=tx.now_ms,  # what is later was sent before the clock was set back
        channel=chat.channel,
        chat_id=chat.id,
    )
    sent: dict[str, list[int]] = {}
    for row in rows:
        sent.setdefault(row["subscriber_id"], []).append(row["sent_at"])
    count, length = share.messages, share.window // timedelta(milliseconds=1)
    return {key: times[-count] + length for key, times in sent.items() if len(times) >= count}


def _pending(tx: Transaction, chat: Chat, held: list[str], aside: list[UUID]) -> list[OutboxRow]:
    # SQL has no empty list: an id that is none stands in each.
    customers = {f"held{number}": key for number, key in enumerate(["", *held])}
    tickets = {f"aside{number}": key for number, key in enumerate(["", *aside])}
    rows = tx.all(
        f"{outbox.SELECT} WHERE id = (SELECT o.id FROM outbox o"
        " LEFT JOIN tickets t ON t.id = o.ticket_id"
        " LEFT JOIN ticket_threads h ON h.ticket_id = o.ticket_id"
        " AND h.channel = o.channel AND h.chat_id = o.chat_id"
        " WHERE o.channel = :channel AND o.chat_id = :chat_id AND o.status = 'pending'"
        " AND (o.kind = 'mark') = :marks"
        f" AND (t.id IS NULL OR t.subscriber_id NOT IN ({_listed(customers)})"
        " OR o.kind = 'tick' OR (o.kind = 'card' AND h.card_id IS NOT NULL))"
        f" AND (o.ticket_id IS NULL OR o.ticket_id NOT IN ({_listed(tickets)}))"
        " ORDER BY o.ticket_id IS NOT NULL, o.id LIMIT 1)",
        channel=chat.channel,
        chat_id=chat.id,
        marks=False,
        **customers,
        **tickets,
    )
    return [outbox.row_of(row) for row in rows]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)
