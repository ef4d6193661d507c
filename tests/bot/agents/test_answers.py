"""Agents answer in topics and by replies; what is no answer goes nowhere."""

from collections.abc import Callable

import pytest

from bot.playground.telegram import Message, Person, Topic
from storage import subscribers, tickets
from storage.model import Status, SubscriberStatus, Ticket
from storage.outbox import Kind
from tests.bot.agents.office import CUSTOMER, Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


async def test_message_in_a_topic_goes_to_the_customer_and_assigns(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    (message,) = await office.messages(ticket)
    assert (message.text, message.author_name) == ("Try another bulb", "Anna")
    assert [row.message_id for row in await office.to_customer()] == [message.id]
    now = await office.now(ticket)
    assert (now.assigned_name, now.status) == ("Anna", Status.WAITING)
    assert await office.to_agents(Kind.MESSAGE) == []
    assert await office.to_agents(Kind.CARD)


async def test_second_answer_leaves_the_assignee(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("Try another bulb", topic=topic)
    office.boris.say("Or a candle", topic=topic)
    await office.handle()
    assert [m.author_name for m in await office.messages(ticket)] == ["Anna", "Boris"]
    assert (await office.now(ticket)).assigned_name == "Anna"


async def test_reply_to_any_message_of_a_ticket_answers_it_in_a_plain_group(
    plain_office: Office,
) -> None:
    office = plain_office
    ticket = await office.ticket()
    card = await office.card(ticket)
    first = office.anna.say("Try another bulb", reply_to=card)
    await office.handle()
    office.boris.say("Or a candle", reply_to=first)
    office.boris.say("Lunch?", in_=office.group)
    office.anna.say("Yes!", in_=office.group, reply_to=office.group.messages[-1])
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False), ("Or a candle", False)]


async def test_message_of_no_topic_is_an_answer_only_as_a_reply(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    talk = office.group.open_topic("Kitchen")
    answered = office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    office.anna.say("Good morning", in_=office.group)
    office.anna.say("Who made coffee?", topic=talk)
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False)]
    origin = {"type": "user", "date": 1, "sender_user": office.anna.to_api()}
    answered_in = {"origin": origin, "chat": office.group.to_api(), "message_id": answered.id}
    boris = office.boris.to_api()
    office.inject(None, {"text": "Or a candle", "from": boris, "external_reply": answered_in})
    elsewhere = {**answered_in, "chat": {"id": -1003, "type": "channel", "title": "News"}}
    office.inject(None, {"text": "Good news", "from": boris, "external_reply": elsewhere})
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False), ("Or a candle", False)]


async def test_number_of_a_chain_of_replies_is_no_topic(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    chain = {"message_thread_id": topic.id}
    office.inject(None, {"text": "Who is next?", "from": office.boris.to_api(), **chain})
    await office.handle()
    assert await office.said(ticket) == []


SENDS: dict[str, Callable[[Person, Topic], Message]] = {
    "photo": lambda anna, topic: anna.send_photo(b"x", "Look", topic=topic),
    "document": lambda anna, topic: anna.send_document(b"x", "Look", topic=topic),
    "video": lambda anna, topic: anna.send_video(b"x", "Look", topic=topic),
    "animation": lambda anna, topic: anna.send_animation(b"x", "Look", topic=topic),
    "audio": lambda anna, topic: anna.send_audio(b"x", "Look", topic=topic),
    "voice": lambda anna, topic: anna.send_voice(b"x", "Look", topic=topic),
    "video_note": lambda anna, topic: anna.send_video_note(b"x", topic=topic),
    "sticker": lambda anna, topic: anna.send_sticker(b"x", topic=topic),
}


@pytest.mark.parametrize("kind", SENDS)
async def test_every_kind_of_file_is_an_answer(
    office: Office, ticket: Ticket, topic: Topic, kind: str
) -> None:
    SENDS[kind](office.anna, topic)
    await office.handle()
    (message,) = await office.messages(ticket)
    assert [file.kind for file in message.attachments] == [kind]
    assert message.text == ("" if kind in ("video_note", "sticker") else "Look")
    assert len(await office.to_customer()) == 1


async def test_places_and_contacts_are_answers_in_words(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.send_location(55.75, 37.61, topic=topic)
    office.anna.send_contact("+70000000000", "Repairs", topic=topic)
    await office.handle()
    place, contact = (text for text, _ in await office.said(ticket))
    assert "55.75, 37.61" in place
    assert "+70000000000" in contact
    assert len(await office.to_customer()) == 2


async def test_album_is_one_answer(office: Office, ticket: Ticket, topic: Topic) -> None:
    office.anna.send_album([b"1", b"2", b"3"], "Three views", topic=topic)
    await office.handle()
    (message,) = await office.messages(ticket)
    assert (message.text, len(message.attachments)) == ("Three views", 3)


async def test_late_part_of_an_album_follows_it_without_being_a_reply(
    plain_office: Office,
) -> None:
    office = plain_office
    ticket = await office.ticket()
    card = await office.card(ticket)
    office.anna._file("photo", b"1", "Two views", {"reply_to": card}, album="77")
    await office.handle()
    office.anna._file("photo", b"2", "", {"in_": office.group}, album="77")
    await office.handle()
    early, late = await office.messages(ticket)
    assert (early.text, late.text, len(late.attachments)) == ("Two views", "", 1)
    assert len(await office.to_customer()) == 2


@pytest.mark.parametrize("kind", ["poll", "dice"])
async def test_what_cannot_be_passed_on_is_said_to_the_agent(
    office: Office, ticket: Ticket, topic: Topic, kind: str
) -> None:
    if kind == "poll":
        sent = office.anna.send_poll("Red or blue?", ["Red", "Blue"], topic=topic)
    else:
        sent = office.anna.send_dice(topic=topic)
    await office.handle()
    assert await office.said(ticket) == []
    (notice,) = await office.to_agents()
    assert notice.ticket_id == ticket.id
    assert notice.payload["text"] == "answer_unsupported"
    assert notice.payload["values"] == {"kind": kind}
    assert notice.payload["reply_to"] == sent.id


async def test_answer_to_a_closed_ticket_is_delivered_and_leaves_it_closed(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    await office.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)
    office.anna.say("One more thing", topic=topic)
    await office.handle()
    assert len(await office.to_customer()) == 1
    assert (await office.now(ticket)).status is Status.CLOSED


async def test_answer_handled_twice_is_one_answer(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("Try another bulb", topic=topic)
    office.anna.send_album([b"1", b"2"], topic=topic)
    await office.handle(times=2)
    assert len(await office.messages(ticket)) == 2
    assert len(await office.to_customer()) == 2


async def test_answer_to_who_left_is_said_to_be_undelivered(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    await office.db.write(subscribers.unsubscribe, CUSTOMER, SubscriberStatus.BLOCKED)
    await office.sent()
    sent = office.anna.say("Are you there?", topic=topic)
    await office.handle()
    (notice,) = await office.to_agents()
    assert notice.payload["values"] == {"reason": "blocked"}
    assert notice.payload["reply_to"] == sent.id
    assert [message.delivery_error for message in await office.messages(ticket)] == ["blocked"]


async def test_topic_wins_over_a_reply_to_another_ticket(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    other = await office.ticket("The door squeaks")
    await office.topic(other)
    elsewhere = office.group.messages[-1]
    office.anna.say("Try another bulb", topic=topic, reply_to=elsewhere)
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False)]
    assert await office.said(other) == []


async def test_another_projects_ticket_is_out_of_reach(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    """A chat that serves another project now: the old project's topics there are dead."""
    await office.relink("other")
    office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.to_customer() == []
