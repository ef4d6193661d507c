"""The database: commits in groups that are safe alone, readers beside it, word of what changed."""

import asyncio
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from storage import projects
from storage.database import BATCH, Database
from storage.errors import Conflict, DatabaseOutage, HelpdeskError, Unavailable
from storage.model import Project
from storage.transaction import Transaction, from_ms, to_ms
from tests.storage.post import Clock


def slugs(tx: Transaction) -> list[str]:
    return [project.slug for project in projects.listing(tx)]


def make(tx: Transaction, slug: str) -> Project:
    return projects.create(tx, slug=slug, name=slug)


def fail(tx: Transaction, slug: str) -> None:
    make(tx, slug)
    tx.signal("made")
    raise Conflict("Not this one.")


async def test_what_was_written_is_there_for_a_fresh_start(db: Database) -> None:
    await db.write(make, "one")
    again = await Database.open(db.path)
    assert await again.read(slugs) == ["one"]
    await again.close()


async def test_many_writes_at_once_are_all_done_each_with_its_own_result(db: Database) -> None:
    names = [f"p{number}" for number in range(BATCH * 2 + 10)]
    made = await asyncio.gather(*(db.write(make, name) for name in names))
    assert [project.slug for project in made] == names
    assert len(await db.read(slugs)) == len(names)


async def test_writes_that_wait_share_a_commit(db: Database, tmp_path: Path) -> None:
    def commits() -> int:
        wal = tmp_path / "desk.db-wal"
        return wal.stat().st_size

    await db.write(make, "first")
    before = commits()
    await asyncio.gather(*(db.write(make, f"together-{number}") for number in range(50)))
    together = commits() - before
    before = commits()
    for number in range(10):
        await db.write(make, f"alone-{number}")
    assert together < commits() - before


async def test_an_operation_that_fails_is_undone_alone(db: Database) -> None:
    done = await asyncio.gather(
        db.write(make, "before"),
        db.write(fail, "failing"),
        db.write(make, "before"),
        db.write(make, "after"),
        return_exceptions=True,
    )
    assert [type(each) for each in done] == [Project, Conflict, Conflict, Project]
    assert await db.read(slugs) == ["before", "after"]


async def test_a_mistake_in_an_operation_reaches_its_caller_as_it_is(db: Database) -> None:
    def divide(tx: Transaction) -> float:
        return 1 / 0

    def misspell(tx: Transaction) -> None:
        tx.run("INSERT INTO nowhere VALUES (1)")

    for mistake, kind in ((divide, ZeroDivisionError), (misspell, sqlite3.OperationalError)):
        with pytest.raises(kind):
            await db.write(mistake)
    await db.write(make, "works")
    assert await db.read(slugs) == ["works"]


async def test_operations_see_what_those_before_them_wrote(db: Database) -> None:
    made, seen = await asyncio.gather(db.write(make, "one"), db.write(slugs))
    assert seen == [made.slug]


async def test_readers_change_nothing(db: Database) -> None:
    with pytest.raises((HelpdeskError, sqlite3.OperationalError)):
        await db.read(make, "one")
    assert await db.read(slugs) == []


async def test_readers_see_one_state_from_their_first_statement_to_their_last(
    db: Database,
) -> None:
    loop = asyncio.get_running_loop()
    reading, written = asyncio.Event(), asyncio.Event()

    def look_twice(tx: Transaction) -> tuple[list[str], list[str]]:
        first = slugs(tx)
        loop.call_soon_threadsafe(reading.set)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
        return first, slugs(tx)

    task = asyncio.ensure_future(db.read(look_twice))
    await reading.wait()
    await db.write(make, "meanwhile")
    written.set()
    assert await task == ([], [])
    assert await db.read(slugs) == ["meanwhile"]


async def test_commits_are_durable(db: Database) -> None:
    def pragmas(tx: Transaction) -> list[object]:
        names = ("synchronous", "journal_mode", "foreign_keys")
        return [tx.all(f"PRAGMA {name}")[0][0] for name in names]

    full = 2
    assert await db.write(pragmas) == [full, "wal", 1]


