"""A front desk and a customer before it. Every test runs twice: the second time all is replayed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.customer.front import Front


@pytest.fixture
async def messenger() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as standin:
        yield standin
        assert standin.calls.broken_contracts == []


@pytest.fixture(params=[False, True], ids=["once", "replayed"])
async def front(
    request: pytest.FixtureRequest, tmp_path: Path, messenger: TelegramStandIn
) -> AsyncIterator[Front]:
    desk = await Front(tmp_path / "desk.db", messenger, replays=request.param).open()
    yield desk
    await desk.close()


@pytest.fixture
def ann(messenger: TelegramStandIn) -> Person:
    return messenger.add_person("Ann")


@pytest.fixture
async def vera(front: Front, messenger: TelegramStandIn) -> Person:
    """Somebody who subscribed to Acme and has its menu open."""
    person = messenger.add_person("Vera")
    person.open("help_main")
    await front.press(person, "Subscribe")
    return person
