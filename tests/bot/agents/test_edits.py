"""An agent's edit reaches the customer's copy, and nothing else does."""

import pytest

from bot.playground.telegram import Topic
from storage.model import Ticket
from storage.outbox import Kind
from tests.bot.agents.office import Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


async def test_edit_of_an_answer_goes_to_the_customer(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    answer = office.anna.say("Try another bubl", topic=topic)
    await office.handle()
    office.anna.edit(answer, "Try another bulb")
    await office.handle(times=2)
    (message,) = await office.messages(ticket)
    assert (message.text, message.original_text) == ("Try another bulb", "Try another bubl")
    assert [row.message_id for row in await office.to_customer(Kind.EDIT)] == [message.id]


async def test_edit_of_a_caption_goes_to_the_customer_even_when_it_is_taken_away(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    photo = office.anna.send_photo(b"x", "Our warehouse", topic=topic)
    await office.handle()
    office.anna.edit(photo, "")
    await office.handle()
    assert await office.said(ticket) == [("", False)]
    assert len(await office.to_customer(Kind.EDIT)) == 1


async def test_edit_of_what_is_no_ticket_message_goes_nowhere(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    chat = office.anna.say("Lunch?", in_=office.group)
    command = office.anna.say("/hlep", topic=topic)
    await office.handle()
    await office.sent()
    office.anna.edit(chat, "Dinner?")
    office.anna.edit(command, "/help")
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.notices() == []
    assert await office.to_customer(Kind.EDIT) == []


async def test_edit_of_an_albums_first_part_changes_its_words(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    first, _ = office.anna.send_album([b"1", b"2"], "Two veiws", topic=topic)
    await office.handle()
    office.anna.edit(first, "Two views")
    await office.handle()
    assert await office.said(ticket) == [("Two views", False)]


async def test_edit_of_another_part_leaves_the_words_and_the_agent_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    _, second = office.anna.send_album([b"1", b"2"], "Two views", topic=topic)
    await office.handle()
    office.anna.edit(second, "")
    await office.handle()
    assert await office.notices() == []
    office.anna.edit(second, "This one is better")
    await office.handle()
    assert await office.notices() == ["edit_not_delivered"]
    assert await office.said(ticket) == [("Two views", False)]
    assert await office.to_customer(Kind.EDIT) == []
