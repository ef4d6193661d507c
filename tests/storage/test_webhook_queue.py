"""What waits for endpoints goes in order for each ticket, on schedule, until it arrives or is given
up; and no endpoint or ticket waits for another."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import backlog, deliveries, events, webhook_queue
from storage.database import Database
from storage.errors import Conflict
from storage.model import Status
from storage.transaction import Transaction
from storage.webhooks import Event, Webhook
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


async def test_events_of_one_ticket_go_one_after_the_other(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.CLOSED)
    seen = []
    for _ in range(3):
        [due] = await post.due(webhook)
        seen.append(events.load(due.body).event)
        assert [again.seq for again in await post.due(webhook)] == [due.seq]
        await post.attempted(due)
    assert seen == [Event.CREATED, Event.STATUS_CHANGED, Event.CLOSED]
    assert await post.due(webhook) == []


async def test_tickets_do_not_wait_for_each_other(post: Post, webhook: Webhook) -> None:
    first, second = await post.ticket(), await post.ticket()
    await post.answer(first)
    await post.answer(second)
    assert len(await post.due(webhook)) == 2
    failed, _ = await post.due(webhook)
    await post.attempted(failed, 500)
    heard = await post.told(webhook)
    assert {each.ticket and each.ticket.id for each in heard} == {second.id}


async def test_endpoints_do_not_wait_for_each_other(post: Post, webhook: Webhook) -> None:
    other = await post.endpoint()
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    [stuck] = await post.due(webhook)
    await post.attempted(stuck, None)
    assert len(await post.told(other)) == 2


async def test_attempts_come_on_schedule_and_after_the_last_the_next_event_goes(
    post: Post, webhook: Webhook
) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    [first] = await post.due(webhook)
    for wait in WAITS:
        await post.attempted(first, 500)
        post.clock.move(wait - timedelta(milliseconds=1))
        assert await post.due(webhook) == []
        post.clock.move(timedelta(milliseconds=1))
        assert await post.due(webhook) == [first]
    await post.attempted(first, 500)
    [last] = await post.due(webhook)
    assert events.load(last.body).event is Event.STATUS_CHANGED
    waiting, failed = await post.record(webhook)
    assert (failed.status, failed.next_attempt_at) == ("failed", None)
    assert [attempt.status_code for attempt in failed.attempts] == [500] * 4
    assert (waiting.status, waiting.attempts) == ("pending", ())


async def test_an_endpoint_that_asks_for_a_pause_gets_it_for_all_tickets(
    post: Post, webhook: Webhook
) -> None:
    await post.ticket()
    await post.ticket()
    first, _ = await post.due(webhook)
    await post.attempted(first, 429, pause=timedelta(minutes=10))
    newest, oldest = await post.record(webhook)
    until = post.clock() + timedelta(minutes=10)
    assert newest.next_attempt_at == oldest.next_attempt_at == until
    post.clock.move(timedelta(minutes=9, seconds=59))
    assert await post.due(webhook) == []
    post.clock.move(timedelta(seconds=1))
    assert len(await post.due(webhook)) == 2


async def test_what_another_version_wrote_fails_and_holds_up_nothing(
    post: Post, webhook: Webhook
) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)

    def refuse_created(snapshot: str) -> str:
        if "ticket.created" in snapshot:
            raise ValueError
        return snapshot

    assert await post.db.write(webhook_queue.write_bodies, refuse_created) == 2
    [heard] = await post.told(webhook)
    assert heard.event is Event.STATUS_CHANGED
    _, unreadable = await post.record(webhook)
    assert unreadable.status == "failed"
    assert "another version" in (unreadable.attempts[0].error or "")
    with pytest.raises(Conflict):
        await post.db.write(deliveries.redeliver, post.project.id, webhook.id, unreadable.id)


async def test_a_body_is_written_once(post: Post, webhook: Webhook) -> None:
    await post.ticket()
    assert await post.db.write(webhook_queue.write_bodies, lambda _: "first") == 1
    assert await post.db.write(webhook_queue.write_bodies, lambda _: "second") == 0
    assert [due.body for due in await post.due(webhook)] == ["first"]


async def test_what_waits_is_counted(post: Post, webhook: Webhook) -> None:
    await post.ticket()
    await post.ticket()
    ((where, channel, waiting, _),) = await post.db.read(backlog.queues)
    assert (where, channel, waiting) == ("outbox", "webhook", 2)
    await post.told(webhook)
    assert await post.db.read(backlog.queues) == []


async def test_the_queue_is_read_by_its_indexes(post: Post, webhook: Webhook) -> None:
    """However much was delivered: what is next is found without a look at it."""
    seen: list[str] = []

    def watched(tx: Transaction) -> None:
        connection = tx._cursor.connection
        connection.set_trace_callback(seen.append)
        webhook_queue.outlook(tx)
        webhook_queue.due(tx, {webhook.id: 3})
        connection.set_trace_callback(None)
        plans = [connection.execute("EXPLAIN QUERY PLAN " + sql).fetchall() for sql in seen]
        for plan in plans:
            scans = [row["detail"] for row in plan if row["detail"].startswith("SCAN web")]
            assert all(re.search("INDEX webhook_deliveries_(fresh|due)", scan) for scan in scans)

    await post.db.read(watched)
    assert len(seen) == 3


@settings(max_examples=30, deadline=None)
@given(
    answers=st.lists(st.sampled_from([200, 500, None, 301]), min_size=1, max_size=40),
    changes=st.lists(st.integers(0, 2), min_size=1, max_size=12),
)
async def test_whatever_endpoints_answer_each_ticket_is_told_in_order(
    tmp_path_factory: pytest.TempPathFactory, answers: list[int | None], changes: list[int]
) -> None:
    clock = Clock()
    db = await Database.open(tmp_path_factory.mktemp("desk") / "desk.db", clock=clock)
    post = await open_post(db, clock)
    webhook = await post.endpoint()
    tickets = [await post.ticket() for _ in range(3)]
    for place in changes:
        await post.write(tickets[place])
    tried: dict[object, list[int]] = {ticket.id: [] for ticket in tickets}
    turn = 0
    while any(each.status == "pending" for each in await post.record(webhook)):
        for due in await post.due(webhook):
            ticket = events.load(due.body).ticket
            assert ticket is not None
            tried[ticket.id].append(due.seq)
            await post.attempted(due, answers[turn % len(answers)])
            turn += 1
        clock.move(timedelta(minutes=7))
    record = await post.record(webhook)
    await db.close()
    assert all(seqs == sorted(seqs) for seqs in tried.values())
    assert len({seq for seqs in tried.values() for seq in seqs}) == 3 + len(changes)
    for each in record:
        assert each.status == "delivered" or len(each.attempts) == len(WAITS) + 1
