"""A backup is whole, of one moment, or not there; and it can be put in the database's place."""

import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage import projects
from storage.backup import backup, daily, latest
from storage.database import Database
from storage.errors import Conflict, DatabaseUnusable, NotFound


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "desk.db")
    yield opened
    await opened.close()


async def test_a_backup_made_while_running_holds_what_was_committed(
    database: Database, tmp_path: Path
) -> None:
    await database.write(projects.create, slug="main", name="Main")
    backup(database.path, tmp_path / "copy.db")
    await database.write(projects.create, slug="later", name="Later")

    restored = await Database.open(tmp_path / "copy.db")
    assert [project.slug for project in await restored.read(projects.listing)] == ["main"]
    await restored.close()


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    source = tmp_path / "desk.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, amount INTEGER)")
        connection.execute("INSERT INTO account VALUES (1, 1000), (2, 0)")
        connection.commit()
    done = threading.Event()

    def move_money() -> None:
        with closing(sqlite3.connect(source)) as writer:
            while not done.is_set():
                writer.execute("UPDATE account SET amount = amount - 1 WHERE id = 1")
                writer.execute("UPDATE account SET amount = amount + 1 WHERE id = 2")
                writer.commit()

    thread = threading.Thread(target=move_money)
    thread.start()
    try:
        for number in range(10):
            backup(source, tmp_path / f"copy{number}.db")
    finally:
        done.set()
        thread.join()
    for number in range(10):
        with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copy:
            assert copy.execute("SELECT sum(amount) FROM account").fetchone() == (1000,)


async def test_a_backup_is_one_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    size = backup(database.path, tmp_path / "backups" / "copy.db")
    (only,) = (tmp_path / "backups").iterdir()
    assert (only.name, only.stat().st_size) == ("copy.db", size)


async def test_a_backup_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(Conflict):
        backup(database.path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_failed_backup_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database " * 1000)
    with pytest.raises(DatabaseUnusable):
        backup(tmp_path / "desk.db", tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["desk.db"]


def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    source = tmp_path / "desk.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE note (text TEXT)")
        connection.executemany("INSERT INTO note VALUES (?)", [("x" * 500,)] * 100)
        connection.commit()
    content = bytearray(source.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    source.write_bytes(content)
    with pytest.raises(DatabaseUnusable):
        backup(source, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("target", ["copy.db", "nowhere/copy.db"])
def test_what_is_not_there_is_named(tmp_path: Path, target: str) -> None:
    with pytest.raises(NotFound, match=r"^There is no (database|folder)"):
        backup(tmp_path / "desk.db", tmp_path / target)
    assert list(tmp_path.iterdir()) == []


# --- one a day --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_day_has_one_backup_however_often_it_is_asked_for(
    database: Database, folder: Path
) -> None:
    made = daily(database.path, folder, date(2026, 3, 1), keep=3)
    assert made == folder / "deskwire-2026-03-01.db"
    before = made.stat().st_ino
    assert daily(database.path, folder, date(2026, 3, 1), keep=3) is None
    assert made.stat().st_ino == before


async def test_the_last_backups_are_kept_and_nothing_else_is_touched(
    database: Database, folder: Path
) -> None:
    others = ["deskwire-2020-01-01.db.old", "deskwire-monday.db", "notes.txt"]
    for name in others:
        (folder / name).write_text("mine")
    for day in range(5):
        daily(database.path, folder, date(2026, 2, 27) + timedelta(days=day), keep=3)
    kept = ["deskwire-2026-03-01.db", "deskwire-2026-03-02.db", "deskwire-2026-03-03.db"]
    assert names(folder) == sorted(kept + others)


async def test_a_backup_that_fails_removes_none_of_the_earlier(
    database: Database, folder: Path
) -> None:
    daily(database.path, folder, date(2026, 3, 1), keep=1)
    with pytest.raises(NotFound):
        daily(database.path.with_name("nowhere.db"), folder, date(2026, 3, 2), keep=1)
    assert names(folder) == ["deskwire-2026-03-01.db"]


async def test_what_a_killed_backup_left_behind_is_in_nobodys_way(
    database: Database, folder: Path
) -> None:
    (folder / ".deskwire-2026-03-01.db.partial").write_text("half of it")
    daily(database.path, folder, date(2026, 3, 1), keep=3)
    assert names(folder) == ["deskwire-2026-03-01.db"]


async def test_the_last_backups_time_is_known(database: Database, folder: Path) -> None:
    assert latest(folder) is None
    (folder / "deskwire-monday.db").write_text("of the owner's own")
    assert latest(folder) is None
    daily(database.path, folder, date(2026, 3, 1), keep=3)
    moment = datetime(2026, 3, 1, 3, tzinfo=UTC)
    os.utime(folder / "deskwire-2026-03-01.db", (moment.timestamp(), moment.timestamp()))
    assert latest(folder) == moment
