"""The model: what was said and what of it was acknowledged, each thing under a mark of its own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.faults.town import Customer, Message

MARK = re.compile(r"\[[a-z]\d+\]")


class Kind(StrEnum):
    """Who said it, and by which way."""

    CUSTOMER = "c"
    ANSWER = "a"
    NOTE = "n"
    TICKET = "t"
    VIRTUAL = "v"
    REPLY = "r"
    INTERNAL = "i"


HIDDEN = (Kind.NOTE, Kind.INTERNAL)
"""What no customer may ever see."""
IN_MESSENGER = (Kind.CUSTOMER, Kind.ANSWER, Kind.NOTE)
"""What was said in a messenger: it counts as acknowledged once its update is confirmed."""
TOLD_TO_AGENTS = (Kind.CUSTOMER, Kind.TICKET, Kind.VIRTUAL, Kind.REPLY, Kind.INTERNAL)
"""What the desk itself must show to the agents."""


@dataclass(eq=False, slots=True)
class Entry:
    """One thing said. `customer`: whose ticket it is in, None for a ticket of the website's own.

    What is said in one `lane` is said in the order of the marks' numbers. `acknowledged`: the API
    answered 2xx. `native`: the message in the agents' chat, for what agents said there.
    """

    number: int
    kind: Kind
    text: str
    lane: str
    customer: Customer | None = None
    ticket: str = ""
    files: tuple[bytes, ...] = ()
    acknowledged: bool = False
    native: Message | None = None

    @property
    def mark(self) -> str:
        return mark_of(self.kind, self.number)


def mark_of(kind: Kind, number: int) -> str:
    return f"[{kind}{number}]"


def marks_in(text: str) -> list[str]:
    return MARK.findall(text)


@dataclass
class Ledger:
    entries: dict[str, Entry] = field(default_factory=dict)
    """By their marks, in the order of saying."""

    def add(
        self,
        kind: Kind,
        words: str,
        *,
        lane: str,
        customer: Customer | None = None,
        ticket: str = "",
        files: int = 0,
    ) -> Entry:
        """Write down what is about to be said; its text is the mark and the words."""
        number = len(self.entries) + 1
        mark = mark_of(kind, number)
        data = tuple(f"{mark} {part}".encode() for part in range(files))
        entry = Entry(number, kind, f"{mark} {words}".strip(), lane, customer, ticket, data)
        self.entries[mark] = entry
        return entry

    def of(self, *kinds: Kind) -> Iterable[Entry]:
        return (entry for entry in self.entries.values() if entry.kind in kinds)

    def of_customer(self, customer: Customer) -> list[Entry]:
        """What a customer said, in that order."""
        return [e for e in self.of(Kind.CUSTOMER) if e.customer is customer]
