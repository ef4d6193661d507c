"""How the API's answers keep their pace as a database grows: the same questions to two desks that
differ only in how many tickets they have, so each page is as full in both."""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import uvloop
from aiohttp import web

from api.app import build
from api.runner import Runner
from storage import agent_chats, api_keys, projects, search
from storage.database import Database
from storage.ids import new as new_id
from storage.model import Chat, Project
from storage.transaction import Transaction
from tests.bench import load
from tests.bench.api_server import KEY, Nowhere

SMALL = 1_000
LARGE = 200_000
AT_ONCE = 5_000
"""Tickets that are written in one transaction."""
ROUNDS = 7
REQUESTS = 40
WANTED = 1.5

PATH = "/v1/helpdesk/tickets"
STATES = ("new", "in_progress", "waiting", "closed")
WORDS = tuple(
    f"{stem}{end}"
    for stem in ("deliver", "заказ", "refund", "оплат", "samovar")
    for end in ("", "s", "ed", "а", "у", "ом", "ы", *map(str, range(500)))
)


def fill(tx: Transaction, project: Project, numbers: range) -> None:
    """Tickets with a question and an answer: `parcel` is in each, `order<number>` in one."""
    chance = random.Random(numbers.start)
    for number in numbers:
        subscriber, ticket = str(new_id()), str(new_id())
        state = STATES[number % 100 // 33]
        tx.insert(
            "subscribers",
            id=subscriber,
            project_id=str(project.id),
            channel="virtual",
            first_name="Ann",
            created_at=tx.now_ms,
            updated_at=tx.now_ms,
        )
        tx.insert(
            "tickets",
            id=ticket,
            project_id=str(project.id),
            number=number,
            subscriber_id=subscriber,
            channel="virtual",
            subject=f"Delivery of order{number}",
            status=state,
            context='{"page": "/cart"}',
            created_at=tx.now_ms,
            updated_at=tx.now_ms,
        )
        for author in ("customer", "agent"):
            tx.insert(
                "messages",
                id=str(new_id()),
                ticket_id=ticket,
                author=author,
                author_name="Ann" if author == "customer" else "Shop",
                text=f"Where is my parcel {' '.join(chance.choices(WORDS, k=8))}",
                created_at=tx.now_ms,
            )
    search.index(tx)


async def make(path: Path, count: int, agent_chat: Chat | None = None) -> list[str]:
    """A database with so many tickets; the ids of the last ones. The agents of a chat have seen
    them all."""
    db = await Database.open(path)
    project = await db.write(projects.create, slug="main", name="Shop")
    await db.write(api_keys.add, project.id, KEY)
    if agent_chat is not None:
        await db.write(agent_chats.link, project.id, agent_chat)
    for start in range(1, count + 1, AT_ONCE):
        await db.write(fill, project, range(start, min(start + AT_ONCE, count + 1)))
    rows = await db.read(
        lambda tx: tx.all("SELECT id FROM tickets ORDER BY number DESC LIMIT :n", n=REQUESTS)
    )
    await db.close()
    return [row["id"] for row in rows]


def questions(ids: list[str], count: int) -> dict[str, list[str]]:
    """What is asked of a database with so many tickets, by name: paths to go through."""
    middle = count // 2
    frequent, rare = quote("parcel"), f"order{middle}"
    return {
        "list": [PATH],
        "list, waiting": [f"{PATH}?status=waiting"],
        "list, from the middle": [f"{PATH}?cursor=p{middle}"],
        "list, offset": [f"{PATH}?offset={min(10_000, count - 100)}"],
        "details": [f"{PATH}/{each}" for each in ids],
        "search, word in each": [f"{PATH}?q={frequent}"],
        "search, from the middle": [f"{PATH}?q={frequent}&cursor=p{middle}"],
        "search, word in one": [f"{PATH}?q={rare}"],
        "search, beginning": [f"{PATH}?q=par"],
        "search, two words": [f"{PATH}?q=parcel%20where"],
        "search, one in each and one in one": [f"{PATH}?q={frequent}%20{rare}"],
        "search, beginning of 500 words": [f"{PATH}?q={quote('заказ')}"],
    }


@dataclass
class Side:
    """A desk that listens, and what is asked of it, by name: paths to go through."""

    port: int
    questions: dict[str, list[str]]

    async def latency(self, name: str) -> float:
        """Microseconds for an answer, asked one after the other."""
        paths = self.questions[name]
        asked = [load.request("GET", paths[n % len(paths)], KEY) for n in range(REQUESTS)]
        return 1e6 / await load.run(self.port, asked, connections=1)


async def compare(small: Side, large: Side, counts: tuple[int, int]) -> list[list[str]]:
    """The table: a line a question, in rounds that alternate, so that a busy machine is busy for
    both."""
    table = [["question", *(f"{count} tickets" for count in counts), "ratio", "wanted"]]
    for name in small.questions:
        rounds = [
            (await small.latency(name), await large.latency(name)) for _ in range(ROUNDS + 1)
        ][1:]
        ratio = statistics.median(mine / theirs for theirs, mine in rounds)
        times = [f"{statistics.median(times):.0f} µs" for times in zip(*rounds, strict=True)]
        table.append([name, *times, f"{ratio:.2f}", f"{WANTED:.2f}"])
    return table


class Server:
    """The API's process, with nothing of the desk beside it."""

    def __init__(self, folder: Path, count: int, core: int) -> None:
        path = folder / f"{count}.db"
        ids = uvloop.run(make(path, count))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.growth", str(path), str(core)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.side = Side(int(self._process.stdout.readline()), questions(ids, count))

    def stop(self) -> None:
        self._process.communicate()


def mebibytes(file: Path) -> float:
    return file.stat().st_size / 2**20


def run() -> tuple[list[list[str]], str]:
    """The table, and how large the files are."""
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = Server(folder, SMALL, core), Server(folder, LARGE, core)
        table = uvloop.run(compare(small.side, large.side, (SMALL, LARGE)))
        small.stop()
        large.stop()
        sizes = [mebibytes(folder / f"{count}.db") for count in (SMALL, LARGE)]
    return table, f"files: {sizes[0]:.1f} MiB and {sizes[1]:.0f} MiB"


async def serve(path: Path) -> None:
    """Serve until standard input ends."""

    async def ready() -> list[str]:
        return []

    db = await Database.open(path)
    app = build(db, links=Nowhere(), channels=(), files=Nowhere(), readiness=ready)
    runner = Runner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await db.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    uvloop.run(serve(Path(sys.argv[1])))
