"""Shares of an agents' chat: counted as the messenger counts its messages."""

from datetime import timedelta
from uuid import UUID

import pytest

from storage import agent_chats, message_map, opening, projects, shares, subscribers
from storage.database import Database
from storage.message_map import Copy, Role
from storage.model import Channel, Chat, Content, Person, Project, Source, Ticket
from storage.shares import Share
from tests.storage.post import Clock

AGENTS = Chat(Channel.TELEGRAM, -100)
ANN = Chat(Channel.TELEGRAM, 7)
SHARE = Share(3, timedelta(seconds=60))


@pytest.fixture
async def ticket(db: Database, project: Project) -> Ticket:
    """Ann's, whose card waits for the agents."""
    await db.write(agent_chats.link, project.id, AGENTS)
    ann = await db.write(subscribers.subscribe, project.id, Person(ANN, 7, "Ann"))
    project = await db.read(projects.get, project.id)
    new = opening.NewTicket(Content("Question"))
    return await db.write(opening.by_customer, ann, new, Source(ANN, (1,)))


async def sent(db: Database, ticket_id: UUID, *native_ids: int) -> None:
    """One message to the agents, an album where it has several ids."""
    copies = [Copy(AGENTS, native_id, None, ticket_id, Role.MESSAGE) for native_id in native_ids]
    await db.write(message_map.record_copies, copies)


async def test_an_album_takes_as_much_of_a_share_as_one_message(
    db: Database, ticket: Ticket, clock: Clock
) -> None:
    await sent(db, ticket.id, 1)
    clock.move(timedelta(seconds=1))
    await sent(db, ticket.id, 2, 3, 4, 5)
    row, held_until = await db.read(shares.first, AGENTS, SHARE)
    assert row is not None
    clock.move(timedelta(seconds=1))
    await sent(db, ticket.id, 6)
    row, held_until = await db.read(shares.first, AGENTS, SHARE)
    assert row is None
    assert held_until == clock.now + timedelta(seconds=58)
