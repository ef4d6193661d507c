"""Subscribers: one for a project and chat, renewed by consent, ended with word to the agents."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from storage import agent_chats, opening, outbox, projects, subscribers, tickets
from storage.database import Database
from storage.errors import NotFound
from storage.model import (
    Channel,
    Chat,
    Content,
    Person,
    Project,
    Source,
    Status,
    SubscriberStatus,
)

CHAT = Chat(Channel.TELEGRAM, 7)
AGENTS = Chat(Channel.TELEGRAM, -100)
VERA = Person(CHAT, 7, "Vera", "Petrova", "vera", "ru")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    seconds = count()
    database = await Database.open(
        tmp_path / "desk.db", clock=lambda: datetime.fromtimestamp(next(seconds), UTC)
    )
    yield database
    await database.close()


@pytest.fixture
async def project(db: Database) -> Project:
    made = await db.write(projects.create, slug="main", name="Acme")
    await db.write(agent_chats.link, made.id, AGENTS)
    return await db.read(projects.get, made.id)


async def told_to_agents(db: Database) -> list[str]:
    rows = await db.read(outbox.pending, AGENTS)
    return [row.payload["text"] for row in rows if row.kind is outbox.Kind.NOTICE]


async def test_subscribing_twice_makes_one_subscriber(db: Database, project: Project) -> None:
    first = await db.write(subscribers.subscribe, project.id, VERA)
    again = await db.write(subscribers.subscribe, project.id, VERA)
    assert again.id == first.id
    assert first.locale == "ru"
    assert [s.id for s in await db.read(subscribers.of_chat, CHAT)] == [first.id]


async def test_same_number_in_another_messenger_is_somebody_else(
    db: Database, project: Project
) -> None:
    first = await db.write(subscribers.subscribe, project.id, VERA)
    other = replace(VERA, chat=Chat(Channel.MAX, 7))
    assert (await db.write(subscribers.subscribe, project.id, other)).id != first.id


async def test_what_is_not_told_stays_as_it_was(db: Database, project: Project) -> None:
    await db.write(subscribers.subscribe, project.id, VERA)
    kept = await db.write(subscribers.upsert, project.id, CHAT.channel, CHAT.id, first_name="Vee")
    assert (kept.first_name, kept.last_name, kept.username) == ("Vee", "Petrova", "vera")
    assert (kept.user_id, kept.locale) == (7, "ru")


async def test_meeting_somebody_brings_the_name_up_to_date_but_keeps_the_language(
    db: Database, project: Project
) -> None:
    await db.write(subscribers.subscribe, project.id, VERA)
    today = Person(CHAT, 7, "Veronika")
    (subscriber,) = await db.write(subscribers.met, today)
    assert (subscriber.first_name, subscriber.last_name, subscriber.username) == (
        "Veronika",
        None,
        None,
    )
    assert subscriber.locale == "ru"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", 8),
        ("first_name", "Veronika"),
        ("last_name", "Ivanova"),
        ("username", "vee"),
        ("locale", "en"),
    ],
)
async def test_what_is_new_about_somebody_is_kept(
    db: Database, project: Project, field: str, value: object
) -> None:
    await db.write(subscribers.subscribe, project.id, VERA)
    told: dict[str, Any] = {"language" if field == "locale" else field: value}
    (subscriber,) = await db.write(subscribers.met, replace(VERA, **told))
    assert getattr(subscriber, field) == value
    assert await db.read(subscribers.of_chat, CHAT) == [subscriber]


async def test_what_one_project_knows_already_is_kept_for_the_other_too(
    db: Database, project: Project
) -> None:
    shop = await db.write(projects.create, slug="shop", name="Shop")
    await db.write(subscribers.subscribe, project.id, VERA)
    today = replace(VERA, first_name="Veronika")
    await db.write(subscribers.subscribe, shop.id, today)
    await db.write(subscribers.met, today)
    known = await db.read(subscribers.of_chat, CHAT)
    assert [subscriber.first_name for subscriber in known] == ["Veronika", "Veronika"]


async def test_a_new_name_is_shown_on_the_cards_of_open_tickets(
    db: Database, project: Project
) -> None:
    vera = await db.write(subscribers.subscribe, project.id, VERA)
    new = opening.NewTicket(Content("Question"))
    made = [
        await db.write(opening.by_customer, vera, new, Source(CHAT, (number,)))
        for number in range(2)
    ]
    await db.write(tickets.set_status, project.id, made[0].id, Status.CLOSED)
    before = await db.read(outbox.pending, AGENTS)
    await db.write(subscribers.met, VERA)
    assert await db.read(outbox.pending, AGENTS) == before
    await db.write(subscribers.met, replace(VERA, first_name="Verochka"))
    [row] = (await db.read(outbox.pending, AGENTS))[len(before) :]
    assert (row.kind, row.ticket_id) == (outbox.Kind.CARD, made[1].id)


async def test_subscription_used_last_comes_first(db: Database, project: Project) -> None:
    shop = await db.write(projects.create, slug="shop", name="Shop")
    first = await db.write(subscribers.subscribe, project.id, VERA)
    second = await db.write(subscribers.subscribe, shop.id, VERA)
    assert [s.id for s in await db.read(subscribers.of_chat, CHAT)] == [second.id, first.id]
    await db.write(subscribers.turn_to, first.id)
    assert [s.id for s in await db.read(subscribers.of_chat, CHAT)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (SubscriberStatus.STOPPED, "customer_unsubscribed"),
        (SubscriberStatus.BLOCKED, "customer_blocked"),
    ],
)
async def test_end_of_a_subscription_is_told_in_its_open_tickets_once(
    db: Database, project: Project, status: SubscriberStatus, words: str
) -> None:
    subscriber = await db.write(subscribers.subscribe, project.id, VERA)
    new = opening.NewTicket(Content("Help"))
    await db.write(opening.by_customer, subscriber, new, Source(CHAT, (1,)))
    for ended in (1, 0):
        assert len(await db.write(subscribers.unsubscribe, CHAT, status)) == ended
    assert await told_to_agents(db) == [words]
    assert (await db.read(subscribers.get, project.id, subscriber.id)).status is status


async def test_one_projects_subscription_can_end_alone(db: Database, project: Project) -> None:
    shop = await db.write(projects.create, slug="shop", name="Shop")
    for each in (project, shop):
        await db.write(subscribers.subscribe, each.id, VERA)
    await db.write(subscribers.unsubscribe, CHAT, SubscriberStatus.STOPPED, shop.id)
    assert await db.read(subscribers.in_project, CHAT, shop.id) is None
    assert await db.read(subscribers.in_project, CHAT, project.id) is not None


async def test_subscribing_again_renews_the_same_subscriber(db: Database, project: Project) -> None:
    first = await db.write(subscribers.subscribe, project.id, VERA)
    await db.write(subscribers.unsubscribe, CHAT, SubscriberStatus.BLOCKED)
    again = await db.write(subscribers.subscribe, project.id, VERA)
    assert (again.id, again.status) == (first.id, SubscriberStatus.ACTIVE)


async def test_another_projects_subscriber_is_not_found(db: Database, project: Project) -> None:
    shop = await db.write(projects.create, slug="shop", name="Shop")
    subscriber = await db.write(subscribers.subscribe, project.id, VERA)
    with pytest.raises(NotFound):
        await db.read(subscribers.get, shop.id, subscriber.id)
