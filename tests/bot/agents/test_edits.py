"""An agent's edit reaches the customer's copy, and nothing else does."""

import pytest

from bot.playground.telegram import Topic
from storage import delivery, subscribers
from storage.model import Chat, SubscriberStatus, Ticket
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


async def test_another_file_does_not_reach_the_customer_and_the_agent_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    photo = office.anna.send_photo(b"the wrong one", "Your invoice", topic=topic)
    other = office.anna.send_photo(b"the right one", "Your invoice, now", topic=topic)
    note = office.anna.send_photo(b"the wrong one", "// Look", topic=topic)
    await office.handle(times=3)
    office.telegram.world.edit(photo, other.content)
    office.telegram.world.edit(note, other.content)
    await office.handle()
    assert await office.notices() == ["edit_not_delivered"]
    assert (await office.said(ticket))[0] == ("Your invoice", False)
    assert await office.to_customer(Kind.EDIT) == []


async def test_an_answer_cannot_become_a_command_and_the_agent_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    answer = office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    office.anna.edit(answer, "/close")
    await office.handle()
    assert await office.notices() == ["edit_not_delivered"]
    assert await office.said(ticket) == [("Try another bulb", False)]
    assert await office.to_customer(Kind.EDIT) == []


async def test_an_edit_that_the_customer_cannot_get_any_more_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    answer = office.anna.say("It costs 10", topic=topic)
    await office.handle()
    await office.sent()
    (message,) = await office.messages(ticket)
    await office.db.write(delivery.delivered, ticket.project_id, ticket.id, message.id)
    assert ticket.customer.chat_id is not None
    chat = Chat(ticket.channel, ticket.customer.chat_id)
    await office.db.write(subscribers.unsubscribe, chat, SubscriberStatus.STOPPED)
    office.anna.edit(answer, "It costs 1000")
    await office.handle()
    assert "edit_not_delivered" in await office.notices()
    assert await office.to_customer(Kind.EDIT) == []


async def test_an_edit_of_an_answer_that_never_arrived_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    answer = office.anna.say("It costs 10", topic=topic)
    await office.handle()
    (message,) = await office.messages(ticket)
    await office.db.write(delivery.failed, message.id, "blocked")
    office.anna.edit(answer, "It costs 1000")
    await office.handle()
    assert await office.notices() == ["undelivered", "edit_not_delivered"]
    assert await office.to_customer(Kind.EDIT) == []
