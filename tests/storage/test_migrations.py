"""The schema's history: each step runs on the one before it, with data in it, once."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.errors import DatabaseUnusable
from storage.migrations import latest, migrate, scripts

PROJECT = "INSERT INTO projects (id, slug, name, created_at) VALUES ('p', 'main', 'Shop', 1)"


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def schema(path: Path) -> set[str]:
    return {str(row[0]) for row in ask(path, "SELECT sql FROM sqlite_master WHERE sql NOT NULL")}


def test_steps_are_numbered_without_gaps() -> None:
    numbers = [int(script.name[:4]) for script in scripts()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert latest() == numbers[-1]


def test_every_step_runs_on_the_one_before_it_with_data_in_it(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1, up_to=1)
    ask(path, PROJECT)
    for version in range(2, latest() + 1):
        migrate(path, version, up_to=version)
        assert ask(path, "SELECT max(version) FROM schema_migrations") == [(version,)]
    assert ask(path, "SELECT slug, name FROM projects") == [("main", "Shop")]
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_what_was_sent_is_known_after_its_table_was_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1, up_to=8)
    ask(path, PROJECT)
    sent = [("telegram", 5, 20, "m", "t", "card", 0, 7), ("max", -5, 20, "", "t", "notice", 1, 8)]
    for row in sent:
        ask(path, f"INSERT INTO message_copies VALUES {row}")
    migrate(path, 2)
    assert sorted(ask(path, "SELECT * FROM message_copies")) == sorted(sent)


def test_nothing_of_what_is_deleted_later_is_left_by_a_table_that_was_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.execute("PRAGMA secure_delete = OFF")  # the default of many builds
        return connection

    connect, path = sqlite3.connect, tmp_path / "desk.db"
    migrate(path, 1, up_to=8)
    ask(path, "INSERT INTO message_copies VALUES ('max', 5, 20, 'a-sign', 't', 'card', 0, 7)")
    monkeypatch.setattr(sqlite3, "connect", careless)
    migrate(path, 2)
    monkeypatch.undo()
    ask(path, "DELETE FROM message_copies")
    ask(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"a-sign" not in path.read_bytes()


def test_step_by_step_leads_where_all_at_once_does(tmp_path: Path) -> None:
    at_once, by_steps = tmp_path / "at-once.db", tmp_path / "by-steps.db"
    migrate(at_once, 1)
    for version in range(1, latest() + 1):
        migrate(by_steps, 1, up_to=version)
    assert schema(at_once) == schema(by_steps)


async def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1)
    ask(path, PROJECT)
    before = ask(path, "SELECT * FROM schema_migrations"), schema(path)
    migrate(path, 2)
    await (await Database.open(path)).close()
    assert (ask(path, "SELECT * FROM schema_migrations"), schema(path)) == before
    assert ask(path, "SELECT slug FROM projects") == [("main",)]


async def test_a_database_of_a_newer_version_stops_the_start_and_stays_as_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1)
    newer = latest() + 1
    ask(path, f"INSERT INTO schema_migrations VALUES ({newer}, 'of the future', 1)")
    before = schema(path)
    with pytest.raises(DatabaseUnusable) as told:
        await Database.open(path)
    assert f"version {newer}" in str(told.value)
    assert str(latest()) in str(told.value)
    assert "\n" not in str(told.value)
    assert schema(path) == before


async def test_a_step_that_fails_leaves_the_version_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1)
    before = schema(path)
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in scripts():
        (folder / script.name).write_text(script.read_text())
    broken = folder / f"{latest() + 1:04}_broken.sql"
    broken.write_text("CREATE TABLE half (id TEXT);\nINSERT INTO nowhere VALUES (1);\n")
    monkeypatch.setattr("storage.migrations.FOLDER", folder)
    with pytest.raises(DatabaseUnusable):
        migrate(path, 2)
    assert schema(path) == before
    broken.write_text("CREATE TABLE whole (id TEXT);\n")
    migrate(path, 3)
    assert ask(path, "SELECT * FROM whole") == []


@pytest.mark.parametrize("content", [b"This is no database, only a text that is long.\n" * 50])
async def test_what_is_no_database_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"desk\.db"):
        await Database.open(path)
    assert path.read_bytes() == content


async def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="nowhere"):
        await Database.open(tmp_path / "nowhere" / "desk.db")
