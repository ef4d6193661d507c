"""`/readyz` says why the desk can't work, in words, and answers 200 again once it can."""

import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import Desk

TICKETS = "/v1/helpdesk/tickets"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk without messengers that is ready."""
    async with Desk(tmp_path) as running:
        await running.works()
        yield running


async def readiness(desk: Desk) -> tuple[int, Any]:
    """The status, and the reason where there is one."""
    status, answer = await desk.call("GET", "/readyz")
    return status, answer.get("detail")


async def post(desk: Desk, text: str) -> tuple[int, Any]:
    return await desk.call("POST", TICKETS, {"text": text})


async def test_a_database_that_cannot_be_read_is_the_reason_until_it_can(desk: Desk) -> None:
    assert (await post(desk, "Before"))[0] == 201
    changes = desk.folder / "deskwire.db-wal"
    kept = changes.read_bytes()
    os.truncate(changes, 0)  # as on a disk that fails: what was written cannot be read
    reason = "database: The disk cannot be read or written."
    assert await readiness(desk) == (503, reason)
    assert (await desk.call("GET", "/healthz"))[0] == 200
    with changes.open("r+b") as file:
        file.write(kept)
    assert await readiness(desk) == (200, None)
    status, ticket = await post(desk, "After")
    assert (status, ticket["ticket_number"]) == (201, 2)
    assert "Traceback" not in desk.output


async def test_a_database_that_cannot_be_written_is_the_reason_until_it_can(desk: Desk) -> None:
    assert (await post(desk, "Before"))[0] == 201
    full = (desk.folder / "deskwire.db-wal").stat().st_size
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
    assert (await post(desk, "Without room"))[0] == 503
    status, reason = await readiness(desk)
    assert status == 503
    assert reason.startswith("database: The disk ")
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, unlimited)
    assert (await post(desk, "Room again"))[0] == 201
    assert await readiness(desk) == (200, None)
