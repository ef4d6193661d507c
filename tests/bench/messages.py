"""How fast messages pass through, beside aiogram echo bots on the same stand-in, a bare one and one
that keeps the desk's promises: a crowd of messages at once, and one alone. The bots take turns on
one core, so that a busy machine is busy for all; the messenger has the other.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.telegram import Group, Message, Person, TelegramStandIn
from bot.tasks import new_event_loop
from tests.e2e.desk import Desk

TOKEN = "42:AAtestTESTtestTESTtestTESTtestTESTtest"
CUSTOMERS = 20
ROUNDS = 9
CROWD = 300
ALONE = 25
UNLIMITED = "all:100000/1s,chat:100000/1s,group:100000/1s"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Measured:
    """One round: seconds a message in a crowd, and until all are marked; its processor time; the
    seconds of each alone."""

    seconds: float
    until_marked: float
    cost: float
    alone: list[float]


HEAD = ["what", "messages/s", "of the echo bot", "until marked", "processor ms"]
HEAD += ["median ms", "99th ms"]


def peak_mib(pid: int) -> int:
    """The memory that a process had at most."""
    return kibibytes(pid, "VmHWM") // 1024


def kibibytes(pid: int, what: str) -> int:
    """What the kernel tells of a process's memory: VmRSS is what it has, VmHWM the most it had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    raise LookupError("the kernel does not tell the resident memory")


@contextmanager
def starting_on(core: int) -> Iterator[None]:
    """A process that is started inside keeps to this core, with all its threads: those that it has
    later take the core from the one that makes them."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def cpu_seconds(pid: int) -> float:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / TICK


class Way:
    """One way through a bot: `write` lets somebody write, `arrived` counts what came out. Where
    what was written is `marked` afterwards, the processor's time is told with it."""

    def __init__(
        self,
        messenger: TelegramStandIn,
        pid: int,
        write: Callable[[int], Message],
        arrived: Callable[[], int],
        *,
        marked: bool = False,
    ) -> None:
        self._messenger = messenger
        self._pid = pid
        self._write = write
        self._arrived = arrived
        self._marked = marked

    async def measure(self) -> Measured:
        """One round."""
        self._messenger.hold()
        written = deque(self._write(number) for number in range(CROWD))
        before = self._arrived()
        begun, used = time.perf_counter(), cpu_seconds(self._pid)
        self._messenger.release()
        await self._come(before + CROWD)
        arrived = time.perf_counter() - begun
        await self._are_marked(written)
        marked = time.perf_counter() - begun
        cost = (cpu_seconds(self._pid) - used) / CROWD
        alone = [await self._alone(number) for number in range(ALONE)]
        return Measured(arrived / CROWD, marked / CROWD, cost, alone)

    async def _alone(self, number: int) -> float:
        begun = time.perf_counter()
        written = self._write(number)
        await self._come(self._arrived() + 1)
        seconds = time.perf_counter() - begun
        await self._are_marked(deque([written]))
        return seconds

    async def _are_marked(self, written: deque[Message]) -> None:
        def all_are() -> bool:
            while written and written[0].emojis:
                written.popleft()
            return not written

        if self._marked:
            await self._messenger.until(all_are, timeout=300, what="all marks")

    async def _come(self, count: int) -> None:
        await self._messenger.until(
            lambda: self._arrived() >= count, timeout=300, what="all messages"
        )


def told(people: Sequence[Person]) -> int:
    """How many messages are in their chats, their own included."""
    return sum(len(person.chat.by_id) for person in people)


@asynccontextmanager
async def echo_bot(
    messenger: TelegramStandIn, core: int, program: str, *arguments: str
) -> AsyncIterator[Way]:
    people = [messenger.add_person(f"Visitor {n}") for n in range(CUSTOMERS)]
    command = [sys.executable, "-m", f"tests.bench.{program}", TOKEN, messenger.url, *arguments]
    with starting_on(core):
        process = await asyncio.create_subprocess_exec(*command)
    for person in people:
        person.say("Hello")
    await messenger.until(lambda: told(people) == 2 * CUSTOMERS, timeout=30, what="the bot")
    sent = iter(range(10**9))
    yield Way(
        messenger,
        process.pid,
        lambda number: people[number % CUSTOMERS].say(f"Message {next(sent)}"),
        lambda: told(people),
    )
    process.terminate()
    await process.wait()


