"""The outbox: what must go out, in the order of its causes, until it ended one way or another."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from storage import notices, outbox, subscribers
from storage.database import Database
from storage.model import Channel, Chat, Person, Project, Subscriber, SubscriberStatus
from storage.outbox import Audience, Kind, LaneKey, OutboxRow
from storage.transaction import Row, Transaction
from tests.storage.post import Clock

ANN = Chat(Channel.TELEGRAM, 5)
OFFICE = Chat(Channel.TELEGRAM, -100)


@pytest.fixture
async def ann(db: Database, project: Project) -> Subscriber:
    return await db.write(subscribers.subscribe, project.id, Person(ANN, ANN.id, "Ann"))


async def put(db: Database, project: Project, text: str, chat: Chat = ANN) -> None:
    await db.write(
        outbox.put, project.id, chat, Audience.CUSTOMER, Kind.NOTICE, payload={"text": text}
    )


async def waiting(db: Database, chat: Chat = ANN) -> list[OutboxRow]:
    return await db.read(outbox.pending, chat)


async def texts(db: Database, chat: Chat = ANN) -> list[str]:
    return [row.payload["text"] for row in await waiting(db, chat)]


async def all_rows(db: Database) -> list[Row]:
    return await db.read(lambda tx: tx.all("SELECT * FROM outbox ORDER BY id"))


async def test_rows_wait_in_the_order_of_their_causes_chat_by_chat(
    db: Database, project: Project
) -> None:
    for text in ("one", "two", "three"):
        await put(db, project, text)
        await put(db, project, text.upper(), OFFICE)
    assert await texts(db) == ["one", "two", "three"]
    assert await texts(db, OFFICE) == ["ONE", "TWO", "THREE"]
    assert len(await db.read(outbox.pending, ANN, 2)) == 2


async def test_what_waits_behind_a_row_is_its_tickets_however_much_waits_between(
    db: Database, project: Project
) -> None:
    mine, other = uuid4(), uuid4()
    for ticket_id in (mine, *[other] * 70, mine, other, mine):
        await db.write(
            outbox.put, project.id, OFFICE, Audience.AGENTS, Kind.MESSAGE, ticket_id=ticket_id
        )
    first = (await waiting(db, OFFICE))[0]
    assert [row.id - first.id for row in await db.read(outbox.behind, first)] == [71, 73]
    assert await db.read(outbox.makes, OFFICE, 100) == 74


async def test_lanes_that_wait_longest_come_first(db: Database, project: Project) -> None:
    others = [Chat(Channel.TELEGRAM, number) for number in (9, 3)]
    for chat in (others[0], ANN):
        await put(db, project, "x", chat)
    await db.write(outbox.put, project.id, ANN, Audience.AGENTS, Kind.MARK)
    for chat in others[::-1]:
        await put(db, project, "x", chat)
    await put(db, project, "x", Chat(Channel.MAX, 77))
    lanes = await db.read(outbox.waiting_lanes, Channel.TELEGRAM)
    assert lanes == [LaneKey(9), LaneKey(5), LaneKey(5, marks=True), LaneKey(3)]


async def test_marks_wait_apart_from_what_is_said(db: Database, project: Project) -> None:
    await put(db, project, "one", OFFICE)
    with db.listen("outbox:telegram") as woken:
        await db.write(outbox.put, project.id, OFFICE, Audience.AGENTS, Kind.MARK)
        assert woken.take().keys() == {LaneKey(OFFICE.id, marks=True)}
        await put(db, project, "two", OFFICE)
        assert woken.take().keys() == {LaneKey(OFFICE.id)}
    assert await texts(db, OFFICE) == ["one", "two"]
    (mark,) = await db.read(outbox.pending, OFFICE, marks=True)
    assert mark.kind is Kind.MARK


async def test_what_is_first_is_found_by_an_index_however_much_waits(db: Database) -> None:
    def details(tx: Transaction) -> list[str]:
        seen: list[str] = []
        tx._cursor.connection.set_trace_callback(seen.append)
        outbox.pending(tx, OFFICE, 1)
        outbox.pending(tx, OFFICE, 1, marks=True)
        tx._cursor.connection.set_trace_callback(None)
        return [row["detail"] for sql in seen for row in tx.all("EXPLAIN QUERY PLAN " + sql)]

    for detail in (plan := await db.read(details)):
        assert re.search("USING INDEX outbox_pending .channel=. AND chat_id=. AND <expr>=", detail)
    assert len(plan) == 2


async def test_a_cause_that_is_undone_sends_nothing(db: Database, project: Project) -> None:
    def fail_afterwards(tx: Transaction) -> None:
        outbox.put(tx, project.id, ANN, Audience.CUSTOMER, Kind.NOTICE)
        raise RuntimeError

    with db.listen("outbox:telegram") as woken:
        with pytest.raises(RuntimeError):
            await db.write(fail_afterwards)
        assert not woken.is_set()
        assert await waiting(db) == []
        await put(db, project, "x")
        assert woken.is_set()


async def test_a_row_ends_once_and_says_nothing_any_more(db: Database, project: Project) -> None:
    await put(db, project, "a secret")
    (row,) = await waiting(db)
    assert await db.write(outbox.finish, [row.id], "sent") == 1
    assert await db.write(outbox.finish, [row.id], "failed", "blocked") == 0
    assert not await db.write(outbox.keep_progress, row.id, {"parts": [[1]]})
    assert await waiting(db) == []
    (ended,) = await all_rows(db)
    assert (ended["status"], ended["error"], ended["payload"]) == ("sent", None, "{}")


async def test_progress_is_kept(db: Database, project: Project) -> None:
    await put(db, project, "x")
    (row,) = await waiting(db)
    assert await db.write(outbox.keep_progress, row.id, {"parts": [[1, 2]]})
    (row,) = await waiting(db)
    assert row.progress == {"parts": [[1, 2]]}
    assert await db.read(outbox.get, row.id) == row


async def test_a_postponed_row_keeps_its_place_and_counts_its_attempts(
    db: Database, project: Project, clock: Clock
) -> None:
    await put(db, project, "one")
    await put(db, project, "two")
    first, _ = await waiting(db)
    later = clock() + timedelta(minutes=3)
    await db.write(outbox.postpone, first.id, "Bad Gateway", later)
    await db.write(outbox.postpone, first.id, "Bad Gateway", later)
    first, second = await waiting(db)
    assert (first.payload["text"], first.attempts, first.due_at) == ("one", 2, later)
    assert (second.attempts, second.due_at) == (0, second.created_at)


async def test_what_waits_follows_a_chat_that_moves_and_keeps_its_order(
    db: Database, project: Project
) -> None:
    new = Chat(Channel.TELEGRAM, -1009)
    await put(db, project, "one", OFFICE)
    await put(db, project, "two", new)
    await put(db, project, "three", OFFICE)
    (sent, *_) = await waiting(db, OFFICE)
    await db.write(outbox.finish, [sent.id], "sent")
    with db.listen("outbox:telegram") as woken:
        await db.write(outbox.move_chat, OFFICE, new.id)
        assert woken.is_set()
    assert await texts(db, new) == ["two", "three"]
    assert await waiting(db, OFFICE) == []
    assert (await all_rows(db))[0]["chat_id"] == OFFICE.id


async def test_rows_that_ended_are_forgotten_after_a_week_and_those_that_wait_never(
    db: Database, project: Project, clock: Clock
) -> None:
    for text in ("sent", "failed", "waits"):
        await put(db, project, text)
    sent, failed, _ = await waiting(db)
    await db.write(outbox.finish, [sent.id], "sent")
    await db.write(outbox.finish, [failed.id], "failed", "blocked")
    clock.move(timedelta(days=6, hours=23))
    assert await db.write(outbox.purge) == 0
    clock.move(timedelta(days=30))
    assert await db.write(outbox.purge) == 2
    assert await texts(db) == ["waits"]


async def test_agents_get_nothing_where_there_is_no_chat_of_theirs(
    db: Database, project: Project
) -> None:
    await db.write(notices.notify_agents, project, None, "agents_help")
    assert await all_rows(db) == []


@pytest.mark.parametrize("status", [SubscriberStatus.STOPPED, SubscriberStatus.BLOCKED])
async def test_who_left_gets_no_notices(
    db: Database, project: Project, ann: Subscriber, status: SubscriberStatus
) -> None:
    await db.write(notices.notify_customer, ann, None, "ticket_created", number=1)
    assert len(await all_rows(db)) == 1
    await db.write(subscribers.unsubscribe, ANN, status)
    left = await db.read(subscribers.get, project.id, ann.id)
    await db.write(notices.notify_customer, left, None, "ticket_created", number=2)
    assert len(await all_rows(db)) == 1


async def test_a_notice_carries_the_name_of_its_text_and_what_fills_it(
    db: Database, ann: Subscriber
) -> None:
    await db.write(
        notices.notify_customer, ann, None, "ticket_closed_rate",
        reply_to=7, buttons="rating", number=1,
    )  # fmt: skip
    (row,) = await waiting(db)
    assert row.payload == {
        "text": "ticket_closed_rate",
        "values": {"number": 1},
        "reply_to": 7,
        "buttons": "rating",
    }
