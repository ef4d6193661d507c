"""What is done by the clock is done on the event loop, and does what it is there for."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED

from bot.jobs import scheduled
from storage import inbox
from storage.database import Database
from storage.model import Channel
from storage.transaction import Transaction

LONG_AGO = timedelta(days=90)


def leave_behind(tx: Transaction) -> None:
    """A request that nobody answered, and an update that was handled long ago."""
    long_ago = tx.now_ms - LONG_AGO // timedelta(milliseconds=1)
    tx.insert("projects", id="p", slug="main", name="Shop", created_at=long_ago)
    tx.insert("requests", id="r", project_id="p", created_at=long_ago, expires_at=tx.now_ms - 1)
    inbox.add(tx, Channel.TELEGRAM, [(1, 5, {})])
    tx.run("UPDATE inbox SET status = 'handled', handled_at = :long_ago", long_ago=long_ago)


def left(tx: Transaction) -> list[object]:
    rows = tx.all("SELECT status FROM requests UNION ALL SELECT status FROM inbox")
    return [row["status"] for row in rows]


async def test_all_that_the_clock_calls_runs(db: Database) -> None:
    await db.write(leave_behind)
    assert await db.read(left) == ["pending", "handled"]
    scheduler = scheduled(db, None, 1)
    ended: asyncio.Queue[object] = asyncio.Queue()
    kinds = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
    scheduler.add_listener(ended.put_nowait, kinds)
    jobs = scheduler.get_jobs()
    for job in jobs:
        job.modify(next_run_time=datetime.now(UTC))
    async with asyncio.timeout(30):
        outcomes = [await ended.get() for _ in jobs]
    scheduler.shutdown(wait=False)
    assert {getattr(outcome, "exception", "missed") for outcome in outcomes} == {None}
    assert await db.read(left) == ["expired"]
