"""The schema's history: `NNNN_name.sql`, applied in order, each in one transaction."""

import sqlite3
from pathlib import Path

from storage.errors import DatabaseUnusable

FOLDER = Path(__file__).parent


def scripts() -> list[Path]:
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def latest() -> int:
    """The schema's version that this program knows."""
    return int(scripts()[-1].name[:4])


def migrate(path: Path, now_ms: int, *, up_to: int | None = None) -> None:
    """Bring the file at `path` to version `up_to` (the latest by default), making it if need be.

    Raises DatabaseUnusable when it is newer than this program, not a database, or not accessible.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"Cannot open the database {path}: {error}.") from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # in the pages of a table that is left too
        version = _version(connection)
        if version > latest():
            raise DatabaseUnusable(
                f"The database {path} has schema version {version}, but this Deskwire knows only "
                f"{latest()}: start the newer Deskwire that wrote it, or restore a backup."
            )
        for script in scripts():
            number = int(script.name[:4])
            if version < number <= (up_to or latest()):
                _apply(connection, script, number, now_ms)
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"Cannot use the database {path}: {error}.") from error
    finally:
        connection.close()


def _version(connection: sqlite3.Connection) -> int:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)"
    )
    (version,) = connection.execute("SELECT max(version) FROM schema_migrations").fetchone()
    return int(version or 0)


def _apply(connection: sqlite3.Connection, script: Path, number: int, now_ms: int) -> None:
    record = f"INSERT INTO schema_migrations VALUES ({number}, '{script.stem}', {int(now_ms)});"
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script.read_text()}\n{record}\nCOMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
