"""Commands of agents: what they do, and what is said when they cannot. No customer reads one."""

from typing import Any

import pytest

from bot.playground.telegram import Topic
from storage import tickets
from storage.model import Priority, Status, Ticket
from storage.outbox import Kind
from tests.bot.agents.office import Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


async def test_take_assigns_to_who_sends_it(office: Office, ticket: Ticket, topic: Topic) -> None:
    office.anna.say("/take", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Anna"
    office.boris.say("/TAKE@Deskwire_Bot", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Boris"
    assert await office.notices() == []
    assert await office.to_agents(Kind.CARD)


@pytest.mark.parametrize("name", ["@anna", "@ANNA", "anna", "Anna", "@anna please, she knows"])
async def test_assign_finds_an_agent_by_name(
    office: Office, ticket: Ticket, topic: Topic, name: str
) -> None:
    office.anna.say("// here I am", topic=topic)
    office.boris.say(f"/assign {name}", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Anna"


async def test_assign_by_a_mention_makes_the_member_an_agent(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    mention = {"type": "text_mention", "offset": 8, "length": 5, "user": office.boris.to_api()}
    office.anna.say("/assign Boris", entities=[mention], topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Boris"


async def test_assign_by_a_mention_of_an_outsider_is_refused(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    clara = office.telegram.add_person("Clara")
    mention = {"type": "text_mention", "offset": 8, "length": 5, "user": clara.to_api()}
    office.anna.say("/assign Clara", entities=[mention], topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_to is None
    assert await office.notices() == ["assign_unknown"]


async def test_assign_dash_unassigns(office: Office, ticket: Ticket, topic: Topic) -> None:
    office.anna.say("/take", topic=topic)
    office.anna.say("/assign -", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).assigned_to is None


async def test_close_and_reopen(office: Office, ticket: Ticket, topic: Topic) -> None:
    office.anna.say("/close", topic=topic)
    await office.handle(times=2)
    assert (await office.now(ticket)).status is Status.CLOSED
    asked = await office.to_customer(Kind.NOTICE)
    assert [row.payload["text"] for row in asked] == ["ticket_closed_rate"]
    office.anna.say("/reopen", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).status is Status.NEW


async def test_reopened_ticket_is_its_assignees_again(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    for command in ("/take", "/close", "/reopen"):
        office.anna.say(command, topic=topic)
    await office.handle()
    assert (await office.now(ticket)).status is Status.IN_PROGRESS


async def test_reopen_of_an_open_ticket_changes_nothing(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    await office.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.WAITING)
    office.anna.say("/reopen", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).status is Status.WAITING


@pytest.mark.parametrize("level", list(Priority))
async def test_priority(office: Office, ticket: Ticket, topic: Topic, level: Priority) -> None:
    office.anna.say(f"/priority {level.upper()}", topic=topic)
    await office.handle()
    assert (await office.now(ticket)).priority is level
    assert await office.notices() == []


@pytest.mark.parametrize(
    ("command", "text", "values"),
    [
        ("/priority", "priority_usage", {}),
        ("/priority highest", "priority_usage", {}),
        ("/assign", "assign_usage", {}),
        ("/assign @nobody", "assign_unknown", {"name": "@nobody"}),
        ("/asign @anna", "command_unknown", {}),
        ("/help", "agents_help", {}),
    ],
)
async def test_what_a_command_cannot_do_is_said_in_its_ticket(
    office: Office, ticket: Ticket, topic: Topic, command: str, text: str, values: dict[str, Any]
) -> None:
    sent = office.anna.say(command, topic=topic)
    await office.handle()
    (notice,) = await office.to_agents()
    assert notice.ticket_id == ticket.id
    assert notice.payload == {"text": text, "values": values, "reply_to": sent.id}
    assert await office.said(ticket) == []
    assert await office.now(ticket) == ticket


async def test_ticket_shows_the_state(office: Office, ticket: Ticket, topic: Topic) -> None:
    later = await office.ticket("It broke again", previous=ticket.id)
    office.anna.say("/ticket", topic=await office.topic(later))
    await office.handle()
    (notice,) = await office.to_agents()
    assert notice.ticket_id == later.id
    assert notice.payload["text"] == "card"
    shown = notice.payload["values"]
    assert (shown["number"], shown["status"], shown["previous"]) == (2, "new", 1)


async def test_commands_work_as_replies_in_a_plain_group(plain_office: Office) -> None:
    office = plain_office
    ticket = await office.ticket()
    office.anna.say("/take", reply_to=await office.card(ticket))
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Anna"


async def test_command_outside_a_ticket_explains_itself(office: Office, ticket: Ticket) -> None:
    office.anna.say("/close", in_=office.group)
    office.anna.say("/help", in_=office.group)
    office.anna.say("/weather", in_=office.group)
    await office.handle()
    assert await office.notices() == ["command_outside_ticket", "agents_help"]
    assert [row.ticket_id for row in await office.to_agents()] == [None, None]


async def test_command_for_another_bot_is_left_to_it(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("/close@other_bot", topic=topic)
    office.anna.say("/weather@other_bot", topic=topic)
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.notices() == []
    assert await office.now(ticket) == ticket


async def test_command_in_a_caption_is_neither_obeyed_nor_delivered(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.send_photo(b"x", "/close", topic=topic)
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.notices() == ["command_unknown"]
    assert (await office.now(ticket)).status is Status.NEW


@pytest.mark.parametrize("text", ["/etc/hosts is wrong", "/ is the root", "1/2 is enough"])
async def test_slash_that_is_no_command_is_an_answer(
    office: Office, ticket: Ticket, topic: Topic, text: str
) -> None:
    office.anna.say(text, topic=topic)
    await office.handle()
    assert await office.said(ticket) == [(text, False)]


async def test_a_reply_to_a_colleagues_command_is_an_answer(plain_office: Office) -> None:
    office = plain_office
    ticket = await office.ticket()
    card = await office.card(ticket)
    command = office.anna.say("/take", in_=office.group, reply_to=card)
    await office.handle()
    office.boris.say("I come at noon", in_=office.group, reply_to=command)
    await office.handle()
    assert await office.said(ticket) == [("I come at noon", False)]
