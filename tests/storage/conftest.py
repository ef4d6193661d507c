"""A database in a file, with a clock that stands until it is moved, and a project in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import projects
from storage.database import Database
from storage.model import Project
from tests.storage.post import Clock
from tests.storage.vera import Vera


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


@pytest.fixture
async def vera(tmp_path: Path) -> AsyncIterator[Vera]:
    customer = await Vera(tmp_path / "desk.db").open()
    yield customer
    await customer.db.close()
