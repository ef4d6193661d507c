"""A database in memory and its operations, one after the other: for machines that run many."""

import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from storage import ids
from storage.migrations import migrate
from storage.transaction import Transaction, to_ms

P = ParamSpec("P")
T = TypeVar("T")
BEGINNING = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Books:
    """Time stands still until `later` moves it."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.deserialize(_empty())
        self._connection.execute("PRAGMA foreign_keys = ON")

    def later(self, by: timedelta) -> None:
        self.now += by

    def do(
        self, operation: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What the operation returns. What it changed is undone where it raises, as it is there."""
        self._connection.execute("BEGIN")
        try:
            result = operation(Transaction(self._connection, self.now, ids.new), *args, **kwargs)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    def all(self, sql: str, **values: object) -> list[Any]:
        return self.do(lambda tx: tx.all(sql, **values))

    def close(self) -> None:
        self._connection.close()


@cache
def _empty() -> bytes:
    """A migrated database as bytes: migrations take longer than a machine's run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        migrate(file, to_ms(BEGINNING))
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA journal_mode = DELETE")
        try:
            return connection.serialize()
        finally:
            connection.close()
