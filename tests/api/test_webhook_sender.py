"""The webhook sender: everything arrives, in a ticket's order, on schedule, signed, and nobody
waits for anybody else."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from api.guard import Guard
from api.webhook_attempt import LONGEST_PAUSE, retry_after
from storage import deliveries, projects, webhooks
from storage.model import Status
from storage.webhooks import Webhook, WebhookStatus
from tests.api.receiver import Answer, Received, Receiver
from tests.api.sending import SCHEDULE, Office, office_in
from tests.storage.post import Post


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_in(tmp_path) as office:
        yield office


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def recorded(post: Post, webhook: Webhook, count: int = 1) -> list[deliveries.Delivery]:
    """The endpoint's deliveries, once so many ended."""
    with post.db.listen("webhooks") as news:
        async with asyncio.timeout(30):
            while True:
                news.clear()
                record = await post.record(webhook)
                if sum(each.status != "pending" for each in record) >= count:
                    return record
                await news.wait()


def by_hand(secret: str, one: Received) -> str:
    """The signature as the specification of Standard Webhooks 1.0 says, without a library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def test_an_event_arrives_signed_for_any_standard_verifier(
    office: Office, receiver: Receiver
) -> None:
    office.clock.now = datetime.now(office.clock.now.tzinfo)
    webhook = await office.post.endpoint(url=receiver.url)
    assert webhook.secret is not None
    ticket = await office.post.ticket("Where is it? ☃ 'quotes' \\ and \u2028")
    [one] = await receiver.told(1)
    assert one.headers["webhook-signature"] == by_hand(webhook.secret, one)
    assert Verifier(webhook.secret).verify(one.body, one.headers) == one.json
    assert one.headers["content-type"] == "application/json"
    assert one.json["data"]["ticket"]["id"] == str(ticket.id)
    [delivery] = await recorded(office.post, webhook)
    assert (str(delivery.id), delivery.status) == (one.id, "delivered")


async def test_both_secrets_sign_during_a_rotation(office: Office, receiver: Receiver) -> None:
    webhook = await office.post.endpoint(url=receiver.url)
    rotated = await office.post.db.write(webhooks.rotate_secret, office.post.project.id, webhook.id)
    await office.post.ticket()
    [one] = await receiver.told(1)
    assert webhook.secret
    assert rotated.secret
    signatures = one.headers["webhook-signature"].split(" ")
    assert signatures == [by_hand(rotated.secret, one), by_hand(webhook.secret, one)]


async def test_id_and_body_stay_while_the_timestamp_is_of_the_attempt(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 200 if len(receiver.received) >= 3 else 500
    webhook = await office.post.endpoint(url=receiver.url)
    began = int(office.clock().timestamp())
    ticket = await office.post.ticket()
    [delivery] = await recorded(office.post, webhook)
    [first] = {(one.id, one.body) for one in receiver.received}
    times = [int(one.headers["webhook-timestamp"]) for one in receiver.received]
    assert times == [began, began + 5, began + 305, began + 2105]
    await office.post.set_status(ticket, Status.CLOSED)
    await receiver.told(3)
    await office.post.db.write(
        deliveries.redeliver, office.post.project.id, webhook.id, delivery.id
    )
    await receiver.told(4)
    assert (receiver.taken[-1].id, receiver.taken[-1].body) == first


async def test_an_endpoint_that_is_down_for_a_day_gets_everything_in_order(
    office: Office, receiver: Receiver
) -> None:
    up_at = office.clock() + timedelta(days=1)
    receiver.answer = lambda _: 200 if office.clock() >= up_at else 503
    webhook = await office.post.endpoint(url=receiver.url)
    tickets = [await office.post.ticket(f"Ticket {number}") for number in range(5)]

    async def talk() -> None:
        for ticket in tickets:
            await office.post.answer(ticket)
            await office.post.write(ticket)
            await office.post.set_status(ticket, Status.CLOSED)

    office.at(timedelta(hours=3), talk)
    office.at(timedelta(hours=20), talk)
    record = await recorded(office.post, webhook, 5 * 12)
    assert Counter(each.status for each in record) == {"delivered": 5 * 12}
    told: dict[int, list[str]] = defaultdict(list)
    for one in receiver.taken:
        told[one.ticket_number].append(one.id)
    number_of = {one.id: one.ticket_number for one in receiver.received}
    for number in range(1, 6):
        happened = [str(each.id) for each in reversed(record) if number_of[str(each.id)] == number]
        assert told[number] == happened


async def test_after_the_last_attempt_the_tickets_next_event_goes_out(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda one: 500 if one.event == "ticket.created" else 200
    webhook = await office.post.endpoint(url=receiver.url)
    ticket = await office.post.ticket()
    await office.post.set_status(ticket, Status.WAITING)
    changed, created = await recorded(office.post, webhook, 2)
    assert (created.status, changed.status) == ("failed", "delivered")
    times = [attempt.at for attempt in created.attempts]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert waits == list(SCHEDULE)
    assert [one.event for one in receiver.taken] == ["ticket.status_changed"]


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
async def test_what_is_no_2xx_is_tried_again(
    office: Office, receiver: Receiver, status: int
) -> None:
    def answer(_: Received) -> Answer:
        if receiver.received:
            return 204
        return web.Response(status=status, headers={"Location": receiver.url + "/elsewhere"})

    receiver.answer = answer
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    [delivery] = await recorded(office.post, webhook)
    assert delivery.status == "delivered"
    assert [attempt.status_code for attempt in delivery.attempts] == [status, 204]
    assert {one.path for one in receiver.received} == {"/hook"}


async def test_410_switches_the_endpoint_off(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _: 410
    webhook = await office.post.endpoint(url=receiver.url)
    ticket = await office.post.ticket()
    await office.post.set_status(ticket, Status.CLOSED)
    *_, first = await recorded(office.post, webhook)
    known = await office.post.known(webhook)
    assert (first.status, known.status, known.disabled_reason) == ("failed", "disabled", "gone")
    assert len(receiver.received) == 1


async def test_an_endpoint_that_fails_for_five_days_is_switched_off(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 500
    webhook = await office.post.endpoint(url=receiver.url)
    began = office.clock()

    async def one_more() -> None:
        await office.post.ticket()

    for day in range(7):
        office.at(timedelta(days=day), one_more)
    await office.post.ticket()
    with office.post.db.listen("webhooks") as news:
        async with asyncio.timeout(30):
            while (await office.post.known(webhook)).status is WebhookStatus.ACTIVE:
                await news.wait()
                news.clear()
    assert (await office.post.known(webhook)).disabled_reason == "failing"
    record = await office.post.record(webhook)
    last = max(attempt.at for each in record for attempt in each.attempts)
    assert timedelta(days=5) <= last - began < timedelta(days=5, hours=12)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_honoured_for_the_whole_endpoint(
    office: Office, receiver: Receiver, form: str
) -> None:
    asked = office.clock().replace(microsecond=0) + timedelta(hours=1)

    def answer(one: Received) -> Answer:
        if office.clock() >= asked:
            return 200
        value = "3600" if form == "seconds" else format_datetime(asked, usegmt=True)
        return web.Response(status=429, headers={"Retry-After": value})

    receiver.answer = answer
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 1)
    await office.post.ticket()
    record = await recorded(office.post, webhook, 2)
    assert sorted(len(each.attempts) for each in record) == [1, 2]
    assert len(receiver.received) == 3


@given(st.text(max_size=40))
def test_a_retry_after_is_a_time_to_come_or_nothing(text: str) -> None:
    wait = retry_after(text, datetime.fromisoformat("2026-03-01T12:00:00Z"))
    assert wait is None or timedelta() < wait <= LONGEST_PAUSE


async def test_nobody_there_is_tried_again_until_somebody_is(office: Office) -> None:
    receiver = Receiver()
    await receiver.start()
    await receiver.stop()
    webhook = await office.post.endpoint(url=receiver.url)
    office.at(timedelta(minutes=3), receiver.start)
    await office.post.ticket()
    await receiver.told(1)
    [delivery] = await recorded(office.post, webhook)
    await receiver.stop()
    assert [(each.status_code, each.error) for each in delivery.attempts] == [
        (None, "could not connect"),
        (None, "could not connect"),
        (200, None),
    ]


async def test_an_answer_without_end_is_cut_off(office: Office) -> None:
    cut_off = asyncio.Event()

    async def drown(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        cut_off.set()

    async with await asyncio.start_server(drown, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        webhook = await office.post.endpoint(url=f"http://127.0.0.1:{port}/")
        await office.post.ticket()
        [delivery] = await recorded(office.post, webhook)
        assert delivery.status == "delivered"
        async with asyncio.timeout(10):
            await cut_off.wait()


async def test_an_endpoint_that_turned_private_is_not_reached(
    office: Office, receiver: Receiver
) -> None:
    await office.stop()
    office.start(guard=Guard(allow_private=False))
    webhook = await office.post.endpoint(url=receiver.url.replace("http:", "https:"))
    await office.post.ticket()
    [delivery] = await recorded(office.post, webhook)
    assert {each.error for each in delivery.attempts} == {"the address is not admitted"}
    assert receiver.received == []


async def test_a_stop_lets_what_is_under_way_end_and_be_recorded(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: None
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 1)
    stopping = asyncio.create_task(office.stop())
    await receiver.stop()
    await stopping
    [delivery] = await office.post.record(webhook)
    assert [each.status_code for each in delivery.attempts] == [503]


async def test_what_does_not_end_in_time_is_sent_again_at_the_next_start(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: None if not receiver.received else 200
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 1)
    await office.stop(seconds=0.01)
    [delivery] = await office.post.record(webhook)
    assert (delivery.status, delivery.attempts) == ("pending", ())
    office.start()
    [one] = await receiver.told(1)
    assert one.id == receiver.received[0].id


async def test_readiness_knows_whether_the_sender_runs(office: Office, receiver: Receiver) -> None:
    await office.stop()
    office.start()
    assert office.sender.reasons() == ["webhooks: not started yet"]
    await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.told(1)
    assert office.sender.reasons() == []


async def test_a_thousand_endpoints_do_not_wait_for_the_tenth_that_hangs(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda one: None if one.path.endswith("hang") else 200

    async def shop(number: int) -> Post:
        project = await office.post.db.write(projects.create, slug=f"p{number}", name="Shop")
        post = Post(office.post.db, office.clock, project)
        hanging = receiver.url + ("/hang" if number % 2 == 0 else "")
        await asyncio.gather(*(post.endpoint(url=url) for url in [hanging, *[receiver.url] * 4]))
        return post

    made = await asyncio.gather(*(shop(number) for number in range(200)))
    await asyncio.gather(*(post.ticket() for post in made))
    await receiver.told(900)
    started = time.monotonic()
    await asyncio.gather(*(post.ticket("Another") for post in made[:20]))
    await receiver.told(900 + 20 * 5 - 10)
    assert time.monotonic() - started < 1
    assert not any(one.path.endswith("hang") for one in receiver.taken)
