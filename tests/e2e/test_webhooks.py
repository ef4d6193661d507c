"""Webhooks from a real process to somebody's program: through kills and refusals, none is lost."""

import asyncio
import base64
import hashlib
import hmac
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
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


@dataclass
class Acknowledged:
    """What a back-end was told is done: messages by ticket, and the events that follow."""

    messages: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    events: set[tuple[str, ...]] = field(default_factory=set)

    def message(self, ticket_id: str, message_id: str) -> None:
        self.messages[ticket_id].add(message_id)
        self.events.add((ticket_id, "ticket.replied", message_id))


async def work(desk: Desk, acknowledged: Acknowledged) -> None:
    """A back-end that opens, discusses and closes tickets until the desk is gone."""
    while True:
        try:
            ticket = (await made(desk, TICKETS, {"text": "Where is my parcel?"}))["id"]
            acknowledged.events.add((ticket, "ticket.created", ""))
            path = f"{TICKETS}/{ticket}"
            message = await made(desk, f"{path}/customer-reply", {"text": "It is urgent"})
            acknowledged.message(ticket, message["id"])
            message = await made(desk, f"{path}/reply", {"text": "It is on its way"})
            acknowledged.message(ticket, message["id"])
            acknowledged.events.add((ticket, "ticket.status_changed", "waiting"))
            status, _ = await desk.call("PATCH", f"{path}/status", {"status": "closed"})
        except (aiohttp.ClientError, OSError):
            return
        assert status == 200
        for event in ("ticket.status_changed", "ticket.closed"):
            acknowledged.events.add((ticket, event, "closed"))


def has_received(receiver: Receiver, count: int) -> bool:
    return len(receiver.received) >= count


def about(one: Received) -> tuple[str, ...]:
    """Ticket, event, and which of this kind it is."""
    ticket, which = one.json["data"]["ticket"], ""
    if one.event == "ticket.replied":
        which = one.json["data"]["message"]["id"]
    elif one.event != "ticket.created":
        which = ticket["status"]
    return ticket["id"], one.event, which


LIFE = ["created", "replied", "replied", "status_changed", "status_changed", "closed"]
"""The events of a ticket in that back-end's hands."""


async def test_kills_under_load_lose_nothing_that_was_acknowledged(
    desk: Desk, receiver: Receiver
) -> None:
    chance = random.Random(8)
    receiver.answer = lambda _: 503 if chance.random() < 0.2 else 200
    webhook = await made(desk, PATH, {"url": receiver.url})
    acknowledged = Acknowledged()
    for _ in range(KILLS):
        backends = [asyncio.create_task(work(desk, acknowledged)) for _ in range(4)]
        target = len(receiver.received) + chance.randrange(20, 60)
        await receiver.until(partial(has_received, receiver, target))
        await desk.kill()
        await asyncio.gather(*backends)
        await desk.start()

    await receiver.until(lambda: acknowledged.events <= {about(one) for one in receiver.taken})
    for ticket_id, messages in acknowledged.messages.items():
        details = await desk.get(f"{TICKETS}/{ticket_id}")
        assert messages <= {message["id"] for message in details["messages"]}
    assert all(verified(webhook["secret"], one) for one in receiver.received)
    sent: dict[tuple[str, ...], set[tuple[str, bytes]]] = defaultdict(set)
    order: dict[str, list[str]] = defaultdict(list)
    for one in receiver.received:
        sent[about(one)].add((one.id, one.body))
    for event in dict.fromkeys(about(one) for one in receiver.taken):
        order[event[0]].append(event[1].removeprefix("ticket."))
    assert all(len(each) == 1 for each in sent.values()), "another id or body at another attempt"
    assert max(Counter(one.id for one in receiver.taken).values()) <= 1 + KILLS
    assert all(events == LIFE[: len(events)] for events in order.values())


async def test_a_stop_repeats_nothing_and_says_no_secret(desk: Desk, receiver: Receiver) -> None:
    url = receiver.url + "?token=only-between-us"
    webhook = await made(desk, PATH, {"url": url})
    backend = asyncio.create_task(work(desk, Acknowledged()))
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
