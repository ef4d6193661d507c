"""A desk with a messenger, customers and agents, as the end-to-end tests meet it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.desk import Desk

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
        print(running.output)  # pytest shows it where the test failed
