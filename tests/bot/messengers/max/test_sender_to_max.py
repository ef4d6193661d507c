"""The desk's own sender with MAX on both sides: cards, answers, edits, files, marks of delivery."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.files import Files
from bot.health import Health
from bot.messengers import Messenger
from bot.outgoing.outlet import Outlet
from bot.playground.max import Group, MaxStandIn, Message, Person
from bot.sender import Sender
from storage import (
    agent_chats,
    agents,
    conversation,
    max_messages,
    messages,
    opening,
    outbox,
    projects,
    subscribers,
    tickets,
)
from storage.database import Database
from storage.model import (
    Channel,
    Chat,
    Content,
    NewAttachment,
    Source,
    Status,
    Ticket,
)
from storage.model import Message as Said
from storage.model import Person as Customer
from tests.replying import reply

PATIENCE = 30.0


class Desk:
    """Ann's ticket, Bob in the group, a sender between them."""

    def __init__(
        self, db: Database, stand_in: MaxStandIn, messenger: Messenger, ann: Person, group: Group
    ) -> None:
        self.db = db
        self.stand_in = stand_in
        self.ann = ann
        self.group = group
        self.bob = stand_in.add_person("Bob")
        group.members[self.bob.id] = self.bob
        self._outlet = Outlet(db, messenger, Files({messenger.channel: messenger}))

    async def open(self, text: str = "Hello", files: Sequence[NewAttachment] = ()) -> Ticket:
        project = await self.db.write(projects.create, slug="main", name="Acme")
        await self.db.write(agent_chats.link, project.id, Chat(Channel.MAX, self.group.id))
        ann = Customer(Chat(Channel.MAX, self.ann.chat.id), self.ann.id, "Ann", language="en")
        subscriber = await self.db.write(subscribers.subscribe, project.id, ann)
        source = await self.source(self.ann.say("…"))
        new = opening.NewTicket(Content(text, attachments=tuple(files)))
        return await self.db.write(opening.by_customer, subscriber, new, source)

    async def source(self, message: Message) -> Source:
        place = message.chat.id
        numbers = await self.db.write(max_messages.remember, place, message.id)
        return Source(Chat(Channel.MAX, place), tuple(numbers))

    async def answer(
        self, ticket: Ticket, text: str, files: Sequence[NewAttachment] = ()
    ) -> tuple[Said, Source]:
        source = await self.source(self.bob.say("…", in_=self.group))
        bob = Customer(source.chat, self.bob.id, "Bob")
        agent = await self.db.write(agents.seen, ticket.project_id, bob)
        content = Content(text, attachments=tuple(files))
        said = await self.db.write(
            reply, ticket.project_id, ticket.id, content, agent=agent, source=source
        )
        return said, source

    async def sent(self) -> None:
        """Nothing waits any more."""
        sender = Sender(self._outlet)
        running = asyncio.create_task(sender.run(Health()))
        async with asyncio.timeout(PATIENCE):
            while await self.db.read(outbox.waiting_lanes, Channel.MAX):
                continue
        running.cancel()
        await asyncio.wait([running])
        await sender.finish(5)

    def file(self, kind: str, data: bytes) -> NewAttachment:
        stored = self.stand_in.world.files.add(kind, data)
        names = {"image": "photo", "file": "document"}
        file_id = f"{kind} {stored.token} {stored.url}"
        return NewAttachment(names.get(kind, kind), Channel.MAX, file_id)

    def to_ann(self) -> list[Message]:
        return [message for message in self.ann.chat.messages if message.from_bot]

    def to_agents(self) -> list[Message]:
        return [message for message in self.group.messages if message.from_bot]


@pytest.fixture
def desk(
    db: Database, stand_in: MaxStandIn, messenger: Messenger, ann: Person, group: Group
) -> Desk:
    return Desk(db, stand_in, messenger, ann, group)


async def test_a_ticket_is_a_card_and_a_confirmation(desk: Desk) -> None:
    await desk.open("<Hello> & so on")
    await desk.sent()
    [card], [told] = desk.to_agents(), desk.to_ann()
    assert "<Hello> & so on" in card.text
    assert any(label.endswith("Take") for label in card.labels)
    assert "#1" in told.text


async def test_a_mark_of_a_version_before_becomes_a_tick(desk: Desk) -> None:
    ticket = await desk.open()
    await desk.sent()
    source = await desk.source(desk.bob.say("Here you are", in_=desk.group))
    await desk.db.write(
        outbox.put,
        ticket.project_id,
        source.chat,
        outbox.Audience.AGENTS,
        outbox.Kind.MARK,
        ticket_id=ticket.id,
        payload={"native_id": source.native_ids[0]},
    )
    await desk.sent()
    assert [message.text for message in desk.to_agents()[1:]] == ["✓"]


async def test_an_answer_arrives_and_its_author_is_told(desk: Desk) -> None:
    ticket = await desk.open()
    said, _ = await desk.answer(ticket, "Here you are")
    await desk.sent()
    assert desk.to_ann()[-1].text.endswith("Here you are")
    card, mark = desk.to_agents()
    assert (mark.text, mark.reply_to) == (
        "✓",
        next(message for message in desk.group.messages if not message.from_bot),
    )
    assert "Bob" in card.text
    assert (await desk.db.read(messages.get, said.id)).delivery == "sent"


async def test_an_edit_reaches_the_customers_copy(desk: Desk) -> None:
    ticket = await desk.open()
    _, source = await desk.answer(ticket, "Helo " * 1000)
    await desk.sent()
    assert len(desk.to_ann()) == 3
    await desk.db.write(conversation.edit, source, Content("Hello"))
    await desk.sent()
    assert [message.text.partition("\n")[2] for message in desk.to_ann()][1:] == ["Hello"]


async def test_files_go_on_as_max_takes_them(desk: Desk) -> None:
    kinds = ("image", "video", "file", "file", "audio")
    files = [desk.file(kind, kind.encode()) for kind in kinds]
    ticket = await desk.open("Look", files)
    await desk.answer(ticket, "Seen", files)
    await desk.sent()
    to_ann = [[file.data for file in message.files] for message in desk.to_ann() if message.files]
    assert to_ann == [[b"image", b"video"], [b"file"], [b"file"], [b"audio"]]
    shown = [message for message in desk.to_agents() if message.files]
    assert [len(message.files) for message in shown] == [2, 1, 1, 1]
    assert {message.reply_to for message in shown} == {desk.to_agents()[0]}


async def test_a_closed_ticket_asks_for_a_rating(desk: Desk) -> None:
    ticket = await desk.open()
    await desk.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)
    await desk.sent()
    assert desk.to_ann()[-1].labels[:5] == ["1", "2", "3", "4", "5"]


async def test_a_deleted_card_is_made_anew(desk: Desk) -> None:
    ticket = await desk.open()
    await desk.sent()
    desk.group.owner.delete(desk.to_agents()[0])
    source = await desk.source(desk.ann.say("…"))
    await desk.db.write(conversation.from_customer, ticket, Content("Anybody?"), source)
    await desk.sent()
    card, text = desk.to_agents()
    assert "Hello" in card.text
    assert (text.text, text.reply_to) == ("Anybody?", card)


async def test_agents_are_told_who_blocked_the_bot(desk: Desk) -> None:
    ticket = await desk.open()
    await desk.sent()
    desk.ann.block_bot()
    said, _ = await desk.answer(ticket, "Hello?")
    await desk.sent()
    assert (await desk.db.read(messages.get, said.id)).delivery == "failed"
    assert any("blocked the bot" in message.text for message in desk.to_agents())
