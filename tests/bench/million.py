"""What a million tickets cost beside a thousand, in the whole desk as its owner runs it: its start,
the questions of `growth`, its memory and its file. Filling takes most of the time."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from tests.bench.api_server import KEY
from tests.bench.growth import Side, compare, make, mebibytes, questions
from tests.bench.messages import peak_mib
from tests.e2e.desk import Desk

SMALL = 1_000
LARGE = 1_000_000
STARTS = 5
PATIENCE = 60.0
"""Seconds for a start."""


class Sized:
    """A desk with so many tickets and no messenger, started again and again."""

    def __init__(self, folder: Path, count: int, core: int) -> None:
        self.count = count
        self.file = folder / f"{count}.db"
        self.starts: list[float] = []
        self._desk = Desk(folder, database=self.file, api_key=KEY)
        self._core = core
        self._ids: list[str] = []

    async def fill(self) -> None:
        print(f"filling {self.file.name}", file=sys.stderr)
        self._ids = await make(self.file, self.count)

    async def start(self) -> None:
        """Start the process on its core; the seconds until it is ready are kept in `starts`."""
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self._core})  # a process stays where it was begun
        began = time.perf_counter()
        await self._desk.begin()
        async with asyncio.timeout(PATIENCE):
            while (await self._desk.call("GET", "/readyz"))[0] != 200:
                pass  # each question waits for its answer
        self.starts.append(time.perf_counter() - began)
        os.sched_setaffinity(0, cores)

    @property
    def side(self) -> Side:
        return Side(int(self._desk.url.rpartition(":")[2]), questions(self._ids, self.count))

    def memory(self) -> int:
        return peak_mib(self._desk.pid)

    async def stop(self) -> None:
        await self._desk.stop()

    async def close(self) -> None:
        """End it, whatever became of it."""
        await self._desk.__aexit__(None, None, None)


async def started(small: Sized, large: Sized) -> list[str]:
    """The line of the starts, in turn, the first ones of each aside; both run in the end."""
    for turn in range(STARTS + 1):
        for each in (small, large):
            if turn:
                await each.stop()
            await each.start()
    pairs = list(zip(small.starts[1:], large.starts[1:], strict=True))
    times = [f"{statistics.median(times) * 1e3:.0f} ms" for times in zip(*pairs, strict=True)]
    ratio = statistics.median(mine / theirs for theirs, mine in pairs)
    return ["start until ready", *times, f"{ratio:.2f}", ""]


def _line(what: str, sizes: Sequence[float]) -> list[str]:
    small, large = sizes
    return [what, f"{small:.1f} MiB", f"{large:.1f} MiB", f"{large / small:.2f}", ""]


async def _run(folder: Path, core: int) -> tuple[list[list[str]], str]:
    small, large = (Sized(folder, count, core) for count in (SMALL, LARGE))
    for each in (small, large):
        await each.fill()
    try:
        start = await started(small, large)
        idle = [each.memory() for each in (small, large)]
        table = await compare(small.side, large.side, (SMALL, LARGE))
        peaks = [each.memory() for each in (small, large)]
        for each in (small, large):
            await each.stop()
    finally:
        for each in (small, large):
            await each.close()
    sizes = [mebibytes(each.file) for each in (small, large)]
    rows = [
        start,
        _line("memory at most, started", idle),
        _line("memory at most, asked", peaks),
        _line("file", sizes),
    ]
    note = f"starts: the median of {STARTS}, with the files in the system's memory"
    return [*table, *rows], note


def run() -> tuple[list[list[str]], str]:
    """The table. Both desks keep to one core."""
    with tempfile.TemporaryDirectory() as folder:
        return uvloop.run(_run(Path(folder), min(os.sched_getaffinity(0))))
