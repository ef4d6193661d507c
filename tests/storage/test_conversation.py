"""What is said: answers, notes, customers' words and edits, once each, with all that follows."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from storage import (
    agent_chats,
    agents,
    conversation,
    delivery,
    message_map,
    messages,
    opening,
    outbox,
    projects,
    subscribers,
    tickets,
)
from storage.database import Database
from storage.errors import HelpdeskDisabled
from storage.model import (
    Agent,
    Channel,
    Chat,
    Content,
    Delivery,
    Message,
    NewAttachment,
    Person,
    Project,
    Source,
    Status,
    SubscriberStatus,
    Ticket,
)
from tests.replying import reply
from tests.storage.post import Clock

CHAT = Chat(Channel.TELEGRAM, 500)
AGENTS = Chat(Channel.TELEGRAM, -100)
BOLD = ({"type": "bold", "offset": 0, "length": 2},)


@dataclass
class Talk:
    """Ann's ticket in Telegram, and Olga, an agent of the project."""

    db: Database
    project: Project
    ticket: Ticket
    olga: Agent

    async def answer(
        self, text: str = "Hello", native_id: int = 10, chat: Chat = AGENTS, **how: object
    ) -> Message:
        return await self.db.write(
            reply,
            self.project.id,
            self.ticket.id,
            Content(text),
            agent=self.olga,
            source=Source(chat, (native_id,)),
            **how,
        )

    async def wrote(self, text: str, native_id: int) -> Message:
        ticket = await self.now()
        source = Source(CHAT, (native_id,))
        return await self.db.write(conversation.from_customer, ticket, Content(text), source)

    async def now(self) -> Ticket:
        return await self.db.read(tickets.get, self.project.id, self.ticket.id)

    async def said(self) -> list[str]:
        return [m.text for m in await self.db.read(messages.of_ticket, self.ticket.id)]

    async def out(self, chat: Chat) -> list[str]:
        return [row.kind for row in await self.db.read(outbox.pending, chat)]


@pytest.fixture
async def talk(db: Database, project: Project) -> Talk:
    await db.write(agent_chats.link, project.id, AGENTS)
    project = await db.read(projects.get, project.id)
    ann = await db.write(subscribers.subscribe, project.id, Person(CHAT, 500, "Ann"))
    new = opening.NewTicket(Content("Question"))
    ticket = await db.write(opening.by_customer, ann, new, Source(CHAT, (1,)))
    olga = await db.write(agents.seen, project.id, Person(AGENTS, 7, "Olga"))
    return Talk(db, project, ticket, olga)


async def test_the_same_source_again_says_nothing_twice(talk: Talk) -> None:
    first, again = await talk.answer(), await talk.answer()
    assert first.id == again.id
    assert await talk.said() == ["Question", "Hello"]
    assert (await talk.out(CHAT)).count("message") == 1


async def test_an_answer_from_the_agent_chat_is_not_shown_there_again(talk: Talk) -> None:
    before = await talk.out(AGENTS)
    await talk.answer()
    assert (await talk.out(AGENTS))[len(before) :] == ["card"]


async def test_an_answer_that_shows_nowhere_on_the_card_leaves_it_alone(
    talk: Talk, clock: Clock
) -> None:
    await talk.answer()
    before, answered = await talk.out(AGENTS), await talk.now()
    clock.move(timedelta(minutes=3))
    await talk.answer("And one thing more", native_id=11)
    ticket = await talk.now()
    assert await talk.out(AGENTS) == before
    assert (ticket.status, ticket.first_reply_at) == (Status.WAITING, answered.first_reply_at)
    assert ticket.updated_at == clock.now


async def test_an_answer_assigns_moves_and_goes_out(talk: Talk, clock: Clock) -> None:
    clock.move(timedelta(minutes=3))
    message = await talk.answer()
    ticket = await talk.now()
    assert message.delivery is Delivery.PENDING
    assert (ticket.assigned_to, ticket.status) == (talk.olga.id, Status.WAITING)
    assert ticket.first_reply_at == ticket.updated_at == clock.now
    assert await talk.out(CHAT) == ["notice", "message"]


async def test_a_note_assigns_nobody_moves_nothing_and_stays_inside(talk: Talk) -> None:
    message = await talk.answer("// wait", internal=True)
    ticket = await talk.now()
    assert (message.internal, message.delivery) == (True, Delivery.NONE)
    assert (ticket.assigned_to, ticket.status) == (None, Status.NEW)
    assert ticket.first_reply_at is None
    assert await talk.out(CHAT) == ["notice"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(SubscriberStatus.STOPPED, "unsubscribed"), (SubscriberStatus.BLOCKED, "blocked")],
)
async def test_an_answer_to_who_left_fails_at_once_and_the_agent_is_told(
    talk: Talk, status: SubscriberStatus, reason: str
) -> None:
    await talk.db.write(subscribers.unsubscribe, CHAT, status)
    message = await talk.answer()
    assert (message.delivery, message.delivery_error) == (Delivery.FAILED, reason)
    told = (await talk.db.read(outbox.pending, AGENTS))[-1]
    assert told.payload["text"] == "undelivered"
    assert told.payload["values"] == {"reason": reason}
    assert told.payload["reply_to"] == 10


