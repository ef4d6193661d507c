"""Which messenger message is which ticket message, both ways; topics, cards, and what is recent."""

from datetime import timedelta

import pytest

from storage import conversation, message_map, messages, opening, outbox, subscribers
from storage.database import Database
from storage.message_map import Copy, Role, Thread
from storage.model import Channel, Chat, Content, Message, Person, Project, Source, Ticket
from storage.outbox import Audience, Kind
from storage.transaction import Transaction, to_ms
from tests.storage.post import Clock

ANN = Chat(Channel.TELEGRAM, 5)
OFFICE = Chat(Channel.TELEGRAM, -100)


async def new_ticket(db: Database, project: Project, source: Source) -> Ticket:
    ann = await db.write(subscribers.subscribe, project.id, Person(ANN, ANN.id, "Ann"))
    return await db.write(opening.by_customer, ann, opening.NewTicket(Content("Hello")), source)


@pytest.fixture
async def ticket(db: Database, project: Project) -> Ticket:
    return await new_ticket(db, project, Source(ANN, (1,)))


@pytest.fixture
async def first(db: Database, ticket: Ticket) -> Message:
    return await db.read(messages.first_of_ticket, ticket.id)


async def say(db: Database, ticket: Ticket, source: Source) -> Message:
    return await db.write(conversation.from_customer, ticket, Content("More"), source)


async def test_a_message_is_found_by_every_part_that_it_came_from(
    db: Database, ticket: Ticket
) -> None:
    message = await say(db, ticket, Source(ANN, (10, 11, 12), media_group_id="A"))
    for native_id in (10, 11, 12):
        assert await db.read(message_map.message_from, ANN, native_id) == message.id
        assert await db.read(message_map.ticket_of, ANN, native_id) == ticket.id
    assert await db.read(message_map.sources_of, message.id) == [(ANN, 10), (ANN, 11), (ANN, 12)]
    assert await db.read(message_map.album_message, ANN, "A") == message.id
    assert await db.read(message_map.message_from, ANN, 13) is None


async def test_the_same_id_in_another_chat_or_messenger_is_another_message(
    db: Database, ticket: Ticket
) -> None:
    for chat in (Chat(Channel.TELEGRAM, 6), Chat(Channel.MAX, 5)):
        assert await db.read(message_map.message_from, chat, 1) is None
        assert await db.read(message_map.ticket_of, chat, 1) is None
        assert await db.read(message_map.album_message, chat, "A") is None


async def test_the_same_source_twice_has_one_effect(
    db: Database, project: Project, ticket: Ticket
) -> None:
    again = await new_ticket(db, project, Source(ANN, (1,)))
    assert again.id == ticket.id
    assert len(await db.read(messages.of_ticket, ticket.id)) == 1


async def test_a_copy_leads_to_its_ticket_and_its_message(
    db: Database, ticket: Ticket, first: Message
) -> None:
    made = [Copy(OFFICE, 20, first.id, ticket.id, Role.CARD)]
    await db.write(message_map.record_copies, made)
    await db.write(message_map.record_copies, made)  # recorded twice is recorded once
    assert await db.read(message_map.copies_of, ticket.id, first.id, OFFICE) == made
    assert await db.read(message_map.ticket_of, OFFICE, 20) == ticket.id
    assert await db.read(message_map.copies_of, ticket.id, first.id, ANN) == []


async def test_copies_come_part_by_part_and_the_parts_of_an_album_in_order(
    db: Database, ticket: Ticket, first: Message
) -> None:
    places = [(34, 1), (31, 0), (33, 1), (32, 1)]
    await db.write(
        message_map.record_copies,
        [Copy(ANN, native, first.id, ticket.id, Role.MESSAGE, part) for native, part in places],
    )
    copies = await db.read(message_map.copies_of, ticket.id, first.id, ANN)
    assert [(copy.native_id, copy.part) for copy in copies] == [(31, 0), (32, 1), (33, 1), (34, 1)]


async def test_a_merged_message_tells_all_that_it_carries(
    db: Database, ticket: Ticket, first: Message
) -> None:
    second = await say(db, ticket, Source(ANN, (2,)))
    carried = [second.id, first.id, None]
    await db.write(
        message_map.record_copies,
        [Copy(OFFICE, 20, each, ticket.id, Role.MESSAGE) for each in carried],
    )
    found = [copy.message_id for copy in await db.read(message_map.carried_by, OFFICE, 20)]
    assert [each for each in found if each is not None] == [first.id, second.id]
    assert None in found
    assert await db.read(message_map.carried_by, OFFICE, 21) == []


