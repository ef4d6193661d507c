"""A backup is whole, of one moment, or not there; and it can be put in the database's place."""

import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import projects
from storage.backup import backup
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
