"""Deliveries: a record of what went out, that can be looked at, repeated, and forgotten in time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import deliveries, erasure, events, webhook_queue, webhooks
from storage.database import Database
from storage.errors import Conflict, NotFound
from storage.model import Status
from storage.webhooks import Event, Webhook, WebhookStatus
from tests.storage.post import WAITS, Clock, Post, open_post


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = Clock()
    db = await Database.open(tmp_path / "desk.db", clock=clock)
    yield await open_post(db, clock)
    await db.close()


@pytest.fixture
async def webhook(post: Post) -> Webhook:
    return await post.endpoint()


async def test_the_record_says_what_happened_and_what_comes(post: Post, webhook: Webhook) -> None:
    await post.ticket()
    [due] = await post.due(webhook)
    began = post.clock()
    await post.attempted(due, None)
    [delivery] = await post.record(webhook)
    [attempt] = delivery.attempts
    assert (attempt.at, attempt.status_code, attempt.duration_ms) == (began, None, 12)
    assert attempt.error == "could not connect"
    assert delivery.next_attempt_at == began + WAITS[0]
    assert (delivery.id, delivery.event) == (due.id, Event.CREATED)
    post.clock.move(WAITS[0])
    await post.attempted(due, 204)
    [delivery] = await post.record(webhook)
    assert (delivery.status, delivery.next_attempt_at) == ("delivered", None)
    assert [each.status_code for each in delivery.attempts] == [None, 204]


async def test_redelivery_keeps_id_and_body_and_has_a_schedule_of_its_own(
    post: Post, webhook: Webhook
) -> None:
    ticket = await post.ticket()
    [first] = await post.due(webhook)
    await post.attempted(first, 500, waits=())
    await post.set_status(ticket, Status.CLOSED)
    redelivered = await post.db.write(deliveries.redeliver, post.project.id, webhook.id, first.id)
    assert redelivered.status == "pending"
    again = next(each for each in await post.due(webhook) if each.id == first.id)
    assert again == first
    await post.attempted(again, 500)
    post.clock.move(WAITS[0])
    assert first in await post.due(webhook)


async def test_redelivery_of_what_waits_brings_it_forward(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    [first] = await post.due(webhook)
    await post.attempted(first, 500)
    waiting, failed = await post.record(webhook)
    for delivery in (waiting, failed):
        await post.db.write(deliveries.redeliver, post.project.id, webhook.id, delivery.id)
    assert await post.due(webhook) == [first]
    assert len(await post.told(webhook)) == 2


async def test_events_of_one_ticket_that_are_redelivered_keep_their_order(
    post: Post, webhook: Webhook
) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    for _ in range(2):
        [due] = await post.due(webhook)
        await post.attempted(due, 500, waits=())
    second, first = await post.record(webhook)
    for delivery in (first, second):
        await post.db.write(deliveries.redeliver, post.project.id, webhook.id, delivery.id)
    [due] = await post.due(webhook)
    assert due.id == first.id
    await post.attempted(due, 500)
    assert await post.due(webhook) == []
    post.clock.move(WAITS[0])
    await post.attempted(due)
    [due] = await post.due(webhook)
    assert due.id == second.id


async def test_redelivery_is_tried_now_though_its_endpoint_asked_for_a_pause(
    post: Post, webhook: Webhook
) -> None:
    await post.ticket()
    [first] = await post.due(webhook)
    hour = timedelta(hours=1)
    await post.attempted(first, 429, pause=hour)
    assert await post.due(webhook) == []
    again = await post.db.write(deliveries.redeliver, post.project.id, webhook.id, first.id)
    assert again.next_attempt_at == post.clock()
    assert await post.due(webhook) == [first]
    await post.attempted(first, 429, pause=hour)  # it may ask again
    [delivery] = await post.record(webhook)
    assert delivery.next_attempt_at == post.clock() + hour


async def test_redelivery_of_what_cannot_go_yet_ends_no_pause(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    [first] = await post.due(webhook)
    await post.attempted(first, 429, pause=timedelta(hours=1))
    waiting, _ = await post.record(webhook)
    await post.db.write(deliveries.redeliver, post.project.id, webhook.id, waiting.id)
    assert await post.due(webhook) == []


async def test_redelivery_needs_an_endpoint_that_is_on_and_a_delivery_of_its_own(
    post: Post, webhook: Webhook
) -> None:
    await post.ticket()
    [due] = await post.due(webhook)
    await post.attempted(due)
    other = await post.endpoint()
    with pytest.raises(NotFound):
        await post.db.write(deliveries.redeliver, post.project.id, other.id, due.id)
    await post.db.write(webhooks.update, post.project.id, webhook.id, status=WebhookStatus.DISABLED)
    with pytest.raises(Conflict):
        await post.db.write(deliveries.redeliver, post.project.id, webhook.id, due.id)


async def test_a_test_comes_whatever_the_endpoint_wants_to_know(post: Post) -> None:
    webhook = await post.endpoint(Event.CLOSED)
    delivery = await post.db.write(events.test, post.project.id, webhook.id)
    assert (delivery.event, delivery.status) == (Event.TEST, "pending")
    [heard] = await post.told(webhook)
    assert (heard.event, heard.ticket) == (Event.TEST, None)
    await post.db.write(webhooks.update, post.project.id, webhook.id, status=WebhookStatus.DISABLED)
    with pytest.raises(Conflict):
        await post.db.write(events.test, post.project.id, webhook.id)


async def test_an_erased_customer_is_told_of_no_more(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket("My number is 5550100")
    await post.told(webhook)
    await post.write(ticket, "Call me")
    await post.ticket("Somebody else's")
    under_way, _ = await post.due(webhook)
    customer = ticket.customer.subscriber_id
    assert customer is not None
    await post.db.write(erasure.erase, post.project.id, customer)
    await post.attempted(under_way, 500)
    [heard] = await post.told(webhook)
    assert heard.ticket is not None
    assert heard.ticket.subject == "Somebody else's"
    assert len(await post.record(webhook)) == 1


async def test_pages_of_deliveries_join_without_a_gap(post: Post, webhook: Webhook) -> None:
    for _ in range(5):
        await post.ticket()
    everything = await post.record(webhook)
    paged, before, more = [], None, True
    while more:
        page, more = await post.db.read(
            deliveries.listing, post.project.id, webhook.id, limit=2, before=before
        )
        paged += page
        before = page[-1].seq
    assert paged == everything
    assert [each.seq for each in everything] == sorted((e.seq for e in everything), reverse=True)


async def test_what_ended_is_forgotten_after_14_days_and_what_waits_is_not(
    post: Post, webhook: Webhook
) -> None:
    await post.ticket()
    await post.told(webhook)
    await post.ticket()
    post.clock.move(timedelta(days=14))
    assert await post.db.write(deliveries.purge) == 0
    post.clock.move(timedelta(milliseconds=1))
    assert await post.db.write(deliveries.purge) == 1
    [left] = await post.record(webhook)
    assert left.status == "pending"


async def test_the_record_of_attempts_does_not_grow_for_ever(post: Post, webhook: Webhook) -> None:
    await post.ticket()
    [due] = await post.due(webhook)
    for _ in range(webhook_queue.MOST_ATTEMPTS + 2):
        await post.attempted(due, 200)
        await post.db.write(deliveries.redeliver, post.project.id, webhook.id, due.id)
    [delivery] = await post.record(webhook)
    assert len(delivery.attempts) == webhook_queue.MOST_ATTEMPTS
