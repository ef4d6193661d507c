"""Whether memory stays flat on a busy team's day, and what clean-up leaves in the tables.

The day passes in simulated time (`day_desk`), so that pace, pauses, expiry, clean-up and the daily
backup take the time they take; only its 86,400 seconds are pressed into MINUTES, and a little more
where the machine cannot follow. The people live in the same time. After it the clock is set a month
forward: all that is ever forgotten is forgotten. The desk has tickets from before and has shown
them, as after some weeks of work: its caches, which are all bounded, are full in the morning.
"""

import asyncio
import gc
import random
import re
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground.telegram import Limits, TelegramStandIn
from storage.model import Channel, Chat
from tests.api.receiver import Receiver
from tests.bench import team
from tests.bench.growth import make
from tests.bench.messages import TOKEN, kibibytes
from tests.e2e.desk import Desk
from tests.faults.control import Control
from tests.faults.evidence import FILE, of_the_living
from tests.faults.launcher import simulated_loop
from tests.faults.waiting import passed

BEFORE = 20_000
"""Tickets from before."""
TICKETS = 2_000
MINUTES = 5.0
HOUR = 3600.0
DAY = 24 * HOUR
BUSY = 22 * HOUR
"""Of the day: conversations that begin in these end within it."""
MONTH = 31 * 24 * HOUR
SAMPLES = 48
WARM_UP = 8
"""Samples that are left aside: caches fill."""
TABLES = ("inbox", "outbox", "requests", "idempotency_keys", "webhook_deliveries")
WANTED = 512
"""KiB that a thousand tickets may add."""
MOST_WAITING = {"inbox": 10, "outbox": 60}
"""Rows that may wait for the desk until time slows down. As its timeouts are but milliseconds long,
it would soon be late with everything once it is late with something."""
SLOWEST = 0.05
"""Of the speed that presses the day into MINUTES."""
LOOKS_EVERY = 0.1
"""Real seconds between two looks at that."""
DESK = str(Path(__file__).with_name("day_desk.py"))


@dataclass
class Record:
    """What was seen. `memory`: tickets that had come, and KiB of the process."""

    memory: list[tuple[int, int]] = field(default_factory=list)
    rows: list[dict[str, int]] = field(default_factory=list)
    said: str = ""

    @property
    def warm(self) -> list[tuple[int, int]]:
        return self.memory[WARM_UP:]

    def quarter(self, number: int) -> float:
        """MiB in the middle of one quarter of the samples after the warm-up, 0 the first."""
        length = len(self.warm) // 4
        part = self.warm[number * length : (number + 1) * length]
        return statistics.median(kib for _, kib in part) / 1024

    @property
    def slope(self) -> float:
        """KiB that a thousand tickets add, after the warm-up."""
        tickets, memory = zip(*self.warm, strict=True)
        return statistics.linear_regression(tickets, memory).slope * 1000


async def _sample(record: Record, people: team.Team, desk: Desk) -> None:
    for _ in range(SAMPLES):
        await passed(DAY / SAMPLES)
        record.memory.append((people.opened, kibibytes(desk.pid, "VmRSS")))


async def _keep_up(control: Control, folder: Path) -> None:
    """Let time pass as fast as the desk, and the machine, can follow."""
    fastest = speed = DAY / (MINUTES * 60)
    while True:
        control.run_at(speed)
        began = time.monotonic()
        await passed(speed * LOOKS_EVERY)
        late = time.monotonic() - began > 2 * LOOKS_EVERY
        if late or _is_behind(folder):
            speed = max(speed * 0.7, fastest * SLOWEST)
        else:
            speed = min(speed * 1.1, fastest)


def _is_behind(folder: Path) -> bool:
    waiting = "SELECT count(*) FROM {} WHERE status = 'pending'"
    with of_the_living(folder) as evidence:
        return any(evidence.count(waiting.format(t)) > most for t, most in MOST_WAITING.items())


