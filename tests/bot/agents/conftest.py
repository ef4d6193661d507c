"""Offices for the tests of the agents' side: one with topics, one without."""

from collections.abc import AsyncIterator

import pytest

from bot.messengers import Messenger
from bot.playground.telegram import TelegramStandIn
from storage.database import Database
from tests.bot.agents.office import Office


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(privacy=True) as messenger:
        yield messenger
        assert messenger.calls.broken_contracts == []


@pytest.fixture
async def office(db: Database, telegram: TelegramStandIn, messenger: Messenger) -> Office:
    """A forum group: tickets are topics."""
    group = telegram.add_group("Agents", forum=True)
    return await Office(db, telegram, messenger, group).open()


@pytest.fixture
async def plain_office(db: Database, telegram: TelegramStandIn, messenger: Messenger) -> Office:
    """A group without topics: tickets are cards and replies to them."""
    return await Office(db, telegram, messenger, telegram.add_group("Agents")).open()
