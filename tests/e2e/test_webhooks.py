"""Webhooks from a real process to somebody's program: through kills and refusals, none is lost."""

import asyncio
import base64
import hashlib
import hmac
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from standardwebhooks import Webhook as Verifier

from tests.api.receiver import Received, Receiver
from tests.e2e.desk import Desk

PATH = "/v1/webhooks"
TICKETS = "/v1/helpdesk/tickets"
KILLS = 5


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk without a messenger, which tries again soon and often."""
    settings = {"webhook_retry_schedule": ",".join(["100ms"] * 30), "project_name": "Acme"}
    async with Desk(tmp_path, **settings) as running:
        yield running


async def made(desk: Desk, path: str, body: object) -> Any:
    status, answer = await desk.call("POST", path, body)
    assert status == 201, answer
    return answer


def verified(secret: str, one: Received) -> bool:
    """By the library of Standard Webhooks, and by hand as its specification says."""
    assert Verifier(secret).verify(one.body, one.headers) == one.json
    signed = f"{one.id}.{one.headers['webhook-timestamp']}.".encode() + one.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{digest}" in one.headers["webhook-signature"].split(" ")


async def open_and_close(desk: Desk, acknowledged: set[tuple[str, str]]) -> None:
    """A back-end at work until the desk is gone; what it was told is done is remembered."""
    while True:
        try:
            ticket = await made(desk, TICKETS, {"text": "Where is my parcel?"})
            acknowledged.add((ticket["id"], "ticket.created"))
            path = f"{TICKETS}/{ticket['id']}/status"
            status, _ = await desk.call("PATCH", path, {"status": "closed"})
        except (aiohttp.ClientError, OSError):
            return
        assert status == 200
        for event in ("ticket.status_changed", "ticket.closed"):
            acknowledged.add((ticket["id"], event))


def has_received(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) >= count


def about(one: Received) -> tuple[str, str]:
    return one.json["data"]["ticket"]["id"], one.event


async def test_kills_under_load_lose_no_acknowledged_event(desk: Desk, receiver: Receiver) -> None:
    chance = random.Random(8)
    receiver.answer = lambda _: 503 if chance.random() < 0.2 else 200
    webhook = await made(desk, PATH, {"url": receiver.url})
    acknowledged: set[tuple[str, str]] = set()
    for _ in range(KILLS):
        backends = [asyncio.create_task(open_and_close(desk, acknowledged)) for _ in range(4)]
        target = len(receiver.received) + chance.randrange(20, 60)
        await receiver.until(partial(has_received, receiver, target))
        await desk.kill()
        await asyncio.gather(*backends)
        await desk.start()

    await receiver.until(lambda: acknowledged <= {about(one) for one in receiver.taken})
    assert all(verified(webhook["secret"], one) for one in receiver.received)
    taken = Counter(one.id for one in receiver.taken)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    order: dict[str, list[str]] = defaultdict(list)
    for one in receiver.received:
        bodies[one.id].add(one.body)
    for one in receiver.taken:
        ticket_id, event = about(one)
        if event not in order[ticket_id]:
            order[ticket_id].append(event)
    assert all(len(each) == 1 for each in bodies.values())
    assert len({about(one) for one in receiver.taken}) == len(taken)
    assert max(taken.values()) <= 1 + KILLS
    expected = ["ticket.created", "ticket.status_changed", "ticket.closed"]
    assert all(events == expected[: len(events)] for events in order.values())


async def test_a_stop_repeats_nothing_and_says_no_secret(desk: Desk, receiver: Receiver) -> None:
    url = receiver.url + "?token=only-between-us"
    webhook = await made(desk, PATH, {"url": url})
    backend = asyncio.create_task(open_and_close(desk, set()))
    await receiver.until(lambda: len(receiver.received) >= 30)
    assert await desk.stop() == 0
    await backend
    said = desk.output
    await desk.start()
    status, answer = await desk.call("GET", f"{PATH}/{webhook['id']}/deliveries?limit=1")
    assert status == 200
    last = answer["deliveries"][0]["id"]
    await receiver.until(lambda: last in {one.id for one in receiver.taken})
    assert len({one.id for one in receiver.taken}) == len(receiver.taken)
    for secret in (webhook["secret"], "only-between-us"):
        assert secret not in said


async def test_an_endpoint_that_was_away_is_told_when_it_is_back(
    desk: Desk, receiver: Receiver
) -> None:
    await made(desk, PATH, {"url": receiver.url})
    await receiver.stop()
    ticket = await made(desk, TICKETS, {"text": "Is anybody there?"})
    await receiver.start()
    [one] = await receiver.told(1)
    assert one.json["data"]["ticket"] == ticket


async def test_a_desk_that_keeps_to_public_addresses_refuses_others(tmp_path: Path) -> None:
    async with Desk(tmp_path, webhook_allow_private="false") as desk:
        status, answer = await desk.call("POST", PATH, {"url": "https://127.0.0.1/hook"})
    assert (status, answer["code"]) == (400, "validation_failed")
    assert [error["field"] for error in answer["errors"]] == ["url"]


async def test_readiness_and_numbers_include_the_webhooks(desk: Desk, receiver: Receiver) -> None:
    await receiver.stop()
    await made(desk, PATH, {"url": receiver.url})
    status, _ = await desk.call("GET", "/readyz")
    assert status == 200
    await made(desk, TICKETS, {"text": "Nobody hears this"})
    async with aiohttp.ClientSession() as http, http.get(desk.url + "/metrics") as answer:
        numbers = await answer.text()
    assert 'deskwire_waiting{channel="webhook",where="outbox"} 1.0' in numbers
