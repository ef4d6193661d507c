"""A look at a database file for who asks whether all is well, also while a desk works with it.

Nothing is changed, brought up to date or locked; what is found is `bot.doctor`'s to judge.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from storage import backlog, migrations, overview, projects
from storage.backlog import Queue
from storage.database import Clock, utc_now
from storage.errors import DatabaseUnusable, NotFound
from storage.model import Project
from storage.outages import describe
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Inspection:
    """`set_aside` is how many updates were given up; `endpoints` counts webhooks by state."""

    projects: list[Project]
    queues: list[Queue]
    endpoints: dict[str, int]
    set_aside: int


def version(path: Path) -> int:
    """The schema's version. Raises NotFound without a file, DatabaseUnusable for what is none."""
    with _reading(path) as connection:
        (number,) = connection.execute("SELECT max(version) FROM schema_migrations").fetchone()
    return int(number or 0)


def check(path: Path) -> None:
    """Read all of the file. Raises DatabaseUnusable where it is damaged."""
    with _reading(path) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DatabaseUnusable("The database file is damaged.")


def inspect(path: Path, clock: Clock = utc_now) -> Inspection:
    """What is in a database of the version that this program knows. Raises as `version` does."""
    assert version(path) == migrations.latest()
    with _reading(path) as connection:
        tx = Transaction(connection, clock(), uuid4)
        (set_aside,) = tx.all("SELECT count(*) FROM inbox WHERE status = 'failed'")[0]
        return Inspection(
            projects.listing(tx), backlog.queues(tx), overview.endpoints(tx), set_aside
        )


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise NotFound(f"There is no database at {path}.")
    try:
        # Not `mode=ro`: that cannot be had where no desk runs and the last one left no -wal file.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=5.0)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA query_only = ON")
            yield connection
    except sqlite3.Error as error:
        raise DatabaseUnusable(describe(error)) from error
