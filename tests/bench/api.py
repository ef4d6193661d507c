"""How fast the API is, beside a bare aiohttp handler with the same models on the same core."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench import load
from tests.bench.api_server import KEY, TICKETS

ROUNDS = 15
SECONDS = 0.4
CONNECTIONS = 64
TICK = os.sysconf("SC_CLK_TCK")

PATH = "/v1/helpdesk/tickets"
QUESTION = {
    "text": "Where is my parcel? It was to be here on Monday.",
    "subject": "Delivery",
    "first_name": "Ann",
    "context": {"page": "/cart"},
}
ANSWER = {"text": "It is on its way to you."}

WANTED = {"create": 0.5, "details": 0.6, "list of 50": 0.4, "reply": 0.5}
"""What share of the bare handler's requests a second the API is to reach."""


@dataclass
class Server:
    """A server's process. `ids` are those of its tickets."""

    process: "subprocess.Popen[str]"
    port: int
    ids: Sequence[str]

    def cpu_seconds(self) -> float:
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        values = stat.rpartition(")")[2].split()
        return (int(values[11]) + int(values[12])) / TICK

    def stop(self) -> int:
        """Its memory at most, in MiB."""
        out, _ = self.process.communicate()
        return int(out)


def start(which: str, folder: str, core: int) -> Server:
    command = [sys.executable, "-m", "tests.bench.api_server", which, folder, str(core)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port, *ids = process.stdout.readline().split()
    return Server(process, int(port), ids)


def requests_for(operation: str, server: Server, count: int) -> list[bytes]:
    """So many requests, spread over the tickets."""
    half = TICKETS // 2
    read = [server.ids[number % half] for number in range(half)]
    answered = [server.ids[half + number % half] for number in range(half)]
    makers: dict[str, Callable[[int], bytes]] = {
        "create": lambda n: load.request("POST", PATH, KEY, json.dumps(QUESTION).encode()),
        "details": lambda n: load.request("GET", f"{PATH}/{read[n]}", KEY),
        "list of 50": lambda n: load.request("GET", PATH, KEY),
        "reply": lambda n: load.request(
            "POST", f"{PATH}/{answered[n]}/reply", KEY, json.dumps(ANSWER).encode()
        ),
    }
    made = [makers[operation](number) for number in range(half)]
    return [made[number % half] for number in range(count)]


def measure(operation: str, server: Server, count: int) -> tuple[float, float]:
    """Requests a second, and microseconds of the server's processor a request."""
    requests = requests_for(operation, server, count)
    before = server.cpu_seconds()
    speed = uvloop.run(load.run(server.port, requests, CONNECTIONS))
    return speed, (server.cpu_seconds() - before) / count * 1e6


def compare(operation: str, bare: Server, real: Server) -> list[str]:
    """A line of the table: rounds that alternate, so that a busy machine is busy for both."""
    speeds: dict[str, list[float]] = {"bare": [], "real": []}
    costs: dict[str, list[float]] = {"bare": [], "real": []}
    count = {"bare": 500, "real": 500}
    for turn in range(ROUNDS + 1):
        for name, server in (("bare", bare), ("real", real)):
            speed, cost = measure(operation, server, count[name])
            count[name] = max(200, int(speed * SECONDS))
            if turn:  # the first round warms up
                speeds[name].append(speed)
                costs[name].append(cost)
    ratios = [mine / theirs for mine, theirs in zip(speeds["real"], speeds["bare"], strict=True)]
    return [
        operation,
        f"{statistics.median(speeds['bare']):.0f}",
        f"{statistics.median(speeds['real']):.0f}",
        f"{statistics.median(ratios):.2f}",
        f"{WANTED[operation]:.2f}",
        f"{statistics.median(costs['bare']):.0f}",
        f"{statistics.median(costs['real']):.0f}",
        f"{statistics.median(costs['bare']) / statistics.median(costs['real']):.2f}",
    ]


HEAD = ["operation", "bare/s", "API/s", "ratio", "wanted", "bare µs", "API µs", "of µs"]


def run(operations: Sequence[str] = tuple(WANTED)) -> tuple[list[list[str]], str]:
    """The table, and a word on memory. The client keeps to another core where there is one."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory() as folder:
        bare, real = start("bare", folder, cores[0]), start("real", folder, cores[0])
        table = [HEAD, *(compare(operation, bare, real) for operation in operations)]
        memory = f"memory at most: bare {bare.stop()} MiB, API {real.stop()} MiB"
    os.sched_setaffinity(0, cores)
    return table, memory
