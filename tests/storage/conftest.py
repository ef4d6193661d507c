"""A database in a file, with a clock that stands until it is moved, and a project in it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import projects
from storage.database import Database
from storage.model import Project


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "desk.db", clock=clock)
    yield database
    await database.close()


@pytest.fixture
async def project(db: Database) -> Project:
    return await db.write(projects.create, slug="main", name="Shop")
