"""A desk with a messenger, customers and agents, as the end-to-end tests meet it."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.acme import CHANNELS, SURPRISES, Acme
from tests.e2e.companies import Companies
from tests.e2e.desk import Desk
from tests.e2e.houses import House, house_of_agents
from tests.e2e.rooms import Room, TelegramRoom

TOKEN = "42:AAtestTESTtestTESTtestTESTtestTESTtest"


@pytest.fixture
async def messenger() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(token=TOKEN) as standin:
        yield standin
        assert standin.calls.broken_contracts == []


@pytest.fixture
def bob(messenger: TelegramStandIn) -> Person:
    return messenger.add_person("Bob", username="bob")


@pytest.fixture
def forum(messenger: TelegramStandIn, bob: Person) -> Group:
    return messenger.add_group("Agents", forum=True, members=[bob])


@pytest.fixture
def ann(messenger: TelegramStandIn) -> Person:
    return messenger.add_person("Ann", username="ann")


def settings_for(messenger: TelegramStandIn, group: Group | None) -> dict[str, object]:
    settings: dict[str, object] = {
        "telegram_token": messenger.token,
        "telegram_api_url": messenger.url,
        "project_name": "Acme",
        "project_description": "We mend things.",
    }
    if group is not None:
        settings["agent_chat"] = f"telegram:{group.id}"
    return settings


@pytest.fixture
async def desk(tmp_path: Path, messenger: TelegramStandIn, forum: Group) -> AsyncIterator[Desk]:
    """A running desk whose agents sit in a forum group."""
    async with Desk(tmp_path, **settings_for(messenger, forum)) as running:
        yield running
        sys.stdout.write(running.output)  # pytest shows it where the test failed


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def companies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Companies]:
    """The running desks that the tests of the customers' side share, one in each messenger."""
    async with Companies(tmp_path_factory.mktemp("acme")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", params=CHANNELS)
async def acme(companies: Companies, request: pytest.FixtureRequest) -> AsyncIterator[Acme]:
    """The company in each messenger; its desk must make no mistake of its own meanwhile."""
    company = await companies.at(request.param)
    since = len(company.desk.lines)
    yield company
    said = company.desk.lines[since:] or company.desk.lines  # it may have been started again
    sys.stdout.write("\n".join(said))  # shown where the test failed
    company.messenger.faults.clear()
    assert [line for line in said if any(sign in line for sign in SURPRISES)] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk with all the rooms there are, shared by the tests of a module."""
    async with house_of_agents(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(params=["forum", "plain", "max", "mixed"])
def room(house: House, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Each of these rooms in turn, or those that a test names by `rooms_only`."""
    with house.watched(request.param) as room:
        yield room


@pytest.fixture
def forum_room(house: House) -> Iterator[TelegramRoom]:
    """Agents with topics, and customers in Telegram."""
    with house.watched("forum") as room:
        assert isinstance(room, TelegramRoom)
        yield room


@pytest.fixture
def plain_room(house: House) -> Iterator[TelegramRoom]:
    """Agents without topics, and customers in Telegram."""
    with house.watched("plain") as room:
        assert isinstance(room, TelegramRoom)
        yield room
