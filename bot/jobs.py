"""What is done by the clock: requests expire, backups are made, what was kept long enough goes."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage import backup, deliveries, idempotency, inbox, outbox, requests
from storage.database import Database
from storage.errors import HelpdeskError
from storage.transaction import Transaction

log = structlog.get_logger()
T = TypeVar("T")

EXPIRE_EVERY = 30
"""Seconds; a request past its time counts as expired before, this only writes it down."""
BACKUP_EVERY = timedelta(hours=1)
"""How often it is seen to that the day has its backup: so a day that began with the desk stopped,
or with a full disk, has one too."""


def scheduled(db: Database, backups: Path | None, keep: int) -> AsyncIOScheduler:
    """The clock, running. `backups` is the folder for those of each day, the last `keep` stay."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(_write, "interval", [db, requests.expire], seconds=EXPIRE_EVERY)
    for purge in (requests.purge, inbox.purge, outbox.purge, idempotency.purge, deliveries.purge):
        scheduler.add_job(_write, "interval", [db, purge], hours=1)
    if backups is not None:
        scheduler.add_job(
            back_up,
            "interval",
            [db, backups, keep],
            seconds=BACKUP_EVERY.total_seconds(),
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


async def _write(db: Database, operation: Callable[[Transaction], int]) -> None:
    """A coroutine function, as all that the clock calls on the event loop has to be one."""
    await db.write(operation)


async def back_up(db: Database, folder: Path, keep: int) -> None:
    """Make the day's backup where it has none; a failure is logged and tried again by the clock."""
    day = db.clock().date()
    try:
        made = await _beside(partial(backup.daily, db.path, folder, day, keep), name="backup")
    except (HelpdeskError, OSError):
        log.exception("no backup could be made", folder=str(folder))
    else:
        if made is not None:
            log.info("made a backup", file=str(made), bytes=made.stat().st_size)


async def _beside(work: Callable[[], T], *, name: str) -> T:
    """What `work` returns or raises, on a thread that the end of the process does not wait for:
    what it was making then has no name yet, and is made anew."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
