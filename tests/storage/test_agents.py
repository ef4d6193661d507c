"""Agents: known from their first action, by name, and until they leave."""

from uuid import UUID

import pytest

from storage import agents, projects
from storage.database import Database
from storage.errors import NotFound
from storage.model import Agent, Channel, Chat, Person, Project

GROUP = Chat(Channel.TELEGRAM, -100)


async def seen(
    db: Database, project: Project, user_id: int, name: str, username: str | None = None
) -> Agent:
    person = Person(GROUP, user_id, name, username=username)
    return await db.write(agents.seen, project.id, person)


async def test_agent_is_made_once_and_follows_the_name(db: Database, project: Project) -> None:
    first = await seen(db, project, 1, "Anna", "anna")
    again = await seen(db, project, 1, "Anna Maria", "annamaria")
    assert again.id == first.id
    assert await db.read(agents.listing, project.id) == [again]
    assert (again.name, again.username) == ("Anna Maria", "annamaria")


async def test_agents_of_projects_are_apart(db: Database, project: Project) -> None:
    anna = await seen(db, project, 1, "Anna")
    other = await db.write(projects.create, slug="other", name="Other")
    with pytest.raises(NotFound):
        await db.read(agents.get, other.id, anna.id)
    assert (await seen(db, other, 1, "Anna")).id != anna.id


async def test_agent_follows_the_user_name_though_the_name_stays(
    db: Database, project: Project
) -> None:
    for username in ("anna", "annamaria", None):
        anna = await seen(db, project, 1, "Anna", username)
        assert (await db.read(agents.get, project.id, anna.id)).username == username


async def test_agent_who_left_is_active_again_at_the_next_action(
    db: Database, project: Project
) -> None:
    anna = await seen(db, project, 1, "Anna")
    await db.write(agents.left, project.id, Channel.TELEGRAM, 1)
    assert not (await db.read(agents.get, project.id, anna.id)).active
    assert (await seen(db, project, 1, "Anna")).active


async def test_agent_is_found_by_the_messengers_id(db: Database, project: Project) -> None:
    anna = await seen(db, project, 1, "Anna")
    await db.write(agents.left, project.id, Channel.TELEGRAM, 1)
    found = await db.read(agents.by_user, project.id, Channel.TELEGRAM, 1)
    assert found is not None
    assert (found.id, found.active) == (anna.id, False)
    assert await db.read(agents.by_user, project.id, Channel.MAX, 1) is None


async def test_agent_is_found_by_user_name_before_first_name(
    db: Database, project: Project
) -> None:
    await seen(db, project, 1, "boris", "anna")
    boris = await seen(db, project, 2, "Anna", "boris")
    assert await db.read(agents.by_name, project.id, "@BORIS") == boris
    assert await db.read(agents.by_name, project.id, "boris") == boris


async def test_name_that_two_agents_share_finds_nobody(db: Database, project: Project) -> None:
    await seen(db, project, 1, "Anna")
    assert await db.read(agents.by_name, project.id, "anna") is not None
    await seen(db, project, 2, "Anna")
    assert await db.read(agents.by_name, project.id, "anna") is None


async def test_agent_who_left_is_not_found_by_name(db: Database, project: Project) -> None:
    await seen(db, project, 1, "Anna", "anna")
    await db.write(agents.left, project.id, Channel.TELEGRAM, 1)
    assert await db.read(agents.by_name, project.id, "@anna") is None


async def test_unknown_agent(db: Database, project: Project) -> None:
    with pytest.raises(NotFound):
        await db.read(agents.get, project.id, UUID(int=0))
