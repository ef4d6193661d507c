"""The database's lanes: whatever an operation does, those beside it and after it are answered."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from storage import projects
from storage.database import Database
from storage.errors import DatabaseUnusable, Unavailable
from storage.model import Project
from storage.transaction import Transaction


class Surprise(Exception):
    """Something that no operation expects."""


PROJECT = {"slug": "main", "name": "Acme"}


async def still_works(db: Database) -> Project:
    made = await db.write(projects.create, **PROJECT)
    assert await db.read(projects.listing) == [made]
    return made


def stop_iteration(tx: Transaction) -> object:
    return next(iter(()))


def end_the_transaction(tx: Transaction) -> None:
    """As SQLite itself does on a full disk."""
    tx.run("ROLLBACK")
    raise ValueError("then it went on")


async def test_an_operation_that_leaks_stop_iteration_fails_alone(db: Database) -> None:
    for call in (db.write, db.read):
        with pytest.raises(RuntimeError):
            await call(stop_iteration)
    await still_works(db)


async def test_a_transaction_that_is_lost_fails_as_a_whole_and_the_next_one_works(
    db: Database,
) -> None:
    with pytest.raises(Unavailable):
        await db.write(end_the_transaction)
    await still_works(db)


UNREADABLE = "CAST(x'ff' AS TEXT)"
"""A text that is none, as in a file that was damaged: what was found cannot be read to its end."""


async def test_what_is_left_half_read_holds_up_nothing_that_comes_after(db: Database) -> None:
    await db.write(projects.create, slug="first", name="First")
    await db.write(projects.create, slug="second", name="Second")
    kept = []  # an error's traceback keeps what it came through
    for half_read in (
        f"UPDATE projects SET name = 'x' RETURNING {UNREADABLE}",
        f"SELECT {UNREADABLE} FROM projects",
    ):
        for call in (db.write, db.read):
            with pytest.raises((sqlite3.Error, Unavailable)) as error:
                await call(Transaction.all, half_read)
            kept.append(error)
    await db.write(lambda tx: tx.run("UPDATE projects SET name = 'y' RETURNING id"))
    for number in range(4):  # each of the readers
        await db.write(projects.create, slug=f"later-{number}", name="Later")
        assert len(await db.read(projects.listing)) == 3 + number
    assert {each.name for each in await db.read(projects.listing)} == {"y", "Later"}


async def test_an_operation_that_fails_is_undone_and_signals_nothing(db: Database) -> None:
    def fails(tx: Transaction) -> None:
        projects.create(tx, **PROJECT)
        tx.signal("news")
        raise Surprise

    with db.listen("news") as news:
        with pytest.raises(Surprise):
            await db.write(fails)
        assert not news.is_set()
    await still_works(db)


async def test_a_database_that_cannot_be_opened_leaves_no_thread_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that is left keeps the process from ending."""
    connect, made = aiosqlite.connect, []

    def third_fails(*args: Any, **kwargs: Any) -> aiosqlite.Connection:
        made.append(1)
        if len(made) == 3:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(*args, **kwargs)

    monkeypatch.setattr(aiosqlite, "connect", third_fails)
    before = set(threading.enumerate())
    with pytest.raises(DatabaseUnusable, match="unable to open"):
        await Database.open(tmp_path / "desk.db")
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith("asyncio"):  # its pool stays, and ends with the loop
            thread.join(5)
            assert not thread.is_alive()
