"""How the desk stands, as numbers that are looked up when they are asked for.

What is counted while it happens is added by whoever does it: `api.metrics` and the bot.
"""

import math
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage import backlog, overview
from storage.backlog import Queue
from storage.database import Database
from storage.errors import Unavailable
from storage.overview import ProjectState
from storage.transaction import Transaction

QUANTILES = (0.5, 0.9)
"""Of the waits for a first reply: the usual one, and one that only a tenth is above."""


class _Picture(NamedTuple):
    """What the database told, at one moment."""

    now: datetime
    queues: list[Queue]
    projects: list[ProjectState]
    endpoints: dict[str, int]


class Standing(Collector):
    """`look`, then let it be collected."""

    def __init__(self) -> None:
        self._ready = False
        self._file: Path | None = None
        self._picture: _Picture | None = None

    async def look(self, db: Database, *, ready: bool) -> None:
        """Look now; while the database cannot be read, its part is missing."""
        self._ready, self._file = ready, db.path
        try:
            self._picture = await db.read(_picture)
        except Unavailable:
            self._picture = None

    def collect(self) -> Iterator[Metric]:
        yield _gauge("ready", "1 while /readyz answers 200, else 0.", ((), float(self._ready)))
        yield from _disk(self._file)
        if self._picture is not None:
            yield from _queues(self._picture)
            yield from _tickets(self._picture)
            yield _gauge(
                "webhook_endpoints",
                "Webhooks by state: working, failing, disabled.",
                *(((state,), count) for state, count in self._picture.endpoints.items()),
                labels=("state",),
            )


def _picture(tx: Transaction) -> _Picture:
    return _Picture(tx.now, backlog.queues(tx), overview.project_states(tx), overview.endpoints(tx))


def _gauge(
    name: str,
    meaning: str,
    *samples: tuple[Sequence[str], float],
    labels: Sequence[str] = (),
) -> Metric:
    family = GaugeMetricFamily(f"deskwire_{name}", meaning, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _disk(file: Path | None) -> Iterator[Metric]:
    if file is None:
        return
    parts = [file, file.with_name(f"{file.name}-wal")]
    used = sum(part.stat().st_size for part in parts if part.exists())
    yield _gauge("database_bytes", "Size of the database's files.", ((), used))
    free = shutil.disk_usage(file.absolute().parent).free
    yield _gauge("disk_free_bytes", "Free space where the database is.", ((), free))


def _queues(picture: _Picture) -> Iterator[Metric]:
    yield _gauge(
        "waiting",
        "What came in and is not handled, or must go out and is not sent.",
        *(((queue.where, queue.channel), queue.waiting) for queue in picture.queues),
        labels=("where", "channel"),
    )
    yield _gauge(
        "oldest_waiting_seconds",
        "How long the oldest of what waits does so already.",
        *(
            ((queue.where, queue.channel), _seconds(picture.now, queue.since))
            for queue in picture.queues
        ),
        labels=("where", "channel"),
    )


def _tickets(picture: _Picture) -> Iterator[Metric]:
    projects = picture.projects
    yield _gauge(
        "tickets_open",
        "Tickets that are not closed, by project and status.",
        *(((each.slug, status), n) for each in projects for status, n in each.open.items()),
        labels=("project", "status"),
    )
    made = CounterMetricFamily(
        "deskwire_tickets", "Tickets that were ever made.", labels=("project",)
    )
    for each in projects:
        made.add_metric((each.slug,), each.made)
    yield made
    yield _gauge(
        "oldest_new_ticket_seconds",
        "Age of the oldest ticket that nobody took or answered; 0 where there is none.",
        *(((each.slug,), _seconds(picture.now, each.untouched_since)) for each in projects),
        labels=("project",),
    )
    yield _gauge(
        "first_reply_seconds",
        "Waits for the first reply to the tickets of the last 7 days.",
        *(
            ((each.slug, str(quantile)), _quantile(each.first_replies, quantile))
            for each in projects
            for quantile in QUANTILES
        ),
        labels=("project", "quantile"),
    )


def _seconds(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)


def _quantile(ordered: Sequence[float], quantile: float) -> float:
    """The nearest-rank quantile; NaN of nothing, as Prometheus has it."""
    return ordered[math.ceil(quantile * len(ordered)) - 1] if ordered else math.nan
