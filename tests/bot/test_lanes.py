"""Lanes: each chat's updates in order and one at a time, albums whole, an end without a loss."""

import asyncio

import pytest
from aiogram.types import Update

from bot import lanes as lanes_module
from storage import inbox
from storage.model import Channel
from tests.bot.ward import Ward

ANN, CARA = 7001, 7002


@pytest.fixture
def quick_albums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "ALBUM_QUIET", 0.2)


# --- order --------------------------------------------------------------------------------------


async def test_updates_of_a_chat_are_handled_in_order_and_one_at_a_time(ward: Ward) -> None:
    inside = 0

    async def look(_: Update) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        await ward.db.read(inbox.position, Channel.TELEGRAM)
        inside -= 1

    ward.before = look
    ward.start()
    for number in range(30):
        await ward.receive(ANN, f"line {number}")
    await ward.done()
    assert [text for _, text in ward.handled] == [f"line {number}" for number in range(30)]


async def test_a_chat_that_is_stuck_holds_up_no_other(ward: Ward) -> None:
    stuck = asyncio.Event()
    ward.before = lambda update: stuck.wait() if _chat(update) == ANN else None
    ward.start()
    await ward.receive(ANN, "I wait")
    await ward.receive(CARA, "I don't")
    await ward.until(lambda: ward.handled)
    assert ward.handled == [(CARA, "I don't")]
    stuck.set()
    await ward.done()
    assert ward.handled[-1] == (ANN, "I wait")


def _chat(update: Update) -> int:
    assert update.message is not None
    return update.message.chat.id


async def test_what_was_left_over_comes_before_what_is_new(ward: Ward) -> None:
    for number in range(3):
        await ward.receive(ANN, f"line {number}")
    ward.start()
    await ward.receive(ANN, "new")
    await ward.done()
    assert [text for _, text in ward.handled] == ["line 0", "line 1", "line 2", "new"]


async def test_what_is_seen_again_is_handled_once(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending, stuck = inbox.pending, asyncio.Event()
    monkeypatch.setattr(inbox, "pending", lambda tx, channel, _: pending(tx, channel, 0))
    ward.before = lambda _: stuck.wait()
    await ward.receive(ANN, "left over")
    ward.start()
    await ward.until(lambda: ward.tries)
    for number in range(3):
        await ward.receive(CARA, f"line {number}")
    stuck.set()
    await ward.done()
    lines = [(CARA, f"line {number}") for number in range(3)]
    assert ward.handled == [(ANN, "left over"), *lines]


async def test_more_than_one_reading_is_handled(ward: Ward) -> None:
    for number in range(520):
        await ward.receive(ANN if number % 2 else CARA, str(number))
    ward.start()
    await ward.done()
    assert len(ward.handled) == 520


# --- albums -------------------------------------------------------------------------------------


async def test_the_parts_of_an_album_are_one_event(ward: Ward, quick_albums: None) -> None:
    ward.start()
    await ward.photo(ANN, album="A")
    await ward.photo(ANN, "Look", album="A")
    await ward.photo(ANN, album="A")
    await ward.receive(ANN, "Well?")
    await ward.done()
    assert ward.handled == [(ANN, "Look"), (ANN, "Well?")]
    assert ward.albums == [[101, 102, 103], [104]]


async def test_two_albums_that_come_mixed_are_told_apart(ward: Ward, quick_albums: None) -> None:
    for album in "ABAB":
        await ward.photo(ANN, album=album)
    ward.start()
    await ward.done()
    assert ward.albums == [[101, 103], [102, 104]]


async def test_a_full_album_does_not_wait(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "ALBUM_QUIET", 3600.0)
    for _ in range(10):
        await ward.photo(ANN, album="A")
    ward.start()
    await ward.done()
    assert [len(album) for album in ward.albums] == [10]


async def test_a_late_part_comes_as_an_event_of_its_own(ward: Ward, quick_albums: None) -> None:
    ward.start()
    await ward.photo(ANN, album="A")
    await ward.done()
    await ward.photo(ANN, album="A")
    await ward.done()
    assert ward.albums == [[101], [102]]


async def test_an_album_that_the_end_cuts_short_is_whole_after_the_next_start(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "ALBUM_QUIET", 3600.0)
    ward.start()
    await ward.photo(ANN, album="A")
    await ward.until(lambda: ward.lanes._lanes)
    await ward.photo(ANN, album="A")
    async with asyncio.timeout(3):
        await ward.stop()
    assert ward.albums == []
    monkeypatch.setattr(lanes_module, "ALBUM_QUIET", 0.2)
    ward.start()
    await ward.done()
    assert ward.albums == [[101, 102]]


# --- the end ------------------------------------------------------------------------------------


async def test_what_is_in_hand_ends_and_the_rest_waits_for_the_next_start(ward: Ward) -> None:
    going, gone = asyncio.Event(), asyncio.Event()

    async def slow(_: Update) -> None:
        gone.set()
        await going.wait()

    ward.before = slow
    for text in ("in hand", "waits"):
        await ward.receive(ANN, text)
    ward.start()
    await gone.wait()
    ending = asyncio.create_task(ward.stop())
    await ward.until(lambda: ward.lanes._ending)
    going.set()
    await ending
    assert ward.handled == [(ANN, "in hand")]
    assert len(await ward.rows("pending")) == 1
    ward.start()
    await ward.done()
    assert ward.handled == [(ANN, "in hand"), (ANN, "waits")]


async def test_what_does_not_end_in_time_is_replayed(ward: Ward) -> None:
    begun = asyncio.Event()

    async def forever(_: Update) -> None:
        begun.set()
        await asyncio.Event().wait()

    ward.before = forever
    await ward.receive(ANN, "again")
    ward.start()
    await begun.wait()
    await ward.stop(0.1)
    ward.before = lambda _: None
    ward.start()
    await ward.done()
    assert ward.handled == [(ANN, "again")]


async def test_a_lane_that_is_done_is_forgotten(ward: Ward) -> None:
    ward.start()
    for chat_id in range(1, 50):
        await ward.receive(chat_id, "Hello")
    await ward.done()
    await ward.until(lambda: not ward.lanes._lanes)


async def test_a_messenger_is_idle_while_none_of_its_updates_is_being_handled(ward: Ward) -> None:
    idle = ward.messenger.idle
    ward.start()
    assert idle.is_set()
    ward.before = lambda update: stuck.wait() if _chat(update) == ANN else None
    stuck = asyncio.Event()
    await ward.receive(ANN, "I take my time")
    await ward.receive(CARA, "I don't")
    await ward.until(lambda: ward.handled)
    assert not idle.is_set()
    stuck.set()
    async with asyncio.timeout(30):
        await idle.wait()
    assert len(ward.handled) == 2


async def test_a_messenger_is_idle_while_an_update_waits_to_be_tried_again(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "wait_after", lambda *_: 3600.0)
    ward.before = lambda _: _fail()
    ward.start()
    await ward.receive(ANN, "Hello")
    await ward.until(lambda: ward.tries)
    async with asyncio.timeout(30):
        await ward.messenger.idle.wait()
    assert ward.lanes._lanes
    await ward.stop(0.1)
    assert ward.messenger.idle.is_set()


def _fail() -> None:
    raise RuntimeError("a defect of ours")
