"""What the database says, read from beside the desk; and what must be true of it at any moment."""

import json
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.playground.stand_in.journal import Call
from storage.model import Channel
from tests.faults.broken import BrokenPromise
from tests.faults.ledger import IN_MESSENGER, Ledger, marks_in
from tests.faults.town import MessengerChat, Town

FILE = "deskwire.db"


class Evidence:
    """One moment of the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.row_factory = sqlite3.Row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        found: list[sqlite3.Row] = self._connection.execute(sql, values).fetchall()
        return found

    def count(self, sql: str, *values: object) -> int:
        [(number,)] = self.all(sql, *values)
        return int(number)

    def messages(self) -> dict[str, sqlite3.Row]:
        """The ticket messages by their marks, in their order. Two of one mark break a promise."""
        found: dict[str, sqlite3.Row] = {}
        for row in self.all(
            "SELECT m.*, t.number, t.subscriber_id, t.channel AS ticket_channel"
            " FROM messages m JOIN tickets t ON t.id = m.ticket_id ORDER BY m.seq"
        ):
            for mark in marks_in(row["text"])[:1]:
                if mark in found:
                    raise BrokenPromise(
                        "handling something twice has no second effect",
                        f"one message {mark}",
                        f"another one, in tickets {found[mark]['number']} and {row['number']}",
                    )
                found[mark] = row
        return found


@contextmanager
def of_the_dead(folder: Path) -> Iterator[Evidence]:
    """A copy of what a desk that is gone left behind: the desk itself has to recover the file."""
    for name in (FILE, f"{FILE}-wal"):
        target = folder / f"copy-{name}"
        target.unlink(missing_ok=True)
        if (folder / name).exists():
            shutil.copy(folder / name, target)
    connection = sqlite3.connect(folder / f"copy-{FILE}")
    try:
        yield Evidence(connection)
    finally:
        connection.close()


@contextmanager
def of_the_living(folder: Path) -> Iterator[Evidence]:
    """The database of a running desk."""
    connection = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)
    connection.execute("BEGIN")
    try:
        yield Evidence(connection)
    finally:
        connection.close()


def hold(promise: str, expected: object, seen: object) -> None:
    """Raises BrokenPromise where the two differ."""
    if expected != seen:
        raise BrokenPromise(promise, expected, seen)


def check_always(town: Town, ledger: Ledger, evidence: Evidence) -> None:
    """What holds at any moment, also right after a kill."""
    [(word,)] = evidence.all("PRAGMA integrity_check")
    hold("the database is sound", "ok", word)
    hold("every row has what it names", [], evidence.all("PRAGMA foreign_key_check"))
    _numbers_have_no_gaps(evidence)
    _operations_are_whole(evidence)
    _acknowledged_is_there(town, ledger, evidence)
    _sent_is_true(town, evidence)
    _delivered_is_true(town, evidence)
    _no_limit_was_passed(town)


def _numbers_have_no_gaps(evidence: Evidence) -> None:
    numbers = [row["number"] for row in evidence.all("SELECT number FROM tickets ORDER BY number")]
    hold("ticket numbers have no gaps", list(range(1, len(numbers) + 1)), numbers)


WHOLE = {
    "every ticket has its first message": "SELECT number FROM tickets t WHERE NOT EXISTS"
    " (SELECT 1 FROM messages m WHERE m.ticket_id = t.id)",
    "every customer of the website's own has a ticket": "SELECT id FROM subscribers s"
    " WHERE channel = 'virtual' AND NOT EXISTS"
    " (SELECT 1 FROM tickets t WHERE t.subscriber_id = s.id)",
    "every ticket is on its way to the agents": "SELECT number FROM tickets t WHERE NOT EXISTS"
    " (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.kind = 'card')",
    "every public answer for a messenger goes out": "SELECT m.text FROM messages m"
    " JOIN tickets t ON t.id = m.ticket_id WHERE m.author = 'agent' AND NOT m.internal"
    " AND t.channel <> 'virtual' AND NOT EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.message_id = m.id AND o.audience = 'customer')",
}
"""What an operation writes together; none of these may ever find anything."""


def _operations_are_whole(evidence: Evidence) -> None:
    for promise, query in WHOLE.items():
        found = [row[0] for row in evidence.all(query)]
        hold(f"an operation is done whole or not at all: {promise}", [], found)


def _acknowledged_is_there(town: Town, ledger: Ledger, evidence: Evidence) -> None:
    messages = evidence.messages()
    waiting = {
        mark
        for (payload,) in evidence.all("SELECT payload FROM inbox WHERE status = 'pending'")
        for mark in marks_in(payload)
    }
    unconfirmed = {mark for each in town.standins.values() for mark in marks_in(_queue(each))}
    for entry in ledger.entries.values():
        confirmed = entry.kind in IN_MESSENGER and entry.mark not in unconfirmed
        if entry.mark in messages:
            hold(f"{entry.mark} is kept as it was said", entry.text, messages[entry.mark]["text"])
        elif entry.acknowledged or (confirmed and entry.mark not in waiting):
            way = "confirmed to the messenger" if confirmed else "answered with 2xx"
            raise BrokenPromise(
                "what was acknowledged is not lost", f"{entry.mark}, {way}", "no trace of it"
            )


def _queue(standin: Any) -> str:
    """The updates that the bot has not confirmed."""
    return json.dumps([item.body for item in standin.world.updates._pending], ensure_ascii=False)


def _sent_is_true(town: Town, evidence: Evidence) -> None:
    """What is recorded as sent is in the chats."""
    for row in evidence.all(
        "SELECT c.channel, c.chat_id, c.native_id, m.mid FROM message_copies c"
        " LEFT JOIN max_messages m ON c.channel = 'max' AND m.message_id = c.native_id"
    ):
        chat = chat_of(town, row["channel"], row["chat_id"])
        known: Any = chat.by_id
        if (row["mid"] or row["native_id"]) not in known:
            raise BrokenPromise("what is recorded as sent was sent", dict(row), "no such message")
    shown = shown_to_customers(town)
    for row in evidence.all(
        "SELECT m.text, s.channel, s.chat_id FROM messages m JOIN tickets t ON t.id = m.ticket_id"
        " JOIN subscribers s ON s.id = t.subscriber_id WHERE m.delivery = 'sent'"
    ):
        for mark in marks_in(row["text"])[:1]:
            if mark not in shown[row["channel"], row["chat_id"]]:
                raise BrokenPromise(
                    "an answer counts as sent only after the messenger took it",
                    f"{mark} at the customer",
                    "delivery 'sent', and nothing there",
                )


def chat_of(town: Town, channel: str, chat_id: int) -> MessengerChat:
    chats: dict[int, Any] = town.standins[Channel(channel)].world.chats
    found: MessengerChat = chats[chat_id]
    return found


def shown_to_customers(town: Town) -> dict[tuple[str, int], Counter[str]]:
    """How often each customer was shown each mark by the bot."""
    shown: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for customer in town.customers:
        own = shown[customer.channel, customer.chat.id]
        for message in customer.chat.messages:
            if message.from_bot:
                own.update(marks_in(message.text))
    return shown


def _delivered_is_true(town: Town, evidence: Evidence) -> None:
    taken = {one.id for one in town.endpoint.taken}
    for row in evidence.all(
        "SELECT id, event FROM webhook_deliveries WHERE status = 'delivered' AND webhook_id = ?",
        town.webhook["id"],
    ):
        if row["id"] not in taken:
            raise BrokenPromise(
                "a webhook counts as delivered only after 2xx", "a request with its id", dict(row)
            )


def _no_limit_was_passed(town: Town) -> None:
    for channel, standin in town.standins.items():
        over = [told(c) for c in standin.calls if c.outcome == "error" and _too_many(c)]
        hold(f"{channel}'s limits are kept", [], over)
        broken = [told(call) for call in standin.calls.broken_contracts]
        hold(f"calls to {channel} are as its API has them", [], broken)


def _too_many(call: Call) -> bool:
    return call.error is not None and call.error.status == 429


def told(call: Call) -> str:
    """A call in short."""
    return f"{call.at:.3f} {call.method} to {call.chat_id}: {call.outcome} {call.error or ''}"


Check = Callable[[Town, Ledger, Evidence], None]
