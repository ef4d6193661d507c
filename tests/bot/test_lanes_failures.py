"""Lanes in trouble: nothing is given up early, and what cannot be handled holds up nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetMe
from aiogram.types import Update

from bot import lanes as lanes_module
from bot.failures import wait_after
from bot.lanes import SERVER_ERRORS, SURPRISES
from storage import erasure, inbox, projects, subscribers
from storage.errors import Unavailable
from storage.model import Channel, Chat, Person
from storage.transaction import Transaction
from tests.bot.ward import Ward

ANN, CARA = 7001, 7002


def outage(kind: str) -> Exception:
    method = GetMe()
    return {
        "database": Unavailable("The disk is full."),
        "network": TelegramNetworkError(method, "gone"),
        "limit": TelegramRetryAfter(method, "slower", 5),
        "server": TelegramServerError(method, "Bad Gateway"),
    }[kind]


@pytest.mark.parametrize("kind", ["database", "network", "limit", "server"])
async def test_an_update_waits_out_what_passes_and_later_ones_wait_behind_it(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(lanes_module, "wait_after", lambda *_: 0.0)
    failures = [outage(kind)] * (SERVER_ERRORS - 1)
    ward.before = lambda _: _raise_next(failures)
    await ward.receive(ANN, "first")
    await ward.receive(ANN, "second")
    ward.start()
    await ward.done()
    assert [text for _, text in ward.handled] == ["first", "second"]
    assert await ward.rows("failed") == []


def _raise_next(failures: list[Exception]) -> None:
    if failures:
        raise failures.pop()


async def test_a_long_outage_does_not_count_against_an_update_once_it_is_over(ward: Ward) -> None:
    """Hours without a network, a last bad gateway, a surprise: it is still handled."""
    failures = [RuntimeError(), outage("server"), *[outage("network")] * 100]
    ward.before = lambda _: _raise_next(failures)
    await ward.receive(ANN, "first")
    ward.start()
    await ward.done()
    assert [text for _, text in ward.handled] == ["first"]


async def test_the_messengers_wish_to_wait_is_heeded(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def noted(error: Exception, attempt: int) -> float:
        waits.append(wait_after(error, attempt))
        return 0.0

    monkeypatch.setattr(lanes_module, "wait_after", noted)
    failures = [outage("limit")]
    ward.before = lambda _: _raise_next(failures)
    await ward.receive(ANN, "first")
    ward.start()
    await ward.done()
    assert waits == [5.0]


async def test_an_update_that_our_code_fails_on_is_set_aside_and_the_next_is_handled(
    ward: Ward,
) -> None:
    def stumble(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "bad":
            raise ValueError("a secret")

    ward.before = stumble
    await ward.receive(ANN, "bad")
    await ward.receive(ANN, "good")
    ward.start()
    await ward.done()
    assert ward.tries == SURPRISES + 1
    (row,) = await ward.rows("failed")
    assert "bad" in row["payload"]  # kept for a look
    assert row["error"] == "ValueError"
    assert ward.handled == [(ANN, "good")]


async def test_an_answer_that_nobody_can_read_does_not_show_a_screen_for_ever(ward: Ward) -> None:
    """The messenger did what was asked: each further try would do it once more."""
    odd = ClientDecodeError("odd", ValueError(), {"ok": True, "result": {}})

    def misread(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "odd":
            raise odd

    ward.before = misread
    await ward.receive(ANN, "odd")
    await ward.receive(ANN, "good")
    ward.start()
    await ward.done()
    assert ward.tries == SURPRISES + 1
    assert ward.handled == [(ANN, "good")]


async def test_a_chat_is_served_although_an_update_could_not_be_booked(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = inbox.handled
    failures: list[Exception] = [RuntimeError("surprise")]

    def failing(tx: Transaction, ids: Sequence[int]) -> None:
        _raise_next(failures)
        handled(tx, ids)

    monkeypatch.setattr(inbox, "handled", failing)
    await ward.receive(ANN, "first")
    await ward.receive(ANN, "second")
    ward.start()
    await ward.done()
    assert [text for _, text in ward.handled] == ["first", "first", "second"]


async def test_an_update_of_an_unknown_shape_stops_no_other(ward: Ward) -> None:
    await ward.db.write(
        inbox.add, Channel.TELEGRAM, [(1, ANN, {"update_id": 1, "message": {"new": "shape"}})]
    )
    await ward.receive(ANN, "good")
    ward.start()
    await ward.done()
    assert ward.handled == [(ANN, "good")]


async def test_a_handled_update_is_not_handled_again_because_it_cannot_be_recorded(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its screen would be shown at each try."""
    write, failures = ward.db.write, [outage("database")] * 5

    async def failing(operation: Any, *args: Any) -> Any:
        if failures:
            raise failures.pop()
        return await write(operation, *args)

    await ward.receive(ANN, "Once")
    monkeypatch.setattr(ward.db, "write", failing)
    ward.start()
    await ward.done()
    assert failures == []
    assert ward.handled == [(ANN, "Once")]


async def test_an_erased_customers_updates_are_emptied(ward: Ward) -> None:
    project = await ward.db.write(projects.create, slug="main", name="Acme")
    chat = Chat(Channel.TELEGRAM, ANN)
    ann = await ward.db.write(subscribers.subscribe, project.id, Person(chat, ANN, "Ann"))
    ward.before = lambda _: _raise_next([ValueError()])
    await ward.receive(ANN, "My secret")
    ward.start()
    await ward.done()
    await ward.receive(CARA, "Another's")
    await ward.stop()
    await ward.db.write(erasure.erase, project.id, ann.id)
    kept = await ward.db.read(lambda tx: tx.all("SELECT chat_id, payload FROM inbox ORDER BY id"))
    assert tuple(kept[0]) == (0, "")
    assert kept[1]["chat_id"] == CARA
    assert "Another's" in kept[1]["payload"]
