"""Internal notes stay inside, whatever they are written on and however they are edited."""

import pytest

from bot.playground.telegram import Topic
from storage.model import Status, Ticket
from storage.outbox import Kind
from tests.bot.agents.office import Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


async def test_note_is_kept_without_its_mark_and_assigns_nobody(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("// Ask the  warehouse", topic=topic)
    await office.handle()
    assert await office.said(ticket) == [("Ask the  warehouse", True)]
    assert await office.to_customer() == []
    now = await office.now(ticket)
    assert (now.assigned_to, now.status) == (None, Status.NEW)


async def test_empty_note_is_nothing(office: Office, ticket: Ticket, topic: Topic) -> None:
    office.anna.say("//", topic=topic)
    await office.handle()
    assert await office.said(ticket) == []


async def test_rich_message_can_be_a_note(office: Office, ticket: Ticket, topic: Topic) -> None:
    words = {"type": "paragraph", "text": "// Ask the warehouse"}
    rich = {"rich_message": {"blocks": [words]}}
    office.inject(topic, {"from": office.anna.to_api(), **rich})
    await office.handle()
    assert await office.said(ticket) == [("Ask the warehouse", True)]


async def test_formatting_of_a_note_stays_on_its_words(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    bold = {"type": "bold", "offset": 0, "length": 9}
    italic = {"type": "italic", "offset": 10, "length": 4}
    office.anna.say("// 😀 Ask them", entities=[bold, italic], topic=topic)
    await office.handle()
    (note,) = await office.messages(ticket)
    assert note.text == "😀 Ask them"
    assert [(e["type"], e["offset"], e["length"]) for e in note.entities] == [
        ("bold", 0, 6),
        ("italic", 7, 4),
    ]


@pytest.mark.parametrize("kind", ["photo", "document", "video", "animation", "audio", "voice"])
async def test_caption_makes_any_file_a_note(
    office: Office, ticket: Ticket, topic: Topic, kind: str
) -> None:
    send = getattr(office.anna, f"send_{kind}")
    send(b"x", "//their invoice", topic=topic)
    await office.handle()
    assert await office.said(ticket) == [("their invoice", True)]
    assert await office.to_customer() == []


@pytest.mark.parametrize("captions", [("//x", "", ""), ("", "", "// x"), ("Look", "//x", "")])
async def test_mark_on_any_part_of_an_album_covers_all_of_it(
    office: Office, ticket: Ticket, topic: Topic, captions: tuple[str, ...]
) -> None:
    office.send_album(office.anna, captions, topic, "77")
    await office.handle()
    (note,) = await office.messages(ticket)
    assert (note.internal, len(note.attachments)) == (True, 3)
    assert await office.to_customer() == []


@pytest.mark.parametrize(("first", "late"), [("// x", ""), ("// x", "Look"), ("Look", "// x")])
async def test_late_part_of_an_album_does_not_leak(
    office: Office, ticket: Ticket, topic: Topic, first: str, late: str
) -> None:
    office.send_album(office.anna, [first], topic, "77")
    await office.handle()
    office.send_album(office.anna, [late], topic, "77")
    await office.handle()
    early_part, late_part = await office.messages(ticket)
    assert early_part.internal is first.startswith("//")
    assert late_part.internal
    assert len(await office.to_customer()) == (0 if early_part.internal else 1)


async def test_edited_note_stays_a_note(office: Office, ticket: Ticket, topic: Topic) -> None:
    note = office.anna.say("// Ask the warehouse", topic=topic)
    await office.handle()
    office.anna.edit(note, "// Ask the shop")
    await office.handle()
    assert await office.said(ticket) == [("Ask the shop", True)]
    office.anna.edit(note, "Ask the shop now")
    await office.handle()
    assert await office.said(ticket) == [("Ask the shop now", True)]
    assert await office.to_customer() == []
    assert await office.to_customer(Kind.EDIT) == []


async def test_answer_cannot_become_a_note_and_the_agent_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    answer = office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    office.anna.edit(answer, "// The customer is rude")
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False)]
    assert await office.to_customer(Kind.EDIT) == []
    (notice,) = await office.to_agents()
    assert notice.payload["text"] == "edit_not_delivered"
    assert notice.payload["reply_to"] == answer.id
    assert notice.ticket_id == ticket.id
