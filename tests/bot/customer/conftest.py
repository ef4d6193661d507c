"""A front desk and customers before it; a module may have it `replayed` too, see TWICE."""

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


@pytest.fixture
async def front(
    request: pytest.FixtureRequest, tmp_path: Path, messenger: TelegramStandIn
) -> AsyncIterator[Front]:
    replays = getattr(request, "param", "once") == "replayed"
    desk = await Front(tmp_path / "desk.db", messenger, replays=replays).open()
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
