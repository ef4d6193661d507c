"""News of commits: who listens hears of what is durable, and may look at it as it was made."""

import asyncio
import threading

import pytest

from storage import projects
from storage.database import Database
from storage.errors import Conflict
from storage.transaction import Transaction


def slugs(tx: Transaction) -> list[str]:
    return [project.slug for project in projects.listing(tx)]


def silently(tx: Transaction, slug: str) -> None:
    projects.create(tx, slug=slug, name=slug)


def make(tx: Transaction, slug: str) -> None:
    """Signals the first letter of what is made."""
    silently(tx, slug)
    tx.signal("made", slug[0])


def fail(tx: Transaction) -> None:
    make(tx, "failing")
    raise Conflict("Not this one.")


async def test_signals_wake_listeners_after_the_commit_and_only_theirs(db: Database) -> None:
    with db.listen("made", "other") as made, db.listen("elsewhere") as elsewhere:
        await db.write(silently, "silent")
        assert not made.is_set()
        await db.write(make, "signalled")
        assert made.is_set()
        assert await db.read(slugs) == ["silent", "signalled"]
        assert not elsewhere.is_set()


async def test_listeners_learn_once_what_signals_are_about(db: Database) -> None:
    with db.listen("made") as made:
        await asyncio.gather(*(db.write(make, slug) for slug in ("one", "two", "three")))
        assert made.take().keys() == {"o", "t"}
        assert not made.is_set()
        await db.write(make, "four")
        assert made.take().keys() == {"f"}


async def test_who_listens_looks_in_the_transaction_that_wakes_them(db: Database) -> None:
    def look(tx: Transaction, about: str) -> list[str]:
        return [slug for slug in slugs(tx) if slug.startswith(about)]

    with db.listen("made", look=look) as made:
        await asyncio.gather(*(db.write(make, slug) for slug in ("one", "two", "three")))
        await db.write(silently, "other")
        assert made.take() == {"o": ["one"], "t": ["two", "three"]}


async def test_a_look_that_fails_undoes_nothing(db: Database) -> None:
    def look(_: Transaction, __: object) -> None:
        raise ValueError("no such weather")

    with db.listen("made", look=look) as made:
        await db.write(make, "kept")
        assert made.take() == {"k": None}
    assert await db.read(slugs) == ["kept"]


async def test_who_begins_to_listen_during_a_commit_is_told_of_it(db: Database) -> None:
    """What they read then is not there yet."""
    committing, go_on = threading.Event(), threading.Event()

    def pause(sql: str) -> None:
        if sql == "COMMIT":
            committing.set()
            go_on.wait(30)

    def slow(tx: Transaction) -> None:
        tx._cursor.connection.set_trace_callback(pause)
        make(tx, "one")

    written = db.write(slow)
    await asyncio.to_thread(committing.wait, 30)
    with db.listen("made", look=lambda tx, _: slugs(tx)) as made:
        assert await db.read(slugs) == []
        go_on.set()
        await written
        assert made.take() == {"o": None}
    await db.write(lambda tx: tx._cursor.connection.set_trace_callback(None))


async def test_what_is_undone_signals_nothing(db: Database) -> None:
    with db.listen("made") as made:
        with pytest.raises(Conflict):
            await db.write(fail)
        assert not made.is_set()


async def test_who_listens_no_more_is_forgotten(db: Database) -> None:
    with db.listen("made"), db.listen("made"):
        pass
    assert not db._listeners._by_topic
