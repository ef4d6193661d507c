"""What is done by the clock: requests expire, and what was kept long enough is forgotten."""

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage import deliveries, idempotency, inbox, outbox, requests
from storage.database import Database

EXPIRE_EVERY = 30
"""Seconds; a request past its time counts as expired before, this only writes it down."""


def scheduled(db: Database) -> AsyncIOScheduler:
    """The clock, running."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(db.write, "interval", [requests.expire], seconds=EXPIRE_EVERY)
    for purge in (requests.purge, inbox.purge, outbox.purge, idempotency.purge, deliveries.purge):
        scheduler.add_job(db.write, "interval", [purge], hours=1)
    scheduler.start()
    return scheduler
