"""Told to end, the desk takes nobody in, finishes what it has in hand, and closes its database."""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from bot.playground.telegram import TelegramStandIn
from tests.e2e.conftest import settings_for
from tests.e2e.desk import API_KEY, PATIENCE, Desk

TICKETS = "/v1/helpdesk/tickets"
REQUEST = "/v1/helpdesk/request"
QUESTION = {"text": "Will you still take this?"}

by_either_signal = pytest.mark.parametrize("signal", [SIGTERM, SIGINT], ids=["SIGTERM", "SIGINT"])


class Caller(NamedTuple):
    """One connection to the desk, so that it is known what is sent when."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def sends(self, *lines: str, content: bytes = b"") -> None:
        head = (*lines, "Host: desk", f"Authorization: Bearer {API_KEY}", "Connection: close")
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + content)
        await self.writer.drain()

    async def is_answered(self) -> tuple[int, Any]:
        """Status and parsed answer, once the desk has hung up."""
        async with asyncio.timeout(PATIENCE):
            head, _, body = (await self.reader.read()).partition(b"\r\n\r\n")
        assert body, "hung up without an answer"
        return int(head.split()[1]), json.loads(body)


@asynccontextmanager
async def calling(desk: Desk) -> AsyncIterator[Caller]:
    host, port = urlsplit(desk.url).netloc.split(":")
    caller = Caller(*await asyncio.open_connection(host, int(port)))
    try:
        yield caller
    finally:
        caller.writer.close()
        await caller.writer.wait_closed()


async def takes_nobody_in(desk: Desk) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                async with calling(desk):
                    continue
            except ConnectionRefusedError:
                return
            except ConnectionError:  # it was let in while the door was closed
                continue


def posting(content: bytes, *more: str) -> tuple[str, ...]:
    """The head of a new ticket."""
    length = f"Content-Length: {len(content)}"
    return (f"POST {TICKETS} HTTP/1.1", "Content-Type: application/json", length, *more)


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@by_either_signal
async def test_requests_in_hand_are_answered_before_the_database_is_closed(
    tmp_path: Path, messenger: TelegramStandIn, signal: Signals
) -> None:
    content = json.dumps(QUESTION).encode()
    async with Desk(tmp_path, **settings_for(messenger, None)) as desk:
        _, request = await desk.call("POST", REQUEST, {})
        status_of_it = f"{REQUEST}/{request['request_id']}/status"
        async with calling(desk) as writes, calling(desk) as waits, calling(desk) as last:
            with closing(sqlite3.connect(tmp_path / "deskwire.db", isolation_level=None)) as lock:
                lock.execute("BEGIN IMMEDIATE")
                await writes.sends(*posting(content), content=content)
                await waits.sends(f"GET {status_of_it}?wait=25 HTTP/1.1")
                await last.sends("GET /healthz HTTP/1.1")
                await last.is_answered()  # who came before is in hand by then
                os.kill(desk.pid, signal)
                await takes_nobody_in(desk)
            # What became of its request is asked of the database now, before it is told.
            status, found = await waits.is_answered()
            assert (status, found["status"]) == (200, "pending")
            status, ticket = await writes.is_answered()
            assert (status, ticket["ticket_number"]) == (201, 1)
        assert await desk.ended() == 0
        assert "Traceback" not in desk.output
        # A database that was closed is one file, without a log of changes beside it.
        assert files_in(tmp_path) == ["deskwire.db"]
        await desk.start()
        details = await desk.get(f"{TICKETS}/{ticket['id']}")
        assert details["messages"][0]["text"] == QUESTION["text"]


async def test_a_request_whose_body_is_on_its_way_is_still_taken(tmp_path: Path) -> None:
    content = json.dumps(QUESTION).encode()
    async with Desk(tmp_path) as desk:
        async with calling(desk) as caller:
            await caller.sends(*posting(content, "Expect: 100-continue"))
            asked = await caller.reader.readuntil(b"\r\n\r\n")
            assert asked.startswith(b"HTTP/1.1 100 ")  # the desk has it in hand
            os.kill(desk.pid, SIGTERM)
            await takes_nobody_in(desk)
            caller.writer.write(content)
            status, ticket = await caller.is_answered()
            assert (status, ticket["ticket_number"]) == (201, 1)
        assert await desk.ended() == 0
