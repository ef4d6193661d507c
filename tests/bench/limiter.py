"""What the rate limit adds to a request: its count and its headers, beside the cheapest request."""

import os
import tempfile
import time
from uuid import uuid4

from aiohttp import web

from api.limiter import Limiter
from tests.bench import api

COUNT = 100_000
ROUNDS = 5
REQUESTS = 2_000
HEAD = ["request", "processor µs", "limiter µs", "share", "wanted"]


def seconds() -> float:
    """How long one count takes at best, with the clock that the desk passes in."""
    limiter = Limiter(COUNT * ROUNDS * 2, time.monotonic)
    limiter.learn("a hash", uuid4())
    response = web.Response()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(COUNT):
            project_id = limiter.project_of("a hash")
            assert project_id is not None
            response.headers.update(limiter.take(project_id).headers())
        taken.append((time.perf_counter() - began) / COUNT)
    return min(taken)


def run() -> tuple[list[list[str]], str]:
    """The table of one line."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        server = api.start("real", folder, cores[0])
        os.sched_setaffinity(0, {cores[-1]})
        costs = [api.measure("details", server, REQUESTS)[1] for _ in range(ROUNDS)]
        server.stop()
    limiter = seconds() * 1e6
    os.sched_setaffinity(0, cores)
    share = limiter / min(costs)
    line = ["details", f"{min(costs):.0f}", f"{limiter:.1f}", f"{share:.3f}", "0.010"]
    return [HEAD, line], "the server of this measurement has no limit"
