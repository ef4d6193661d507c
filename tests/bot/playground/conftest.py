"""A messenger's clock to set, and the playground's page on a desk that has just begun."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.bot.playground.clock import Clock
from tests.bot.playground.playground_page import Page, desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "playground.db")
    await desk(database)
    yield database
    await database.close()


@pytest.fixture
async def page(db: Database) -> AsyncIterator[Page]:
    async with Page(db) as opened:
        yield opened
