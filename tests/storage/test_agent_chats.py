"""Agent chats: linked by a code that works once, followed when they move, caught up with."""

from datetime import timedelta

import pytest

from storage import agent_chats, conversation, notices, opening, outbox, projects, tickets
from storage.database import Database
from storage.errors import Conflict, NotFound
from storage.model import Channel, Chat, Content, Project, Status, Ticket
from storage.outbox import Kind, LaneKey
from tests.storage.post import Clock

OFFICE = Chat(Channel.TELEGRAM, -100)
ELSEWHERE = Chat(Channel.MAX, -200)


@pytest.fixture
async def code(db: Database, project: Project) -> str:
    return await db.write(agent_chats.create_code, project.id)


async def new_ticket(db: Database, project: Project, text: str) -> Ticket:
    return await db.write(opening.by_backend, project.id, opening.NewTicket(Content(text)))


async def waiting(db: Database, chat: Chat) -> list[tuple[Kind, object]]:
    return [(row.kind, row.ticket_id) for row in await db.read(outbox.pending, chat)]


async def test_code_links_a_chat(db: Database, project: Project, code: str) -> None:
    assert agent_chats.CODE_SHAPE.fullmatch(code)
    linked = await db.write(agent_chats.redeem, code, OFFICE)
    assert (linked.id, linked.agent_chat) == (project.id, OFFICE)


async def test_code_works_once(db: Database, project: Project, code: str) -> None:
    await db.write(agent_chats.redeem, code, OFFICE)
    with pytest.raises(NotFound):
        await db.write(agent_chats.redeem, code, ELSEWHERE)
    assert (await db.read(projects.get, project.id)).agent_chat == OFFICE


async def test_code_redeemed_again_by_its_chat_changes_nothing(
    db: Database, project: Project, code: str
) -> None:
    await new_ticket(db, project, "The lamp is broken")
    linked = await db.write(agent_chats.redeem, code, OFFICE)
    before = await waiting(db, OFFICE)
    assert await db.write(agent_chats.redeem, code, OFFICE) == linked
    assert await waiting(db, OFFICE) == before


@pytest.mark.parametrize(
    ("age", "works"), [(timedelta(minutes=14), True), (timedelta(minutes=15), False)]
)
async def test_code_lives_15_minutes(
    db: Database, clock: Clock, code: str, *, age: timedelta, works: bool
) -> None:
    clock.move(age)
    if works:
        await db.write(agent_chats.redeem, code, OFFICE)
    else:
        with pytest.raises(NotFound):
            await db.write(agent_chats.redeem, code, OFFICE)


async def test_code_itself_is_not_kept(db: Database, code: str) -> None:
    kept = await db.read(lambda tx: [row["hash"] for row in tx.all("SELECT * FROM connect_codes")])
    assert kept
    assert all(code not in value for value in kept)


async def test_old_codes_are_forgotten(
    db: Database, project: Project, clock: Clock, code: str
) -> None:
    clock.move(timedelta(hours=1))
    await db.write(agent_chats.create_code, project.id)
    kept = await db.read(lambda tx: len(tx.all("SELECT * FROM connect_codes")))
    assert kept == 1


async def test_chat_of_another_project_is_refused_and_the_code_stays_good(
    db: Database, project: Project, code: str
) -> None:
    other = await db.write(projects.create, slug="other", name="Other")
    await db.write(agent_chats.link, other.id, OFFICE)
    with pytest.raises(Conflict):
        await db.write(agent_chats.redeem, code, OFFICE)
    await db.write(agent_chats.redeem, code, ELSEWHERE)
    assert (await db.read(projects.by_agent_chat, OFFICE)) == await db.read(projects.get, other.id)


async def test_open_tickets_are_shown_in_a_newly_linked_chat(
    db: Database, project: Project
) -> None:
    closed = await new_ticket(db, project, "Done")
    await db.write(tickets.set_status, project.id, closed.id, Status.CLOSED)
    lamp = await new_ticket(db, project, "The lamp is broken")
    await db.write(conversation.customer_reply, project.id, lamp.id, Content("Hello?"))
    door = await new_ticket(db, project, "The door squeaks")
    await db.write(agent_chats.link, project.id, OFFICE)
    assert await waiting(db, OFFICE) == [
        (Kind.CARD, lamp.id),
        (Kind.MESSAGE, lamp.id),
        (Kind.CARD, door.id),
    ]


async def test_what_waits_follows_a_group_that_migrates(db: Database, project: Project) -> None:
    await db.write(agent_chats.link, project.id, OFFICE)
    await new_ticket(db, project, "The lamp is broken")
    before = await waiting(db, OFFICE)
    moved = await db.write(agent_chats.migrated, OFFICE, -1009)
    assert moved is not None
    assert moved.agent_chat == Chat(Channel.TELEGRAM, -1009)
    assert await waiting(db, OFFICE) == []
    assert await waiting(db, Chat(Channel.TELEGRAM, -1009)) == before
    assert await db.write(agent_chats.migrated, OFFICE, -1009) == moved


async def test_migration_of_a_chat_that_is_no_agent_chat(db: Database, project: Project) -> None:
    assert await db.write(agent_chats.migrated, OFFICE, -1009) is None


async def test_what_waits_for_a_migrated_chat_refers_to_no_message_of_the_old_one(
    db: Database, project: Project
) -> None:
    linked = await db.write(agent_chats.link, project.id, OFFICE)
    payload = {"text": "agents_help", "values": {}, "reply_to": 5}
    await db.write(outbox.to_agents, linked, Kind.NOTICE, payload=payload)
    await db.write(outbox.to_agents, linked, Kind.MARK, payload={"native_id": 6})
    await db.write(agent_chats.migrated, OFFICE, -101)
    (notice,) = await db.read(outbox.pending, Chat(Channel.TELEGRAM, -101))
    assert notice.payload == {**payload, "reply_to": None}
    assert await db.read(outbox.waiting_lanes, OFFICE.channel) == [LaneKey(-101)]


async def test_words_that_belong_to_no_ticket_pass_tickets_that_wait_for_a_right(
    db: Database, project: Project
) -> None:
    linked = await db.write(agent_chats.link, project.id, OFFICE)
    ticket = await new_ticket(db, project, "The lamp is broken")
    await db.write(notices.notify_agents, linked, None, "rights_missing", rights=["right_topics"])
    assert await waiting(db, OFFICE) == [(Kind.NOTICE, None), (Kind.CARD, ticket.id)]
