"""Who the bot is: remembered, and not taken for the one that was there before it."""

import pytest

from storage import feeds, inbox, message_map, messages, opening, projects, routing, subscribers
from storage.database import Database
from storage.message_map import Thread
from storage.model import Channel, Chat, Content, Person, Source, Ticket

ANN = Person(Chat(Channel.TELEGRAM, 5), 5, "Ann")
GROUP, SUPERGROUP = Chat(Channel.TELEGRAM, -77), Chat(Channel.TELEGRAM, -1_001_234_567_890)
OLD, NEW = 42, 43


@pytest.fixture
async def ticket(db: Database) -> Ticket:
    """One that Ann opened at the old bot, by her message 3, which was its update 100."""
    await db.write(feeds.know_bot, Channel.TELEGRAM, OLD, "old_bot")
    project = await db.write(projects.create, slug="main", name="Acme")
    ann = await db.write(subscribers.subscribe, project.id, ANN)
    await db.write(inbox.add, Channel.TELEGRAM, [(100, 5, {})], 101)
    await db.write(inbox.handled, [1])
    new = opening.NewTicket(Content("Hello"))
    return await db.write(opening.by_customer, ann, new, Source(ANN.chat, (3,)))


async def texts(db: Database, ticket: Ticket) -> list[str]:
    return [message.text for message in await db.read(messages.of_ticket, ticket.id)]


async def test_the_bots_name_is_known_without_the_messenger(db: Database) -> None:
    assert await db.read(feeds.bot_username, Channel.TELEGRAM) is None
    await db.write(feeds.know_bot, Channel.TELEGRAM, OLD, "old_bot")
    assert await db.read(feeds.bot_username, Channel.TELEGRAM) == "old_bot"
    assert await db.read(feeds.bot_username, Channel.MAX) is None


async def test_the_same_bot_again_changes_nothing(db: Database, ticket: Ticket) -> None:
    await db.write(feeds.know_bot, Channel.TELEGRAM, OLD, "renamed_bot")
    assert await db.read(inbox.position, Channel.TELEGRAM) == 101
    assert await db.write(inbox.add, Channel.TELEGRAM, [(100, 5, {})]) == 0
    await db.write(routing.customer_message, ANN, Content("Again"), Source(ANN.chat, (3,)))
    assert await texts(db, ticket) == ["Hello"]


async def test_a_new_bots_messages_are_not_taken_for_those_of_the_old_one(
    db: Database, ticket: Ticket
) -> None:
    await db.write(feeds.know_bot, Channel.TELEGRAM, NEW, "new_bot")
    assert await db.read(inbox.position, Channel.TELEGRAM) is None
    assert await db.write(inbox.add, Channel.TELEGRAM, [(100, 5, {})]) == 1
    await db.write(routing.customer_message, ANN, Content("It is me again"), Source(ANN.chat, (3,)))
    assert await texts(db, ticket) == ["Hello", "It is me again"]


async def test_topics_of_a_supergroup_are_those_of_every_bot(db: Database, ticket: Ticket) -> None:
    for chat in (GROUP, SUPERGROUP):
        await db.write(message_map.keep_thread, Thread(ticket.id, chat, 7, 8, None))
    await db.write(feeds.know_bot, Channel.TELEGRAM, NEW, "new_bot")
    assert await db.read(message_map.ticket_of_thread, SUPERGROUP, 7) == ticket.id
    assert await db.read(message_map.ticket_of_thread, GROUP, 7) is None


async def test_a_new_bot_in_one_messenger_is_nothing_to_another(
    db: Database, ticket: Ticket
) -> None:
    for bot in (OLD, NEW):
        await db.write(feeds.know_bot, Channel.MAX, bot, "max_bot")
    assert await db.write(inbox.add, Channel.TELEGRAM, [(100, 5, {})]) == 0
    assert await db.read(message_map.ticket_of, ANN.chat, 3) == ticket.id
