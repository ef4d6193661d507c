"""What the first start makes of the environment, and what later starts make of another one."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = "/v1/helpdesk/settings"
SHOWN = re.compile(r"shown only now: (\S+)")
OWN_KEY = "a-key-that-the-owner-adds-later"
FIRST = {
    "project_name": "Acme",
    "project_description": "We mend things.",
    "project_slug": "acme",
}
OTHER = {
    "project_name": "Umbrella",
    "project_description": "We break things.",
    "project_slug": "umbrella",
}
SLUGS = (FIRST["project_slug"], OTHER["project_slug"])


@dataclass
class Start:
    """What the desk said at a start, and what was found then."""

    said: str
    opened: dict[str, int]
    """The status that each key met with."""
    project: Any
    """The settings that the first start's key opens."""
    pages: dict[str, int]
    """The status of the page of a project with this slug."""


@dataclass
class Life:
    """An installation started three times; its project got another name after the first."""

    key: str
    first: Start
    second: Start
    third: Start


async def look(desk: Desk, key: str) -> Start:
    opened = {each: (await desk.call("GET", SETTINGS, key=each))[0] for each in (key, OWN_KEY)}
    _, project = await desk.call("GET", SETTINGS, key=key)
    pages = {slug: (await desk.call("HEAD", f"/help/{slug}"))[0] for slug in SLUGS}
    return Start(desk.output, opened, project, pages)


async def look_again(desk: Desk, key: str, **settings: str) -> Start:
    """Start it again in another environment."""
    assert await desk.stop() == 0
    desk.settings.update(settings)
    await desk.start()
    return await look(desk, key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    desk = Desk(tmp_path_factory.mktemp("acme"), **FIRST)
    del desk.settings["api_key"]
    async with desk:
        shown = SHOWN.search(await desk.said(SHOWN.pattern))
        assert shown is not None
        key = shown[1]
        first = await look(desk, key)
        assert (await desk.call("PATCH", SETTINGS, {"name": "Acme & Sons"}, key=key))[0] == 200
        second = await look_again(desk, key, **OTHER)
        third = await look_again(desk, key, api_key=OWN_KEY)
        yield Life(key, first, second, third)


async def test_the_first_start_prints_the_key_that_it_makes_once(life: Life) -> None:
    assert life.first.said.count(life.key) == 1
    assert life.first.opened == {life.key: 200, OWN_KEY: 401}


async def test_a_later_start_prints_no_key_and_the_first_one_stays_valid(life: Life) -> None:
    assert SHOWN.search(life.second.said) is None
    assert life.key not in life.second.said
    assert life.second.opened == {life.key: 200, OWN_KEY: 401}


async def test_a_key_named_at_a_later_start_is_added_to_the_project(life: Life) -> None:
    assert life.third.opened == {life.key: 200, OWN_KEY: 200}
    assert SHOWN.search(life.third.said) is None
    assert OWN_KEY not in life.third.said


async def test_the_first_start_makes_the_project_that_is_named(life: Life) -> None:
    project = life.first.project
    assert (project["name"], project["description"]) == ("Acme", "We mend things.")
    assert life.first.pages == {"acme": 200, "umbrella": 404}


async def test_a_later_start_changes_nothing_of_the_project_whatever_is_named(life: Life) -> None:
    for start in (life.second, life.third):
        assert start.project == {**life.first.project, "name": "Acme & Sons"}
        assert start.pages == life.first.pages
