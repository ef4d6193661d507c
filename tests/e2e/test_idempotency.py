"""An Idempotency-Key holds across kill -9: who got no answer asks again, and it is done once."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.e2e.desk import API_KEY, Desk

TICKETS = "/v1/helpdesk/tickets"
TURNS = 6


def request(path: str, key: str, body: object) -> bytes:
    """A POST with a key, as it goes over the wire."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {API_KEY}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def ask(desk: Desk, path: str, key: str, body: object) -> tuple[int, Any, bool]:
    """Status and answer, and whether it was given before."""
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key}
    async with (
        aiohttp.ClientSession(desk.url) as http,
        http.post(path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json(), "Idempotency-Replayed" in answer.headers


async def ask_and_kill(desk: Desk, sent: bytes, *, committed: bool) -> None:
    """The caller never gets the answer: the desk is killed once it is on its way, and with it
    committed, or as soon as the request is sent."""
    host, port = urlsplit(desk.url).netloc.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    await writer.drain()
    if committed:
        assert await reader.read(1) == b"H"
    await desk.kill()
    writer.close()
    await desk.start()


async def test_who_got_no_answer_because_of_a_kill_asks_again_and_it_is_done_once(
    tmp_path: Path,
) -> None:
    async with Desk(tmp_path) as desk:
        for turn in range(TURNS):
            committed = turn % 2 == 0
            body = {"text": f"Was ticket {turn} taken?"}
            await ask_and_kill(desk, request(TICKETS, f"t{turn}", body), committed=committed)
            status, ticket, replayed = await ask(desk, TICKETS, f"t{turn}", body)
            assert (status, ticket["ticket_number"]) == (201, turn + 1)
            assert replayed or not committed
            path = f"{TICKETS}/{ticket['id']}/reply"
            body = {"text": "And this answer?"}
            await ask_and_kill(desk, request(path, f"r{turn}", body), committed=committed)
            status, _, replayed = await ask(desk, path, f"r{turn}", body)
            assert status == 201
            assert replayed or not committed
            details = await desk.get(f"{TICKETS}/{ticket['id']}")
            assert len(details["messages"]) == 2
        assert len((await desk.get(TICKETS))["tickets"]) == TURNS