async def test_a_caller_who_gave_up_holds_up_nobody(db: Database) -> None:
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        make(tx, "slow")

    task = asyncio.ensure_future(db.write(slow))
    await begun.wait()
    task.cancel()
    after = asyncio.ensure_future(db.write(make, "after"))
    go_on.set()
    assert (await after).slug == "after"
    assert await db.read(slugs) == ["slow", "after"]


async def test_closing_finishes_what_waits_and_refuses_what_comes(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "desk.db")
    writes = [asyncio.ensure_future(db.write(make, f"p{number}")) for number in range(300)]
    reads = [asyncio.ensure_future(db.read(slugs)) for _ in range(20)]
    first = await writes[0]
    await db.close()
    assert first.slug == "p0"
    assert len(await asyncio.gather(*writes)) == 300
    assert len(await asyncio.gather(*reads)) == 20
    for refused in (db.write(make, "late"), db.read(slugs)):
        with pytest.raises(Unavailable):
            await refused
    again = await Database.open(tmp_path / "desk.db")
    assert len(await again.read(slugs)) == 300
    await again.close()


async def test_a_full_disk_is_unavailable_and_what_was_there_stays(db: Database) -> None:
    await db.write(make, "before")

    def limit(tx: Transaction) -> None:
        pages = tx.all("PRAGMA page_count")[0][0]
        tx.all(f"PRAGMA max_page_count = {pages}")

    def free(tx: Transaction) -> None:
        tx.all("PRAGMA max_page_count = 1000000")

    def much(tx: Transaction, slug: str) -> None:
        projects.create(tx, slug=slug, name="x", description="x" * 100_000)

    await db.write(limit)
    done = await asyncio.gather(
        db.write(much, "one"), db.write(much, "two"), return_exceptions=True
    )
    assert [type(each) for each in done] == [DatabaseOutage, DatabaseOutage]
    assert str(done[0]) == "The disk is full."
    with pytest.raises(DatabaseOutage, match="full"):
        await db.check()
    await db.write(free)
    await db.write(make, "after")
    await db.check()
    assert await db.read(slugs) == ["before", "after"]


async def test_a_lock_of_another_process_is_unavailable_once_the_patience_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT", 0.05)
    db = await Database.open(tmp_path / "desk.db")
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await db.write(make, "one")
    assert await db.read(slugs) == []
    other.execute("ROLLBACK")
    other.close()
    assert (await db.write(make, "one")).slug == "one"
    await db.close()


async def test_a_lock_that_sqlite_itself_gives_up_on_is_unavailable_too(db: Database) -> None:
    def give_up(tx: Transaction) -> None:
        error = sqlite3.OperationalError("locking protocol")
        error.sqlite_errorcode = sqlite3.SQLITE_PROTOCOL
        raise error

    with pytest.raises(DatabaseOutage, match="locked by another process"):
        await db.write(give_up)


async def test_a_write_that_failed_is_tried_again_for_a_look_after_a_while(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(tx: Transaction) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with pytest.raises(DatabaseOutage):
        await db.write(fail)
    with pytest.raises(DatabaseOutage, match="full"):
        await db.check()
    monkeypatch.setattr("storage.database.DOUBT", 0.0)
    await db.check()
    monkeypatch.undo()
    await db.check()


async def test_what_sqlite_gave_up_unnoticed_takes_no_neighbour_with_it(db: Database) -> None:
    def given_up(tx: Transaction) -> None:
        tx.run("ROLLBACK")  # as SQLite does by itself where the disk cannot be read

    done = await asyncio.gather(
        db.write(make, "one"), db.write(given_up), db.write(make, "two"), return_exceptions=True
    )
    assert [type(each) for each in done] == [DatabaseOutage] * 3
    assert await db.read(slugs) == []


async def test_ids_and_times_are_those_that_are_passed_in(db: Database, clock: Clock) -> None:
    made = await db.write(make, "one")
    assert made.created_at == clock.now
    clock.move(timedelta(hours=1))
    assert (await db.write(make, "two")).created_at == clock.now


@pytest.mark.parametrize("ms", [0, 1, 999, 1_772_366_400_250, 4_102_444_799_999])
def test_times_are_kept_to_the_millisecond(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms
