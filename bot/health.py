"""What keeps the desk from being ready, in words, by part: the source of `/readyz`."""

import time
from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Health(Collector):
    """Each part of the desk says here what is wrong with it; nothing said is nothing wrong.

    A part that says again and again that it works, as one that reads updates does, is known to.
    `clock` gives seconds since the Unix epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._reasons: dict[str, str] = {}
        self._last_good: dict[str, float] = {}

    def bad(self, part: str, reason: str) -> bool:
        """`part` does not work because of `reason`; whether that is news."""
        news = self._reasons.get(part) != reason
        self._reasons[part] = reason
        return news

    def good(self, part: str) -> bool:
        """`part` works; whether that is news."""
        self._last_good[part] = self._clock()
        return self._reasons.pop(part, None) is not None

    def reasons(self) -> list[str]:
        return [f"{part}: {reason}" for part, reason in sorted(self._reasons.items())]

    def collect(self) -> Iterator[Metric]:
        """For Prometheus: which part works, and when it last said so."""
        up = GaugeMetricFamily(
            "deskwire_part_up", "1 while this part of the desk works, else 0.", labels=("part",)
        )
        for part in sorted(self._reasons.keys() | self._last_good.keys()):
            up.add_metric((part,), float(part not in self._reasons))
        yield up
        last = GaugeMetricFamily(
            "deskwire_part_last_good_timestamp_seconds",
            "When this part last said that it works; for updates, the last successful request.",
            labels=("part",),
        )
        for part, moment in sorted(self._last_good.items()):
            last.add_metric((part,), moment)
        yield last
