"""A desk with a messenger, customers and agents, as the end-to-end tests meet it."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.acme import SURPRISES, Acme, running_acme
from tests.e2e.desk import Desk
from tests.e2e.rooms import House, Room, house_of_agents

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
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Acme]:
    """A running desk that the tests of the customers' side share."""
    async with running_acme(tmp_path_factory.mktemp("acme")) as running:
        yield running


@pytest.fixture
def acme(company: Acme) -> Iterator[Acme]:
    """The company of the module; its desk must make no mistake of its own meanwhile."""
    since = len(company.desk.lines)
    yield company
    said = company.desk.lines[since:] or company.desk.lines  # it may have been started again
    sys.stdout.write("\n".join(said))  # shown where the test failed
    company.messenger.faults.clear()
    assert [line for line in said if any(sign in line for sign in SURPRISES)] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk with a forum group and a plain one, shared by the tests of a module."""
    async with house_of_agents(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(params=["forum", "plain"])
def room(house: House, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Each of the two groups in turn; the desk must make no mistake of its own meanwhile."""
    yield from _watched(house, house.rooms[request.param])


@pytest.fixture
def forum_room(house: House) -> Iterator[Room]:
    yield from _watched(house, house.rooms["forum"])


@pytest.fixture
def plain_room(house: House) -> Iterator[Room]:
    yield from _watched(house, house.rooms["plain"])


def _watched(house: House, room: Room) -> Iterator[Room]:
    since = len(house.desk.lines)
    yield room
    sys.stdout.write("\n".join(house.desk.lines[since:]))  # shown where the test failed
    house.messenger.faults.clear()
    assert house.mistakes(since) == []