async def test_only_a_message_that_was_shown_alone_is_quoted(
    db: Database, ticket: Ticket, first: Message
) -> None:
    album = await say(db, ticket, Source(ANN, (10, 11)))
    made = [
        Copy(OFFICE, 20, first.id, ticket.id, Role.CARD),
        Copy(OFFICE, 21, album.id, ticket.id, Role.MESSAGE),
        Copy(OFFICE, 22, first.id, ticket.id, Role.MESSAGE),
        Copy(OFFICE, 22, album.id, ticket.id, Role.MESSAGE),
        Copy(OFFICE, 23, None, ticket.id, Role.NOTICE),
    ]
    await db.write(message_map.record_copies, made)
    for answered, native_id in ((21, 10), (20, None), (22, None), (23, None), (24, None)):
        answer = Source(OFFICE, (30,), reply_to=answered)
        assert await db.read(message_map.quoted, answer, ANN) == native_id
    elsewhere = Chat(Channel.TELEGRAM, 77)
    assert await db.read(message_map.quoted, Source(OFFICE, (30,), reply_to=21), elsewhere) is None


async def test_a_copy_that_is_gone_is_forgotten(
    db: Database, ticket: Ticket, first: Message
) -> None:
    for native_id in (20, 21):
        made = Copy(OFFICE, native_id, first.id, ticket.id, Role.MESSAGE)
        await db.write(message_map.record_copies, [made])
    await db.write(message_map.forget_copy, OFFICE, 20)
    copies = await db.read(message_map.copies_of, ticket.id, first.id, OFFICE)
    assert [copy.native_id for copy in copies] == [21]


async def test_a_ticket_has_a_place_in_each_chat(db: Database, ticket: Ticket) -> None:
    elsewhere = Chat(Channel.TELEGRAM, -200)
    none = Thread(ticket.id, OFFICE, None, None, None)
    assert await db.read(message_map.thread, ticket.id, OFFICE) == none
    place = Thread(ticket.id, OFFICE, 7, 8, "digest")
    await db.write(message_map.keep_thread, place)
    await db.write(message_map.keep_thread, Thread(ticket.id, elsewhere, 9, None, None))
    assert await db.read(message_map.thread, ticket.id, OFFICE) == place
    assert await db.read(message_map.ticket_of_thread, OFFICE, 7) == ticket.id
    assert await db.read(message_map.ticket_of_thread, OFFICE, 9) is None
    await db.write(message_map.keep_thread, none)
    assert await db.read(message_map.ticket_of_thread, OFFICE, 7) is None


async def test_a_topic_stays_closed_until_it_is_opened_or_made_anew(
    db: Database, ticket: Ticket
) -> None:
    place = Thread(ticket.id, OFFICE, 7, 8, "digest")
    await db.write(message_map.keep_thread, place)
    await db.write(message_map.topic_closed, OFFICE, 7, closed=True)
    await db.write(message_map.keep_thread, place)  # a card brought up to date opens nothing
    assert (await db.read(message_map.thread, ticket.id, OFFICE)).closed
    await db.write(message_map.topic_closed, OFFICE, 7, closed=False)
    assert await db.read(message_map.thread, ticket.id, OFFICE) == place
    await db.write(message_map.topic_closed, OFFICE, 7, closed=True)
    for thread_id in (None, 9):
        await db.write(message_map.keep_thread, Thread(ticket.id, OFFICE, thread_id, None, None))
        assert not (await db.read(message_map.thread, ticket.id, OFFICE)).closed


async def test_what_was_made_lately_is_known_and_what_was_made_together_counts_once(
    db: Database, project: Project, ticket: Ticket, first: Message, clock: Clock
) -> None:
    second = await say(db, ticket, Source(ANN, (2,)))
    old = Copy(OFFICE, 19, None, ticket.id, Role.NOTICE)
    await db.write(message_map.record_copies, [old])
    clock.move(timedelta(minutes=5))
    merged = [Copy(OFFICE, 20, each.id, ticket.id, Role.MESSAGE) for each in (first, second)]
    merged += [Copy(OFFICE, part, first.id, ticket.id, Role.MESSAGE) for part in (22, 23)]
    await db.write(
        message_map.record_copies, [*merged, Copy(ANN, 21, None, ticket.id, Role.NOTICE)]
    )
    await db.write(_say_to_all, project)
    now = to_ms(clock())
    found = await db.read(message_map.sent_since, Channel.TELEGRAM, now - 60_000)
    assert sorted(found) == [(OFFICE.id, now), (OFFICE.id, now), (ANN.id, now)]
    assert await db.read(message_map.sent_since, Channel.MAX, 0) == []


def _say_to_all(tx: Transaction, project: Project) -> None:
    """Words that belong to no ticket were sent to the agents; some others were not."""
    for status in ("sent", "failed"):
        outbox.put(tx, project.id, OFFICE, Audience.AGENTS, Kind.NOTICE)
        outbox.finish(tx, [row.id for row in outbox.pending(tx, OFFICE)], status)
