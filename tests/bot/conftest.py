"""What the tests of the ways in and out share: a database, the stand-in, a room to send from."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot import intake
from bot.health import Health
from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.playground.telegram import TelegramStandIn
from storage.database import Database
from tests.bot.mailroom import Clock, Mailroom
from tests.bot.visit import Visit
from tests.bot.ward import Ward


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "desk.db", clock=clock)
    yield database
    await database.close()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as standin:
        yield standin
        assert standin.calls.broken_contracts == []


@pytest.fixture
async def messenger(telegram: TelegramStandIn) -> AsyncIterator[Messenger]:
    """Without limits: what the pace does has tests of its own."""
    ready = build(telegram.token, telegram.url, {})
    yield ready
    await ready.bot.session.close()


@pytest.fixture
async def mail(
    db: Database, telegram: TelegramStandIn, messenger: Messenger
) -> AsyncIterator[Mailroom]:
    """A mailroom whose agents sit in a forum group."""
    room = Mailroom(db, telegram, messenger, telegram.add_group("Agents", forum=True))
    yield await room.open()
    await room.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(random, "uniform", lambda *_: 0.0)


@pytest.fixture
def health() -> Health:
    return Health()


Poll = Callable[[], Awaitable[None]]


@pytest.fixture
async def poll(
    db: Database, messenger: Messenger, health: Health, impatient: None
) -> AsyncIterator[Poll]:
    """Begins to poll; begun again, it is the next process."""
    tasks: list[asyncio.Task[None]] = []

    async def end() -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def begin() -> None:
        await end()
        tasks.append(asyncio.create_task(intake.poll(db, messenger, health)))

    yield begin
    await end()


@pytest.fixture
async def ward(db: Database, impatient: None) -> AsyncIterator[Ward]:
    """Lanes of a messenger that is not there; they ask it nothing."""
    messenger = build("42:TEST", "http://127.0.0.1:1", {})
    made = Ward(db, messenger)
    yield made
    await made.stop(0)
    await messenger.bot.session.close()


@pytest.fixture
async def visit(mail: Mailroom, clock: Clock, tmp_path: Path) -> Visit:
    mail.group.set_bot_rights({"can_manage_topics": True})
    mail.telegram.route_webhook("https://desk.example", "http://127.0.0.1:1")
    return Visit(mail, clock, tmp_path)
