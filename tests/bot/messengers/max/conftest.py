"""A bot whose other side is MAX, the stand-in that it talks to, and who is there."""

from collections.abc import AsyncIterator

import pytest

from bot.messengers import Messenger
from bot.messengers.max import build, feed
from bot.messengers.max.feed import MaxFeed
from bot.messengers.max.session import MaxBot
from bot.playground.max import Group, MaxStandIn, Person
from storage.database import Database
from tests.bot.messengers.max.arrivals import Arrivals


@pytest.fixture
async def stand_in() -> AsyncIterator[MaxStandIn]:
    async with MaxStandIn() as running:
        yield running
        assert running.calls.broken_contracts == []


@pytest.fixture
async def messenger(stand_in: MaxStandIn, db: Database) -> AsyncIterator[Messenger]:
    ready = build(stand_in.token, stand_in.url, {}, db)
    yield ready
    await ready.bot.session.close()


@pytest.fixture
async def bot(stand_in: MaxStandIn, db: Database) -> AsyncIterator[MaxBot]:
    """Without limits, and with three tries for a file that is not ready."""
    made = MaxBot(stand_in.token, stand_in.url, db, {}, waits=(0, 0))
    yield made
    await made.session.close()


@pytest.fixture
def ann(stand_in: MaxStandIn) -> Person:
    person = stand_in.add_person("Ann")
    person.open()
    return person


@pytest.fixture
def group(stand_in: MaxStandIn) -> Group:
    return stand_in.add_group("Desk")


@pytest.fixture
async def arrivals(
    db: Database, bot: MaxBot, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> Arrivals:
    """What comes in from now on, asked for at any pace: the marker is known, and so is Ann."""
    monkeypatch.setattr(feed, "POLLS_WINDOW", 0.0)
    ready = Arrivals(db, MaxFeed(bot))
    await ready.read()
    await ready.pending()
    return ready
