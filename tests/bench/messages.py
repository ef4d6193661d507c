"""How fast messages pass through: from an update of the messenger to the message in the topic."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from bot.playground.telegram import Group, TelegramStandIn
from tests.e2e.desk import Desk

CUSTOMERS = 20
MESSAGES = 2000
UNLIMITED = "all:100000/1s,chat:100000/1s,group:100000/1s"
HEAD = ["what", "messages/s", "seconds", "processor ms each", "memory MiB"]
TICK = os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    raise LookupError("the kernel does not tell the resident memory")


def cpu_seconds(pid: int) -> float:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / TICK


async def flow(folder: Path, core: int) -> list[list[str]]:
    async with TelegramStandIn(token="42:AAtestTESTtestTESTtestTESTtestTESTtest") as messenger:
        bob = messenger.add_person("Bob")
        forum: Group = messenger.add_group("Agents", forum=True, members=[bob])
        desk = Desk(
            folder,
            telegram_token=messenger.token,
            telegram_api_url=messenger.url,
            telegram_limits=UNLIMITED,
            agent_chat=f"telegram:{forum.id}",
        )
        async with desk:
            os.sched_setaffinity(desk.pid, {core})
            people = [messenger.add_person(f"Customer {n}") for n in range(CUSTOMERS)]
            for person in people:
                person.open("help_main")
            await messenger.until(
                lambda: all(person.chat.messages[-1].from_bot for person in people),
                timeout=30,
                what="consent screens",
            )
            for person in people:
                person.press(person.chat.messages[-1], "Subscribe")
                person.say("Hello")
            await messenger.until(
                lambda: len(forum.topics) == CUSTOMERS, timeout=30, what="the topics"
            )
            before = len(forum.messages)
            messenger.hold()
            for number in range(MESSAGES):
                people[number % CUSTOMERS].say(f"Message {number}")
            begun, used = time.perf_counter(), cpu_seconds(desk.pid)
            messenger.release()
            await messenger.until(
                lambda: len(forum.messages) >= before + MESSAGES, timeout=300, what="all messages"
            )
            took = time.perf_counter() - begun
            cost = (cpu_seconds(desk.pid) - used) / MESSAGES * 1e3
            memory = resident_mib(desk.pid)
        speed = f"{MESSAGES / took:.0f}"
        return [["update to sent message", speed, f"{took:.1f}", f"{cost:.1f}", str(memory)]]


def run() -> tuple[list[list[str]], str]:
    """The table, and the wanted memory. The stand-in keeps to another core where there is one."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(flow(Path(folder), cores[0]))
    os.sched_setaffinity(0, cores)
    return [HEAD, *rows], "wanted: under 150 MiB"