@asynccontextmanager
async def desk(
    messenger: TelegramStandIn, folder: Path, core: int
) -> AsyncIterator[tuple[Desk, Way, Way]]:
    """The desk, the way from customers to the agents' topics, and the way back."""
    bob = messenger.add_person("Bob")
    forum: Group = messenger.add_group("Agents", forum=True, members=[bob])
    running = Desk(
        folder,
        telegram_token=messenger.token,
        telegram_api_url=messenger.url,
        telegram_limits=UNLIMITED,
        agent_chat=f"telegram:{forum.id}",
    )
    async with AsyncExitStack() as started:
        with starting_on(core):
            await started.enter_async_context(running)
        people = [messenger.add_person(f"Customer {n}") for n in range(CUSTOMERS)]
        for person in people:
            person.open("help_main")
        await messenger.until(
            lambda: told(people) == 2 * CUSTOMERS, timeout=60, what="the consent screens"
        )
        for person in people:
            person.press(person.chat.messages[-1], "Subscribe")
            person.say("Hello")
        await messenger.until(lambda: len(forum.topics) == CUSTOMERS, timeout=60, what="the topics")
        topics = list(forum.topics.values())
        there = Way(
            messenger,
            running.pid,
            lambda number: people[number % CUSTOMERS].say(f"Message {number}"),
            lambda: len(forum.by_id),
        )
        back = Way(
            messenger,
            running.pid,
            lambda number: bob.say(f"Answer {number}.", topic=topics[number % CUSTOMERS]),
            lambda: told(people),
            marked=True,
        )
        yield running, there, back


async def _run(folder: Path, core: int) -> tuple[list[list[str]], str]:
    echo_bots = {"echo bot": ["echo_bot"], "careful echo bot": ["careful_echo_bot", f"{folder}/e"]}
    async with AsyncExitStack() as all_bots:
        ways = {}
        for name, command in echo_bots.items():
            messenger = await all_bots.enter_async_context(TelegramStandIn(token=TOKEN))
            bot = echo_bot(messenger, core, *command)
            ways[name] = await all_bots.enter_async_context(bot)
        messenger = await all_bots.enter_async_context(TelegramStandIn(token=TOKEN))
        whole = desk(messenger, folder, core)
        running, there, back = await all_bots.enter_async_context(whole)
        ways |= {"customer to topic": there, "answer to customer": back}
        rounds = [
            {name: await way.measure() for name, way in ways.items()} for _ in range(ROUNDS + 1)
        ]
        memory = peak_mib(running.pid)
    rows = [_row(name, rounds[1:]) for name in ways]  # the first round warms up
    return [HEAD, *rows], f"memory at most: {memory} MiB, wanted under 150"


def _row(what: str, rounds: Sequence[Mapping[str, Measured]]) -> list[str]:
    """Of all rounds together: the echo bot looks for garbage in every other one."""
    waits = [seconds for each in rounds for seconds in each[what].alone]
    seconds = statistics.fmean(each[what].seconds for each in rounds)
    until_marked = statistics.fmean(each[what].until_marked for each in rounds)
    bare = statistics.fmean(each["echo bot"].seconds for each in rounds)
    return [
        what,
        f"{1 / seconds:.0f}",
        f"{bare / seconds:.2f}",
        f"{bare / until_marked:.2f}",
        f"{statistics.fmean(each[what].cost for each in rounds) * 1e3:.1f}",
        f"{statistics.median(waits) * 1e3:.1f}",
        f"{statistics.quantiles(waits, n=100)[-1] * 1e3:.1f}",
    ]


def run() -> tuple[list[list[str]], str]:
    """The table, and the memory. The stand-in keeps to another core where there is one."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        table = runner.run(_run(Path(folder), cores[0]))
    os.sched_setaffinity(0, cores)
    return table