async def _show_all(desk: Desk) -> None:
    """Show each ticket from before, by several at once, so that each reader has work."""
    numbers = iter(range(0, BEFORE, 100))

    async def show() -> None:
        for offset in numbers:
            page = await desk.get(f"{team.TICKETS}?limit=100&cursor=p{BEFORE + 1 - offset}")
            for ticket in page["tickets"]:
                await desk.get(f"{team.TICKETS}/{ticket['id']}")

    await asyncio.gather(*(show() for _ in range(4)))


def _count(folder: Path) -> dict[str, int]:
    with of_the_living(folder) as evidence:
        return {each: evidence.count(f"SELECT count(*) FROM {each}") for each in TABLES}


def _unfinished(folder: Path) -> int:
    with of_the_living(folder) as evidence:
        return sum(
            evidence.count(f"SELECT count(*) FROM {each} WHERE status = 'pending'")
            for each in ("inbox", "outbox", "webhook_deliveries")
        )


def _desk(folder: Path, messenger: TelegramStandIn, agent_chat: int) -> Desk:
    backups = folder / "backups"
    backups.mkdir()
    desk = Desk(
        folder,
        telegram_token=messenger.token,
        telegram_api_url=messenger.url,
        agent_chat=f"telegram:{agent_chat}",
        backup_dir=backups,
    )
    desk.program = (DESK, str(folder / "page"))
    return desk


async def _run(folder: Path, control: Control) -> Record:
    record = Record()
    messenger = TelegramStandIn(TOKEN, limits=Limits(), clock=control.monotonic)
    async with messenger, Receiver() as receiver:
        agents = [messenger.add_person(name) for name in ("Bob", "Eve")]
        group = messenger.add_group("Agents", forum=True, members=agents)
        await make(folder / FILE, BEFORE, Chat(Channel.TELEGRAM, group.id))
        async with _desk(folder, messenger, group.id) as desk:
            await desk.call("POST", "/v1/webhooks", {"url": receiver.url})
            people = team.Team(messenger, group, desk, random.Random(1))
            await _show_all(desk)
            pacing = asyncio.create_task(_keep_up(control, folder))
            async with asyncio.TaskGroup() as day:
                day.create_task(people.work(TICKETS, BUSY))
                day.create_task(_sample(record, people, desk))
            record.rows.append(_count(folder))
            unfinished = _unfinished(folder)
            control.set_clock(MONTH)
            await passed(1.2 * HOUR)
            pacing.cancel()
            record.rows.append(_count(folder))
            control.run_at(1.0)
            assert await desk.stop() == 0
        backups = len(list((folder / "backups").iterdir()))
        wrong = [line for line in desk.lines if re.search(r"\[(warning|error)", line)]
    record.said = (
        f"{people.opened} tickets, {people.messages} messages after the first,"
        f" {people.called} calls of the API, {len(receiver.taken)} webhooks, {backups} backups;"
        f" {unfinished} things unfinished, {messenger.refused} refused, {len(wrong)} warnings"
    )
    return record


def _table(record: Record) -> list[list[str]]:
    memory = [f"{record.quarter(0):.1f} MiB", f"{record.quarter(3):.1f} MiB"]
    rows = [
        ["what", "at first", "at last", "wanted"],
        ["memory, first and last quarter after the warm-up", *memory, ""],
        ["memory, added by 1,000 tickets", "", f"{record.slope:.0f} KiB", f"{WANTED} KiB"],
    ]
    after, later = record.rows
    for name in TABLES:
        what = f"rows of {name}, after the day and a month later"
        rows.append([what, str(after[name]), str(later[name]), ""])
    return rows


def run() -> tuple[list[list[str]], str]:
    """The table, and what the day was made of."""
    gc.disable()  # to look through the people's growing world would halt it for simulated minutes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        control = Control.create(folder / "page")
        with asyncio.Runner(loop_factory=simulated_loop(control)) as runner:
            record = runner.run(_run(folder, control))
    gc.enable()
    return _table(record), record.said
