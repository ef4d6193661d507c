"""A copy of the database in one file, made while others write to it; one a day, the last ones kept.

It stands beside `Database`: it opens the file by itself and only reads it.
"""

import os
import re
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

from storage.errors import Conflict, DatabaseUnusable, NotFound

_DAILY = re.compile(r"deskwire-\d{4}-\d\d-\d\d\.db")


def daily(source: Path, folder: Path, day: date, keep: int) -> Path | None:
    """Make the backup of `day` in `folder`, then remove all but the last `keep` daily ones.

    None where that day has one already. Files of any other name are left alone. Raises as `backup`
    does; then nothing is removed.
    """
    target = folder / f"deskwire-{day:%Y-%m-%d}.db"
    if target.exists():
        return None
    backup(source, target)
    for old in _daily(folder)[:-keep]:
        old.unlink(missing_ok=True)
    return target


def latest(folder: Path) -> datetime | None:
    """When the last daily backup in `folder` was finished; None where there is none."""
    times = [path.stat().st_mtime for path in _daily(folder)]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _daily(folder: Path) -> list[Path]:
    """The oldest first: their names are in the order of their days."""
    return sorted(path for path in folder.glob("deskwire-*.db") if _DAILY.fullmatch(path.name))


def backup(source: Path, target: Path) -> int:
    """Copy the database at `source`, as it is at one moment, to the new file `target`; its bytes.

    The copy is checked and durable before it gets its name, so a file of that name is whole.
    Raises NotFound without a source or a folder for `target`, Conflict when `target` exists, and
    DatabaseUnusable when reading, writing or the check fails.
    """
    if not source.is_file():
        raise NotFound(f"There is no database at {source}.")
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.")
    if target.exists():
        raise Conflict(f"{target} exists already; a backup overwrites nothing.")
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        _copy(source, partial)
        _flush(partial)
        partial.rename(target)
        _flush(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(f"Cannot copy {source} to {target}: {error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)
    writing = sqlite3.connect(target)
    try:
        # All pages in one step: a reader of the write-ahead log holds up no writer.
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without a -wal
        (verdict,) = writing.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
    finally:
        writing.close()
        reading.close()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
