"""What an operation works with: statements in one transaction, its moment, fresh ids.

Transactions are opened, committed and undone by `database`.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from types import NoneType
from typing import NamedTuple
from uuid import UUID

Row = sqlite3.Row
Signal = tuple[str, object]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SETTLED = frozenset({"api_keys", "projects", "webhooks"})
"""Tables that are asked at every change, and themselves hardly ever change."""
# sqlite3 asks even None how it wants to be kept, and makes and drops an error as it has no answer.
sqlite3.register_adapter(NoneType, {None: None}.__getitem__)
_NAMES = re.compile(r"'[^']*'|:(\w+)")
_WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


def to_ms(moment: datetime) -> int:
    """Milliseconds since the Unix epoch, as the schema keeps times."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    """The UTC moment of so many milliseconds since the Unix epoch."""
    return datetime.fromtimestamp(value / 1000, UTC)


def optional_ms(value: int | None) -> datetime | None:
    """`from_ms` where the column may be NULL."""
    return None if value is None else from_ms(value)


class Transaction:
    """One for all operations of a batch, each of which sees what those before it did."""

    __slots__ = ("_cursor", "_settled", "new_id", "now", "now_ms", "signals")

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, new_id: Callable[[], UUID]
    ) -> None:
        self._cursor = connection.cursor()  # one for all: what a statement finds is read at once
        self._settled: dict[tuple[object, ...], list[Row]] = {}
        self.new_id = new_id
        self.now_ms = to_ms(now)
        self.now = from_ms(self.now_ms)
        self.signals: set[Signal] = set()

    def run(self, sql: str, /, **values: object) -> int:
        """Execute a statement; the number of rows it changed."""
        return self._execute(sql, values).rowcount

    def one(self, sql: str, /, **values: object) -> Row | None:
        """The first row, or None. Works for `… RETURNING` too."""
        rows: list[Row] = self._execute(sql, values).fetchall()
        return rows[0] if rows else None

    def all(self, sql: str, /, **values: object) -> list[Row]:
        return self._execute(sql, values).fetchall()

    def settled(self, sql: str, /, **values: object) -> list[Row]:
        """`all` from SETTLED tables: the rows that are known, until one of the tables changes."""
        asked = (sql, *values.values())
        rows = self._settled.get(asked)
        if rows is None:
            rows = self._settled[asked] = self.all(sql, **values)
        return rows

    def insert(self, table: str, /, **values: object) -> int:
        """Insert one row; its rowid. `table` and the names come from our code only."""
        return self._execute(_insertion(table, *values), values).lastrowid or 0

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each row of values, which its `?` stand for in their order."""
        if _placed(sql).table in SETTLED:
            self.forget()
        self._cursor.executemany(sql, rows)

    def signal(self, topic: str, about: object = None) -> None:
        """Wake the listeners of `topic` once this is committed, and tell them what it is about."""
        self.signals.add((topic, about))

    def rest(self) -> None:
        """After an operation nothing stays half read: it would outlive the transaction."""
        connection = self._cursor.connection
        self._cursor.close()
        self._cursor = connection.cursor()

    def forget(self) -> None:
        """Something was undone: what was known of SETTLED tables may not hold."""
        self._settled.clear()

    def _execute(self, sql: str, values: dict[str, object]) -> sqlite3.Cursor:
        table, placed, names = _placed(sql)
        if table in SETTLED:
            self.forget()
        return self._cursor.execute(placed, [*map(values.__getitem__, names)])


@cache
def _insertion(table: str, *names: str) -> str:
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"


class _Placed(NamedTuple):
    """A statement as SQLite gets it: its values have places, which are found faster than names."""

    table: str | None
    """What it writes to."""
    sql: str
    names: tuple[str, ...]
    """Whose values stand where."""


@lru_cache(maxsize=1024)
def _placed(sql: str) -> _Placed:
    places: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return f"?{places.setdefault(name, len(places) + 1)}" if name else found[0]

    written = _WRITES.search(sql)
    return _Placed(written and written[1], _NAMES.sub(place, sql), tuple(places))
