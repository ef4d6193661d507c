"""Events: each real change of a ticket is told once, with the state right after it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import events, opening, routing, subscribers, tickets
from storage.database import Database
from storage.events import Snapshot
from storage.model import (
    Channel,
    Chat,
    Content,
    Person,
    Priority,
    Source,
    Status,
    SubscriberStatus,
    Ticket,
)
from storage.transaction import Transaction
from storage.webhooks import Event, Webhook
from tests.storage.post import Clock, Post, open_post

ANN = Person(Chat(Channel.TELEGRAM, 500), 500, "Ann", username="ann")


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = Clock()
    db = await Database.open(tmp_path / "desk.db", clock=clock)
    yield await open_post(db, clock)
    await db.close()


@pytest.fixture
async def webhook(post: Post) -> Webhook:
    return await post.endpoint()


def names(heard: list[Snapshot]) -> list[str]:
    return [each.event.value.removeprefix("ticket.") for each in heard]


async def test_new_ticket_is_told_with_its_first_message(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket("Where is it?\nI wait.")
    [heard] = await post.told(webhook)
    assert (heard.event, heard.at) == (Event.CREATED, post.clock())
    assert heard.ticket == ticket == await post.db.read(tickets.get, post.project.id, ticket.id)
    assert heard.message is not None
    assert (heard.message.text, heard.message.author) == ("Where is it?\nI wait.", "customer")


async def test_first_answer_tells_of_the_reply_the_assignee_and_the_status(
    post: Post, webhook: Webhook
) -> None:
    ticket, olga = await post.ticket(), await post.agent()
    await post.told(webhook)
    message = await post.answer(ticket, agent=olga)
    replied, assigned, changed = heard = await post.told(webhook)
    assert names(heard) == ["replied", "assigned", "status_changed"]
    assert replied.message == message
    assert (assigned.previous_assigned_to, changed.previous_status) == (None, Status.NEW)
    after = await post.db.read(tickets.get, post.project.id, ticket.id)
    assert [each.ticket for each in heard] == [after] * 3
    assert (after.status, after.assigned_to) == (Status.WAITING, olga.id)


async def test_later_answer_is_a_reply_and_nothing_else(post: Post, webhook: Webhook) -> None:
    ticket, olga = await post.ticket(), await post.agent()
    await post.answer(ticket, agent=olga)
    await post.told(webhook)
    await post.answer(ticket, agent=await post.agent("Pavel", 8))
    assert names(await post.told(webhook)) == ["replied"]


async def test_internal_note_is_nobody_elses_business(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.told(webhook)
    await post.answer(ticket, internal=True, agent=await post.agent())
    assert await post.told(webhook) == []


async def test_customers_message_reopens_and_says_so(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.CLOSED)
    await post.told(webhook)
    message = await post.write(ticket)
    replied, changed = heard = await post.told(webhook)
    assert names(heard) == ["replied", "status_changed"]
    assert replied.message == message
    assert changed.previous_status is Status.CLOSED
    assert changed.ticket is not None
    assert (changed.ticket.status, changed.ticket.closed_at) == (Status.NEW, None)


async def test_closing_is_a_change_of_status_and_an_event_of_its_own(
    post: Post, webhook: Webhook
) -> None:
    ticket = await post.ticket()
    await post.told(webhook)
    await post.set_status(ticket, Status.CLOSED)
    changed, closed = heard = await post.told(webhook)
    assert names(heard) == ["status_changed", "closed"]
    assert changed.ticket == closed.ticket
    assert closed.ticket is not None
    assert closed.ticket.closed_at == post.clock()
    assert changed.previous_status is closed.previous_status is Status.NEW


async def test_assigning_tells_of_the_status_that_follows_and_unassigning_of_who_had_it(
    post: Post, webhook: Webhook
) -> None:
    ticket, olga, pavel = await post.ticket(), await post.agent(), await post.agent("Pavel", 8)
    await post.told(webhook)
    await post.assign(ticket, olga.id)
    assigned, changed = await post.told(webhook)
    assert (assigned.event, assigned.previous_assigned_to) == (Event.ASSIGNED, None)
    assert (changed.event, changed.previous_status) == (Event.STATUS_CHANGED, Status.NEW)
    await post.assign(ticket, pavel.id)
    await post.assign(ticket, None)
    passed_on, taken_away = heard = await post.told(webhook)
    assert names(heard) == ["assigned", "assigned"]
    assert passed_on.previous_assigned_to == olga.id
    assert taken_away.previous_assigned_to == pavel.id
    assert passed_on.ticket is not None
    assert passed_on.ticket.assigned_name == "Pavel"
    assert taken_away.ticket is not None
    assert taken_away.ticket.assigned_to is None


async def test_what_holds_already_is_no_event(post: Post, webhook: Webhook) -> None:
    ticket, olga = await post.ticket(), await post.agent()
    await post.assign(ticket, olga.id)
    await post.told(webhook)
    await post.assign(ticket, olga.id)
    await post.set_status(ticket, Status.IN_PROGRESS)
    await post.db.write(tickets.set_priority, post.project.id, ticket.id, Priority.HIGH)
    assert await post.told(webhook) == []


async def test_a_replayed_update_is_told_once(post: Post, webhook: Webhook) -> None:
    await post.db.write(subscribers.subscribe, post.project.id, ANN)
    for text, native_id in (("First", 1), ("First", 1), ("More", 2), ("More", 2)):
        source = Source(ANN.chat, (native_id,))
        await post.db.write(routing.customer_message, ANN, Content(text), source)
    assert names(await post.told(webhook)) == ["created", "replied"]


async def test_answer_that_cannot_be_delivered_is_told_as_failed(
    post: Post, webhook: Webhook
) -> None:
    ann = await post.db.write(subscribers.subscribe, post.project.id, ANN)
    new = opening.NewTicket(Content("Hello"))
    ticket = await post.db.write(opening.by_customer, ann, new, Source(ANN.chat, (1,)))
    await post.db.write(subscribers.unsubscribe, ANN.chat, SubscriberStatus.BLOCKED)
    await post.told(webhook)
    message = await post.answer(ticket)
    heard = (await post.told(webhook))[0]
    assert heard.message == message
    assert (message.delivery, message.delivery_error) == ("failed", "blocked")


async def test_an_event_keeps_the_state_it_tells_of(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.set_status(ticket, Status.WAITING)
    await post.set_status(ticket, Status.CLOSED)
    heard = await post.told(webhook)
    assert [each.ticket and each.ticket.status for each in heard] == [
        "new",
        "waiting",
        "closed",
        "closed",
    ]


async def test_each_endpoint_is_told_what_it_wants_to_know(post: Post) -> None:
    everything = await post.endpoint()
    closings = await post.endpoint(Event.CLOSED, Event.CREATED)
    answers = await post.endpoint(Event.REPLIED)
    ticket = await post.ticket()
    await post.set_status(ticket, Status.CLOSED)
    assert names(await post.told(everything)) == ["created", "status_changed", "closed"]
    assert names(await post.told(closings)) == ["created", "closed"]
    assert await post.told(answers) == []


async def test_without_an_endpoint_a_change_asks_once_and_writes_nothing(post: Post) -> None:
    ticket = await post.ticket()

    def counted(tx: Transaction) -> list[str]:
        statements: list[str] = []
        tx._cursor.connection.set_trace_callback(statements.append)
        events.changed(tx, ticket, tickets.get)
        tx._cursor.connection.set_trace_callback(None)
        return statements

    [question] = await post.db.write(counted)
    assert question.startswith("SELECT id, events FROM webhooks")
    plan = await post.db.read(
        lambda tx: tx.one(
            "EXPLAIN QUERY PLAN SELECT id, events FROM webhooks WHERE project_id = :project_id"
            " AND status = 'active' ORDER BY created_at, rowid",
            project_id="",
        )
    )
    assert plan is not None
    assert "USING INDEX webhooks_of_project" in plan["detail"]


async def test_a_change_that_is_undone_was_no_event(post: Post, webhook: Webhook) -> None:
    ticket = await post.ticket()
    await post.told(webhook)

    def change_and_fail(tx: Transaction) -> None:
        tickets.set_status(tx, post.project.id, ticket.id, Status.CLOSED)
        raise LookupError

    with pytest.raises(LookupError):
        await post.db.write(change_and_fail)
    assert await post.told(webhook) == []


STEPS = st.lists(
    st.sampled_from(["answer", "note", "write", "close", "wait", "assign", "unassign", "again"]),
    max_size=12,
)


async def take(post: Post, ticket: Ticket, step: str) -> None:
    olga = await post.agent()
    match step:
        case "answer":
            await post.answer(ticket, agent=olga)
        case "note":
            await post.answer(ticket, internal=True)
        case "write":
            await post.write(ticket)
        case "close":
            await post.set_status(ticket, Status.CLOSED)
        case "wait":
            await post.set_status(ticket, Status.WAITING)
        case "assign":
            await post.assign(ticket, olga.id)
        case "unassign":
            await post.assign(ticket, None)
        case "again":
            now = await post.db.read(tickets.get, post.project.id, ticket.id)
            await post.set_status(ticket, now.status)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
async def test_who_follows_the_events_knows_the_ticket(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Whatever happens: each change starts from where the one before it ended."""
    clock = Clock()
    db = await Database.open(tmp_path_factory.mktemp("desk") / "desk.db", clock=clock)
    post = await open_post(db, clock)
    webhook = await post.endpoint()
    ticket = await post.ticket()
    public = 1
    for step in steps:
        clock.move(timedelta(minutes=1))
        await take(post, ticket, step)
        public += step in ("answer", "write")
    now = await db.read(tickets.get, post.project.id, ticket.id)
    heard = await post.told(webhook)
    await db.close()
    status, assigned_to = Status.NEW, None
    for each in heard:
        assert each.ticket is not None
        if each.event is Event.STATUS_CHANGED:
            assert each.previous_status is status
            assert each.ticket.status is not status
            status = each.ticket.status
        if each.event is Event.ASSIGNED:
            assert each.previous_assigned_to == assigned_to
            assigned_to = each.ticket.assigned_to
    assert (status, assigned_to) == (now.status, now.assigned_to)
    said = [each for each in heard if each.event in (Event.CREATED, Event.REPLIED)]
    assert len(said) == public == len({each.message and each.message.id for each in said})


def test_a_snapshot_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="status"):
        events.load('{"event": "ticket.closed", "at": "2026-01-01T00:00:00Z", "ticket": {}}')
