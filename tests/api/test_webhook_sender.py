"""The webhook sender: everything arrives in a ticket's order, on schedule, and nobody waits for
anybody else."""

import asyncio
import time
from collections import Counter, defaultdict
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web

from api import webhook_attempt, webhook_sender
from storage import projects, webhooks
from storage.model import Status
from storage.webhooks import WebhookStatus
from tests.api.receiver import Answer, Received, Receiver
from tests.api.sending import SCHEDULE, Office
from tests.storage.post import Post


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
    record = await office.recorded(webhook, 5 * 12)
    assert Counter(each.status for each in record) == {"delivered": 5 * 12}
    told: dict[int, list[str]] = defaultdict(list)
    for one in receiver.taken:
        told[one.ticket_number].append(one.id)
    number_of = {one.id: one.ticket_number for one in receiver.received}
    for number in range(1, 6):
        happened = [str(each.id) for each in reversed(record) if number_of[str(each.id)] == number]
        assert told[number] == happened


async def test_a_clock_that_is_set_back_makes_no_wait_longer(
    office: Office, receiver: Receiver
) -> None:
    begun = office.clock()
    receiver.answer = lambda _: 200 if len(receiver.received) > 1 else 503
    webhook = await office.post.endpoint(url=receiver.url)
    ticket = await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 1)

    async def set_back() -> None:
        office.clock.now -= timedelta(hours=6)
        await office.post.answer(ticket)

    office.at(timedelta(seconds=1), set_back)
    await office.post.ticket()  # it wakes the sender, which then sees that something is planned
    record = await office.recorded(webhook, 4)
    assert {each.status for each in record} == {"delivered"}
    assert office.clock() < begun - timedelta(hours=5)


async def test_a_clock_that_was_set_back_while_the_desk_was_off_makes_no_wait_longer(
    office: Office, receiver: Receiver
) -> None:
    begun = office.clock()
    receiver.answer = lambda _: 200 if len(receiver.received) > 1 else 503
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 1)
    await office.stop()
    office.clock.now -= timedelta(hours=6)
    await office.post.ticket()
    office.start()
    record = await office.recorded(webhook, 2)
    assert {each.status for each in record} == {"delivered"}
    assert office.clock() < begun - timedelta(hours=5)


async def test_after_the_last_attempt_the_tickets_next_event_goes_out(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda one: 500 if one.event == "ticket.created" else 200
    webhook = await office.post.endpoint(url=receiver.url)
    ticket = await office.post.ticket()
    await office.post.set_status(ticket, Status.WAITING)
    changed, created = await office.recorded(webhook, 2)
    assert (created.status, changed.status) == ("failed", "delivered")
    times = [attempt.at for attempt in created.attempts]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert waits == list(SCHEDULE)
    assert [one.event for one in receiver.taken] == ["ticket.status_changed"]


async def test_chance_makes_each_wait_longer_and_by_a_tenth_at_most(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 500
    webhook = await office.post.endpoint(url=receiver.url)
    waited: list[list[float]] = []
    for chance in (0.0, 0.5, 1.0):
        office.chance = chance
        await office.post.ticket()
        newest, *_ = await office.recorded(webhook, len(waited) + 1)
        pairs = pairwise(attempt.at for attempt in newest.attempts)
        waited.append([(later - earlier).total_seconds() for earlier, later in pairs])
    for planned, without, some, most in zip(SCHEDULE, *waited, strict=True):
        assert planned == without < some < most <= planned * 1.1


async def test_410_switches_the_endpoint_off(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _: 410
    webhook = await office.post.endpoint(url=receiver.url)
    ticket = await office.post.ticket()
    await office.post.set_status(ticket, Status.CLOSED)
    *_, first = await office.recorded(webhook)
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
    record = await office.recorded(webhook, 2)
    assert sorted(len(each.attempts) for each in record) == [1, 2]
    assert len(receiver.received) == 3


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
    assert office.health.reason == "webhooks: not started yet"
    await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    await receiver.told(1)
    assert office.health.reason is None


async def test_a_thousand_endpoints_do_not_wait_for_the_tenth_that_hangs(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others are told while not one of the hanging attempts has ended; how soon after the
    event is measured by the benchmark."""
    monkeypatch.setattr(webhook_attempt, "TIMEOUT", 600.0)
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
    await made[1].ticket("Another")
    await receiver.told(900 + 5)
    assert time.monotonic() - started < 1
    assert not any(one.path.endswith("hang") for one in receiver.taken)
    assert len({one.id for one in receiver.taken}) == len(receiver.taken)


async def test_endpoints_that_fail_leave_half_of_the_places_to_the_others(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "PLACES", 4)
    receiver.answer = lambda one: None if one.path.endswith("hang") else 200
    for _ in range(5):
        hanging = await office.post.endpoint(url=receiver.url + "/hang")
        await office.post.db.write(webhooks.failed, hanging.id, gone=False, pause=None)
    await office.post.ticket()
    await receiver.until(lambda: len(receiver.received) == 2)
    other = await office.post.db.write(projects.create, slug="other", name="Other")
    post = Post(office.post.db, office.clock, other)
    await post.endpoint(url=receiver.url)
    await post.ticket()
    await receiver.until(lambda: len(receiver.taken) == 1, seconds=5)
