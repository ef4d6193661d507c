"""What the bot counts while it works, for Prometheus: how long messages take, and what goes wrong.

What can be looked up in the database is not counted here.
"""

import logging
from datetime import datetime
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.registry import Collector

from storage import backup

_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)


class Numbers:
    """The bot's counters; without a `registry` they are kept for nobody."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        delivery = Histogram(
            "deskwire_delivery_seconds",
            "From the change that caused a message to the messenger taking it.",
            ("channel", "audience"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._taken = cache(delivery.labels)  # labels are joined and locked at each call
        self._errors = Counter(
            "deskwire_delivery_errors",
            "Attempts to send that failed: passing ones are tried again, repairable ones mended.",
            ("channel", "audience", "kind"),
            registry=registry,
        )
        self._failures = Counter(
            "deskwire_delivery_failures",
            "Messages that a messenger refused for good, whole or their files, by reason.",
            ("channel", "audience", "reason"),
            registry=registry,
        )

    def sent(self, channel: str, audience: str, seconds: float) -> None:
        self._taken(channel, audience).observe(max(seconds, 0.0))

    def stumbled(self, channel: str, audience: str, kind: str) -> None:
        """`kind` is "passing", "repairable" or "surprise"."""
        self._errors.labels(channel, audience, kind).inc()

    def gave_up(self, channel: str, audience: str, reason: str) -> None:
        self._failures.labels(channel, audience, reason).inc()


class LogLines(logging.Handler):
    """Counts the warnings and errors that the process logs, the libraries' too."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(logging.WARNING)
        self._lines = Counter(
            "deskwire_log_lines", "Warnings and errors in the log.", ("level",), registry=registry
        )
        for level in ("warning", "error", "critical"):
            self._lines.labels(level)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.labels(record.levelname.lower()).inc()


def watch(registry: CollectorRegistry, health: Collector, backups: Path | None) -> Numbers:
    """Have all that is counted beside the requests in `registry`: the bot's numbers, its health,
    the log's warnings and errors, and when the last daily backup was made in `backups`."""
    registry.register(health)
    logging.getLogger().addHandler(LogLines(registry))
    if backups is not None:
        Gauge(
            "deskwire_last_backup_timestamp_seconds",
            "When the last daily backup was made; 0 where there is none.",
            registry=registry,
        ).set_function(lambda: _moment(backup.latest(backups)))
    return Numbers(registry)


def _moment(made: datetime | None) -> float:
    return 0.0 if made is None else made.timestamp()
