"""How soon webhooks arrive: a ticket in each of 200 projects at once, for 1,000 endpoints of which
a tenth takes what it gets and never answers. The receiver is a process of its own."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import cast
from uuid import UUID

import uvloop

from api.guard import Guard
from api.webhook_sender import WebhookSender
from storage import ids, opening, projects, webhooks
from storage.database import Database, utc_now
from storage.model import Content
from storage.transaction import Transaction

PROJECTS = 200
ENDPOINTS = 5
HEALTHY = PROJECTS * ENDPOINTS * 9 // 10
ROUNDS = 3
HEAD = ["round", "told", "median s", "99th s", "last s", "wanted s", "ms of CPU each"]


class Health:
    """Nobody asks how the sender is."""

    def bad(self, part: str, reason: str) -> bool:
        return True

    def good(self, part: str) -> bool:
        return True


class Endpoint(asyncio.Protocol):
    """Takes a POST, notes when, and answers; one whose path ends in /hang stays silent."""

    times: list[float] = []  # noqa: RUF012 - of all of them, in this process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._got = b""

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        if end and len(body) >= int(length) and not head.split(b" ")[1].endswith(b"/hang"):
            self.times.append(time.monotonic())
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def receive() -> None:
    """Serve until standard input ends; then tell when something came."""
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(Endpoint.times))


def fill(tx: Transaction, url: str) -> list[UUID]:
    made = []
    for number in range(PROJECTS):
        project = projects.create(tx, slug=f"p{number}", name="Shop")
        for place in range(ENDPOINTS):
            hangs = place == 0 and number % 2 == 0
            webhooks.create(tx, project.id, url=url + ("/hang" if hangs else "/hook"))
        made.append(project.id)
    return made


def told(tx: Transaction) -> int:
    row = tx.one("SELECT count(*) FROM webhook_deliveries WHERE status = 'delivered'")
    assert row is not None
    count: int = row[0]
    return count


async def burst(db: Database, made: list[UUID], expected: int) -> tuple[float, float]:
    """Open the tickets and wait until it is recorded that so many webhooks arrived; when it began,
    and seconds of the processor."""
    began, used = time.monotonic(), time.process_time()
    with db.listen("webhooks") as news:
        question = opening.NewTicket(Content("Where is my parcel?"))
        await asyncio.gather(*(db.write(opening.by_backend, each, question) for each in made))
        while await db.read(told) < expected:
            await news.wait()
            news.clear()
    return began, time.process_time() - used


async def send(folder: Path, port: int) -> list[tuple[float, float]]:
    db = await Database.open(folder / "desk.db", clock=utc_now, new_id=ids.new)
    made = await db.write(fill, f"http://127.0.0.1:{port}")
    guard = Guard(allow_private=True)
    sender = WebhookSender(db, schedule=[5.0], guard=guard, health=Health())
    running = asyncio.create_task(sender.run())
    rounds = [await burst(db, made, HEALTHY * (turn + 1)) for turn in range(ROUNDS)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await sender.finish(0)
    await db.close()
    return rounds


def run() -> tuple[list[list[str]], str]:
    """The table; the first round finds every endpoint unknown and every module cold."""
    command = [sys.executable, "-m", "tests.bench.webhooks"]
    cores = sorted(os.sched_getaffinity(0))
    receiver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(receiver.pid, {cores[-1]})
    os.sched_setaffinity(0, {cores[0]})
    assert receiver.stdout is not None
    port = int(receiver.stdout.readline())
    with tempfile.TemporaryDirectory() as folder:
        rounds = uvloop.run(send(Path(folder), port))
    os.sched_setaffinity(0, cores)
    times = sorted(json.loads(receiver.communicate()[0]))
    table = [HEAD]
    for turn, (began, cpu) in enumerate(rounds):
        waits = [each - began for each in times[turn * HEALTHY : (turn + 1) * HEALTHY]]
        table.append(
            [
                str(turn + 1),
                str(len(waits)),
                f"{statistics.median(waits):.2f}",
                f"{statistics.quantiles(waits, n=100)[98]:.2f}",
                f"{waits[-1]:.2f}",
                "1.00",
                f"{cpu / HEALTHY * 1e3:.2f}",
            ]
        )
    return table, f"{PROJECTS * ENDPOINTS} endpoints, {PROJECTS * ENDPOINTS // 10} of them hang"


if __name__ == "__main__":
    uvloop.run(receive())
