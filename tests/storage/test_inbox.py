"""The inbox: an update is taken in once, kept until it is handled, and then known for two days."""

from datetime import timedelta
from typing import Any

import pytest

from storage import inbox
from storage.database import Database
from storage.model import Channel, Chat
from storage.transaction import Row, Transaction
from tests.storage.post import Clock

TELEGRAM, MAX = Channel.TELEGRAM, Channel.MAX


def update(number: int, chat_id: int = 5, **payload: Any) -> tuple[int, int, dict[str, Any]]:
    return number, chat_id, {"update_id": number, **payload}


async def pending(db: Database, channel: Channel = TELEGRAM, after: int = 0) -> list[int]:
    return [each.update_id for each in await db.read(inbox.pending, channel, after)]


async def rows(db: Database) -> list[Row]:
    return await db.read(lambda tx: tx.all("SELECT * FROM inbox ORDER BY id"))


async def test_an_update_is_taken_in_once(db: Database) -> None:
    assert await db.write(inbox.add, TELEGRAM, [update(1), update(2), update(1)]) == 2
    assert await db.write(inbox.add, TELEGRAM, [update(2), update(3)]) == 1
    assert await pending(db) == [1, 2, 3]


async def test_messengers_count_their_updates_apart(db: Database) -> None:
    await db.write(inbox.add, TELEGRAM, [update(1)])
    assert await db.write(inbox.add, MAX, [update(1)]) == 1
    assert await pending(db, MAX) == [1]


async def test_updates_come_as_they_were_and_in_the_order_of_their_arrival(db: Database) -> None:
    await db.write(inbox.add, TELEGRAM, [update(9, 5, text="ünï", n=[1, None]), update(3, -7)])
    first, second = await db.read(inbox.pending, TELEGRAM, 0)
    assert (first.update_id, first.chat_id) == (9, 5)
    assert first.payload == {"update_id": 9, "text": "ünï", "n": [1, None]}
    assert (second.update_id, second.chat_id) == (3, -7)
    assert await pending(db, after=first.id) == [3]


async def test_the_feed_moves_with_the_updates_or_not_at_all(db: Database) -> None:
    assert await db.read(inbox.position, MAX) is None
    await db.write(inbox.add, MAX, [update(1)], 10)
    assert await db.read(inbox.position, MAX) == 10

    def fail_afterwards(tx: Transaction) -> None:
        inbox.add(tx, MAX, [update(2)], 20)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await db.write(fail_afterwards)
    assert await db.read(inbox.position, MAX) == 10
    assert await pending(db, MAX) == [1]


async def test_lanes_are_woken_by_what_is_new_alone(db: Database) -> None:
    with db.listen("inbox:telegram") as woken:
        await db.write(inbox.add, TELEGRAM, [update(1)])
        assert woken.is_set()
        woken.clear()
        await db.write(inbox.add, TELEGRAM, [update(1)])
        await db.write(inbox.add, MAX, [update(2)])
        assert not woken.is_set()


async def test_a_handled_update_says_nothing_any_more_and_is_refused_when_it_comes_again(
    db: Database,
) -> None:
    await db.write(inbox.add, TELEGRAM, [update(1, text="a secret")])
    (row,) = await rows(db)
    await db.write(inbox.handled, [row["id"]])
    assert await pending(db) == []
    assert (await rows(db))[0]["payload"] == ""
    assert await db.write(inbox.add, TELEGRAM, [update(1, text="a secret")]) == 0


async def test_an_update_that_was_set_aside_is_kept_with_the_reason(db: Database) -> None:
    await db.write(inbox.add, TELEGRAM, [update(1, text="strange")])
    (row,) = await rows(db)
    await db.write(inbox.set_aside, [row["id"]], "KeyError")
    assert await pending(db) == []
    (row,) = await rows(db)
    assert (row["status"], row["error"]) == ("failed", "KeyError")
    assert "strange" in row["payload"]


async def test_updates_are_forgotten_in_time_and_not_before(db: Database, clock: Clock) -> None:
    await db.write(inbox.add, TELEGRAM, [update(1), update(2), update(3)])
    handled, failed, _ = [row["id"] for row in await rows(db)]
    await db.write(inbox.handled, [handled])
    await db.write(inbox.set_aside, [failed], "KeyError")
    for wait, left in (
        (timedelta(hours=47), [1, 2, 3]),
        (timedelta(hours=2), [2, 3]),
        (timedelta(days=27), [2, 3]),
        (timedelta(days=2), [3]),  # what waits is never forgotten
    ):
        clock.move(wait)
        await db.write(inbox.purge)
        assert [row["update_id"] for row in await rows(db)] == left


async def test_a_chat_is_forgotten_whatever_became_of_its_updates(db: Database) -> None:
    updates = [update(number, text="a secret") for number in (1, 2, 3)]
    await db.write(inbox.add, TELEGRAM, [*updates, update(4, 6, text="another's")])
    ids = [row["id"] for row in await rows(db)]
    await db.write(inbox.handled, ids[:1])
    await db.write(inbox.set_aside, ids[1:2], "KeyError")
    assert await db.write(inbox.forget, Chat(TELEGRAM, 5)) == 3
    *own, others = await rows(db)
    assert {(row["chat_id"], row["payload"], row["error"]) for row in own} == {(0, "", None)}
    assert others["chat_id"] == 6
    assert await pending(db) == [4]
    assert await db.write(inbox.add, TELEGRAM, updates) == 0


async def test_half_a_surrogate_pair_is_no_obstacle(db: Database) -> None:
    await db.write(inbox.add, TELEGRAM, [update(1, text="a\ud83d", key={"\udc00": "😀"})])
    (found,) = await db.read(inbox.pending, TELEGRAM, 0)
    assert found.payload == {"update_id": 1, "text": "a\ufffd", "key": {"\ufffd": "😀"}}


async def test_an_update_however_deep_holds_up_no_other(db: Database) -> None:
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    await db.write(inbox.add, TELEGRAM, [update(1, new_thing=deep), update(2)])
    found = await db.read(inbox.pending, TELEGRAM, 0)
    assert [each.payload for each in found] == [
        {"update_id": 1, "new_thing": deep},
        {"update_id": 2},
    ]
