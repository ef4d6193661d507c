"""The last thing that an update leads to, and the end of the update: both are done, or neither."""

import asyncio
from typing import Any

import pytest

from bot import lanes as lanes_module
from bot.handling import last
from storage import inbox
from storage.model import Channel
from storage.transaction import Transaction
from tests.bot.ward import Ward

ANN = 7001
POSITION = 77
"""Where the operations here move a feed, to be seen."""


def act(tx: Transaction, result: object) -> object:
    inbox.add(tx, Channel.MAX, [], POSITION)
    return result


async def acted(ward: Ward) -> bool:
    return await ward.db.read(inbox.position, Channel.MAX) == POSITION


def statuses(tx: Transaction) -> list[str]:
    return [row["status"] for row in tx.all("SELECT status FROM inbox ORDER BY id")]


@pytest.fixture(autouse=True)
def tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "wait_after", lambda *_: 0.0)


async def handled_by(ward: Ward, handler: Any) -> list[list[str]]:
    """Handle one update so; the inbox as it was after the handler's operation, try by try."""
    seen: list[list[str]] = []

    async def handle(_: object) -> None:
        await handler(len(seen))
        seen.append(await ward.db.read(statuses))

    ward.before = handle
    await ward.receive(ANN, "Hello")
    ward.start()
    await ward.done()
    await ward.stop()
    return seen


async def test_an_update_ends_with_its_last_operation(ward: Ward) -> None:
    async def handler(_: int) -> None:
        await ward.db.write(last(act), "done")

    assert await handled_by(ward, handler) == [["handled"]]
    assert await acted(ward)


async def test_where_something_is_left_to_do_it_ends_with_its_handler(ward: Ward) -> None:
    async def handler(_: int) -> None:
        assert await ward.db.write(last(act), None) is None

    assert await handled_by(ward, handler) == [["pending"]]
    assert await ward.db.read(statuses) == ["handled"]
    assert await acted(ward)


async def test_it_does_not_end_with_an_operation_that_is_undone(ward: Ward) -> None:
    def fail(tx: Transaction) -> str:
        act(tx, "done")
        raise ValueError("not now")

    async def handler(_: int) -> None:
        with pytest.raises(ValueError, match="not now"):
            await ward.db.write(last(fail))

    assert await handled_by(ward, handler) == [["pending"]]
    assert not await acted(ward)


async def test_nor_with_one_that_was_undone_for_a_neighbour_and_then_failed(ward: Ward) -> None:
    """All of a commit run once more when one of them fails; the second time may end otherwise."""
    runs = []

    def once(tx: Transaction) -> str:
        runs.append(tx)
        if len(runs) > 1:
            raise ValueError("not now")
        return "done"

    def break_the_batch(tx: Transaction) -> None:
        act(tx, None)
        raise KeyError("neighbour")

    async def handler(_: int) -> None:
        mine, neighbour = await asyncio.gather(
            ward.db.write(last(once)), ward.db.write(break_the_batch), return_exceptions=True
        )
        assert isinstance(mine, ValueError)
        assert isinstance(neighbour, KeyError)

    assert await handled_by(ward, handler) == [["pending"]]
    assert len(runs) == 2
    assert await ward.db.read(statuses) == ["handled"]


async def test_outside_of_an_update_an_operation_is_what_it_was(ward: Ward) -> None:
    assert last(act) is act
