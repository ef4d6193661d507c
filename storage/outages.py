"""What a failure of SQLite means to who called: the disk, a lock, or the operation itself."""

import sqlite3

from storage.errors import DatabaseOutage

OUTAGES = {
    sqlite3.SQLITE_BUSY: "The database is locked by another process.",
    sqlite3.SQLITE_PROTOCOL: "The database is locked by another process.",
    sqlite3.SQLITE_FULL: "The disk is full.",
    sqlite3.SQLITE_IOERR: "The disk cannot be read or written.",
    sqlite3.SQLITE_READONLY: "The database is read-only.",
    sqlite3.SQLITE_CANTOPEN: "The database file cannot be opened.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged.",
}


def as_told(error: Exception) -> Exception:
    """What the caller of an operation gets for its error: DatabaseOutage where SQLite failed."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, sqlite3.Error) and code is not None and (code & 0xFF) in OUTAGES:
        return DatabaseOutage(describe(error))
    if isinstance(error, StopIteration):  # no future takes it
        return RuntimeError("An operation ended by StopIteration.")
    return error


def describe(error: BaseException) -> str:
    """One sentence about a failure of SQLite, without statements or paths."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return OUTAGES.get(code, "The database cannot be used at the moment.")
