"""Lanes: each chat's updates in order, one at a time, albums whole, and nothing given up early."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetMe
from aiogram.types import Message, Update

from bot import lanes as lanes_module
from bot.failures import wait_after
from bot.lanes import SERVER_ERRORS, SURPRISES, Lanes
from bot.messengers import Messenger
from bot.messengers.telegram import build
from storage import erasure, inbox, projects, subscribers
from storage.database import Database, Row
from storage.errors import Unavailable
from storage.model import Channel, Chat, Person

ANN, CARA = 7001, 7002
PATIENCE = 10.0


def outage(kind: str) -> Exception:
    method = GetMe()
    return {
        "database": Unavailable("The disk is full."),
        "network": TelegramNetworkError(method, "gone"),
        "limit": TelegramRetryAfter(method, "slower", 5),
        "server": TelegramServerError(method, "Bad Gateway"),
    }[kind]


class Ward:
    """Lanes whose handler writes down what it is given; `before` may hinder it."""

    def __init__(self, db: Database, messenger: Messenger) -> None:
        self.db = db
        self.messenger = messenger
        self.handled: list[tuple[int, str]] = []
        self.albums: list[list[int]] = []
        self.tries = 0
        self.before: Callable[[Update], Any] = lambda _: None
        self.lanes = Lanes(db, messenger, self._handle)
        self._running: asyncio.Task[None] | None = None
        self._update_id = 100

    async def _handle(self, update: Update, album: list[Message]) -> None:
        self.tries += 1
        hindrance = self.before(update)
        if asyncio.iscoroutine(hindrance):
            await hindrance
        message = album[0]
        self.handled.append((message.chat.id, update.message.html_text if update.message else ""))
        self.albums.append([part.message_id for part in album])

    def start(self) -> None:
        self._running = asyncio.create_task(self.lanes.run())

    async def stop(self, seconds: float = 5) -> None:
        """As at the end of the process; `start` is then the next process."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None
        await self.lanes.finish(seconds)
        self.lanes = Lanes(self.db, self.messenger, self._handle)

    async def receive(self, chat_id: int, text: str, **fields: object) -> None:
        self._update_id += 1
        chat = {"id": chat_id, "type": "private", "first_name": "Ann"}
        message = {"message_id": self._update_id, "date": 1, "chat": chat, **fields}
        message |= {"caption" if "photo" in fields else "text": text} if text else {}
        update = {"update_id": self._update_id, "message": message}
        await self.db.write(inbox.add, self.messenger.channel, [(self._update_id, chat_id, update)])

    async def photo(self, chat_id: int, caption: str = "", album: str | None = None) -> None:
        size = {"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}
        fields = {} if album is None else {"media_group_id": album}
        await self.receive(chat_id, caption, photo=[size], **fields)

    async def rows(self, status: str) -> list[Row]:
        sql = "SELECT * FROM inbox WHERE status = :status ORDER BY id"
        return await self.db.read(lambda tx: tx.all(sql, status=status))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.db.read(inbox.position, self.messenger.channel)

    async def done(self) -> None:
        """Nothing is left to handle."""
        async with asyncio.timeout(PATIENCE):
            while await self.rows("pending"):
                continue


@pytest.fixture
async def messenger() -> AsyncIterator[Messenger]:
    """Nobody is there; lanes ask a messenger nothing."""
    ready = build("42:TEST", "http://127.0.0.1:1", {})
    yield ready
    await ready.bot.session.close()


@pytest.fixture
async def ward(db: Database, messenger: Messenger, impatient: None) -> AsyncIterator[Ward]:
    made = Ward(db, messenger)
    yield made
    await made.stop(0)


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


# --- what goes wrong ----------------------------------------------------------------------------


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
        if operation is inbox.handled and failures:
            raise failures.pop()
        return await write(operation, *args)

    await ward.receive(ANN, "Once")
    monkeypatch.setattr(ward.db, "write", failing)
    ward.start()
    await ward.done()
    assert failures == []
    assert ward.handled == [(ANN, "Once")]


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