async def test_sent_is_what_the_messenger_took_and_its_author_sees_it(talk: Talk) -> None:
    message = await talk.answer()
    await talk.db.write(delivery.delivered, talk.project.id, message.ticket_id, message.id)
    assert (await talk.db.read(messages.get, message.id)).delivery is Delivery.SENT
    (mark,) = await talk.db.read(outbox.pending, AGENTS, marks=True)
    assert (mark.kind, mark.payload) == ("mark", {"native_id": 10})


async def test_where_there_are_no_reactions_a_tick_waits_in_the_order_of_what_is_said(
    talk: Talk,
) -> None:
    office = Chat(Channel.MAX, -9)
    await talk.db.write(agent_chats.link, talk.project.id, office)
    message = await talk.answer(chat=office)
    await talk.db.write(delivery.delivered, talk.project.id, message.ticket_id, message.id)
    assert await talk.db.read(outbox.pending, office, marks=True) == []
    tick = (await talk.db.read(outbox.pending, office))[-1]
    assert (tick.kind, tick.payload) == ("tick", {"native_id": 10})


async def test_a_customers_word_moves_a_waiting_ticket_on(talk: Talk) -> None:
    await talk.answer()
    await talk.wrote("Thanks", 2)
    assert (await talk.now()).status is Status.IN_PROGRESS
    assert (await talk.out(AGENTS))[-2:] == ["message", "card"]


async def test_a_customers_word_in_a_new_ticket_is_an_event_but_no_new_status(
    talk: Talk, clock: Clock
) -> None:
    clock.move(timedelta(minutes=1))
    await talk.wrote("And one more thing", 2)
    ticket = await talk.now()
    assert (ticket.status, ticket.updated_at) == (Status.NEW, clock.now)
    assert (await talk.out(AGENTS))[-1] == "message"


async def test_a_customers_word_reopens_a_closed_ticket(talk: Talk) -> None:
    for assigned, status in ((False, Status.NEW), (True, Status.IN_PROGRESS)):
        if assigned:
            await talk.answer()
        await talk.db.write(tickets.set_status, talk.project.id, talk.ticket.id, Status.CLOSED)
        await talk.wrote("Again", 20 + assigned)
        ticket = await talk.now()
        assert (ticket.status, ticket.closed_at) == (status, None)


async def test_a_disabled_helpdesk_takes_no_customers_word(talk: Talk) -> None:
    await talk.db.write(projects.update, talk.project.id, helpdesk_enabled=False)
    with pytest.raises(HelpdeskDisabled):
        await talk.wrote("Hello?", 2)
    assert await talk.said() == ["Question"]


async def test_a_customers_edit_keeps_the_first_words_and_reaches_the_agents(
    talk: Talk, clock: Clock
) -> None:
    for text in ("Question!", "Question?!"):
        clock.move(timedelta(minutes=1))
        edited = await talk.db.write(conversation.edit, Source(CHAT, (1,)), Content(text, BOLD))
        assert edited is not None
        assert (edited.text, edited.original_text) == (text, "Question")
        assert (edited.entities, edited.original_entities) == (BOLD, ())
        assert edited.edited_at == clock.now
    assert (await talk.out(AGENTS))[-2:] == ["edit", "edit"]


async def test_an_edit_that_changes_nothing_goes_nowhere(talk: Talk) -> None:
    before = await talk.out(AGENTS)
    same = await talk.db.write(conversation.edit, Source(CHAT, (1,)), Content("Question"))
    assert same is not None
    assert same.edited_at is None
    assert await talk.out(AGENTS) == before


async def test_an_agents_edit_reaches_the_customer_but_never_a_notes(talk: Talk) -> None:
    await talk.answer("Helo", 10)
    await talk.answer("// note", 11, internal=True)
    await talk.db.write(conversation.edit, Source(AGENTS, (10,)), Content("Hello"))
    await talk.db.write(conversation.edit, Source(AGENTS, (11,)), Content("// other"))
    assert (await talk.out(CHAT)).count("edit") == 1


async def test_a_file_named_anew_is_the_same_and_one_put_in_its_place_comes_once(
    talk: Talk,
) -> None:
    def edit(file_id: str, unique_id: str) -> Content:
        photo = NewAttachment("photo", Channel.MAX, file_id, unique_id=unique_id)
        return Content("Look", attachments=(photo,))

    source = Source(CHAT, (5,))
    await talk.db.write(conversation.from_customer, talk.ticket, edit("address 1", "left"), source)
    before = (await talk.out(AGENTS)).count("message")
    for file_id, unique_id in (("address 2", "left"), ("address 3", "right"), ("4", "right")):
        await talk.db.write(conversation.edit, source, edit(file_id, unique_id))
    assert (await talk.out(AGENTS)).count("message") == before + 1


async def test_an_edit_of_what_is_no_tickets_is_nothing(talk: Talk) -> None:
    source = Source(CHAT, (99,))
    assert await talk.db.write(conversation.edit, source, Content("Hi")) is None


async def test_every_part_of_an_album_leads_to_its_message(talk: Talk) -> None:
    source = Source(CHAT, (5, 6, 7), media_group_id="album")
    said = await talk.db.write(conversation.from_customer, talk.ticket, Content("Look"), source)
    for native_id in (5, 6, 7):
        found = await talk.db.read(message_map.message_from, CHAT, native_id)
        assert found == said.id
