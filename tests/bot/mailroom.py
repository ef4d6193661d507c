"""A project whose sender is at work: its customer and its agents' group at the stand-in."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.files import Files
from bot.health import Health
from bot.messengers import Messenger
from bot.outgoing.outlet import Outlet
from bot.playground.telegram import Group, Person, TelegramStandIn, Topic
from bot.playground.telegram import Message as Shown
from bot.sender import Sender
from storage import (
    agent_chats,
    agents,
    conversation,
    message_map,
    notices,
    opening,
    outbox,
    projects,
    subscribers,
)
from storage import messages as ticket_messages
from storage.database import Database
from storage.model import (
    Channel,
    Chat,
    Content,
    Message,
    NewAttachment,
    Project,
    Source,
    Subscriber,
    Ticket,
)
from storage.model import Person as Customer
from storage.transaction import Row, Transaction
from tests.replying import reply

T = TypeVar("T")
PATIENCE = 60.0


class Clock:
    """The time as it is, moved on at will."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, ahead: timedelta) -> None:
        self._ahead += ahead


class Mailroom:
    """Ann is a subscriber of the project `main`, Bob an agent in `group`.

    What is put into the outbox waits until `start`; updates that the people cause are nobody's.
    """

    def __init__(
        self, db: Database, telegram: TelegramStandIn, messenger: Messenger, group: Group
    ) -> None:
        self.db = db
        self.telegram = telegram
        self.messenger = messenger
        self.group = group
        self.ann = telegram.add_person("Ann")
        self.bob = telegram.add_person("Bob")
        group.members[self.bob.id] = self.bob
        self.sender = self.new_sender()
        self._running: asyncio.Task[None] | None = None

    async def open(self) -> "Mailroom":
        self.ann.say("/start")
        project = await self.db.write(projects.create, slug="main", name="Acme")
        await self.db.write(agent_chats.link, project.id, self.chat_of(self.group))
        return self

    def new_sender(self) -> Sender:
        files = Files({self.messenger.channel: self.messenger})
        return Sender(Outlet(self.db, self.messenger, files))

    # --- the sender -----------------------------------------------------------------------------

    def start(self) -> None:
        self._running = asyncio.create_task(self.sender.run(Health()))

    async def stop(self, seconds: float = 5) -> None:
        """As at the end of the process; `start` is then the next process."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None
        await self.sender.finish(seconds)
        self.sender = self.new_sender()

    async def kill(self) -> None:
        """Nothing more is sent or recorded; `start` is then the next process."""
        await self.stop(0)

    async def sent(self) -> None:
        """All that waited is sent, or given up."""
        if self._running is None:
            self.start()
        await self.until(lambda tx: not outbox.waiting_lanes(tx, self.messenger.channel))

    async def until(self, question: Callable[[Transaction], T]) -> T:
        """The first true answer of the database."""
        async with asyncio.timeout(PATIENCE):
            while not (answer := await self.db.read(question)):
                continue
            return answer

    async def rows(self, **values: object) -> list[Row]:
        """Rows of the outbox whose columns have these values, the oldest first."""
        conditions = " AND ".join(["1 = 1", *(f"{name} = :{name}" for name in values)])
        sql = f"SELECT * FROM outbox WHERE {conditions} ORDER BY id"
        return await self.db.read(lambda tx: tx.all(sql, **values))

    # --- what is written ------------------------------------------------------------------------

    @staticmethod
    def chat_of(place: Group | Person) -> Chat:
        return Chat(Channel.TELEGRAM, place.id)

    async def project(self) -> Project:
        return await self.db.read(projects.by_slug, "main")

    async def other_project(self, slug: str) -> Project:
        return await self.db.write(projects.create, slug=slug, name=slug)

    async def subscribe(self, person: Person, project: Project) -> Subscriber:
        known = Customer(self.chat_of(person), person.id, person.first_name, language="en")
        return await self.db.write(subscribers.subscribe, project.id, known)

    async def ticket(
        self, text: str = "Hello", files: Sequence[NewAttachment] = (), *, by: Person | None = None
    ) -> Ticket:
        """A ticket by Ann or somebody else, whose confirmation and card are put into the outbox."""
        person = by or self.ann
        subscriber = await self.subscribe(person, await self.project())
        return await self.db.write(
            opening.by_customer,
            subscriber,
            opening.NewTicket(Content(text, attachments=tuple(files))),
            self._source(person.say("…")),
        )

    async def says(
        self, ticket: Ticket, text: str, files: Sequence[NewAttachment] = ()
    ) -> tuple[Message, Source]:
        """A further message of the customer; with where it came from, for an edit."""
        source = self._source(self.ann.say("…"))
        content = Content(text, attachments=tuple(files))
        return await self.db.write(conversation.from_customer, ticket, content, source), source

    async def answers(
        self,
        ticket: Ticket,
        text: str,
        files: Sequence[NewAttachment] = (),
        *,
        topic: Topic | None = None,
    ) -> tuple[Message, Source]:
        """Bob's answer, written in General or in a topic; with where it came from, for an edit."""
        place = {"in_": self.group} if topic is None else {"topic": topic}
        source = self._source(self.bob.say("…", **place))
        agent = Customer(self.chat_of(self.group), self.bob.id, self.bob.first_name)
        message = await self.db.write(
            reply,
            ticket.project_id,
            ticket.id,
            Content(text, attachments=tuple(files)),
            agent=await self.db.write(agents.seen, ticket.project_id, agent),
            source=source,
        )
        return message, source

    async def tell(self, ticket: Ticket, text: str, **values: Any) -> None:
        """Words of the desk for Ann."""
        subscriber = await self.subscribe(self.ann, await self.project())
        await self.db.write(notices.notify_customer, subscriber, ticket.id, text, **values)

    async def edits(self, source: Source, text: str) -> None:
        await self.db.write(conversation.edit, source, Content(text))

    async def source_of_first(self, ticket: Ticket) -> Source:
        """Where a ticket's first message came from."""
        first = await self.db.read(ticket_messages.first_of_ticket, ticket.id)
        ((chat, native_id),) = await self.db.read(message_map.sources_of, first.id)
        return Source(chat, (native_id,))

    async def message(self, message: Message) -> Message:
        """As it is now."""
        return await self.db.read(ticket_messages.get, message.id)

    def _source(self, message: Shown) -> Source:
        return Source(Chat(Channel.TELEGRAM, message.chat.id), (message.id,))

    def file(self, kind: str = "photo", data: bytes = b"x", **details: Any) -> NewAttachment:
        """A file that the bot knows by its id."""
        file = self.telegram.world.files.add(kind, data, **details)
        return NewAttachment(kind, Channel.TELEGRAM, file.id, file_name=details.get("name"))

    # --- what is seen ---------------------------------------------------------------------------

    def to_ann(self) -> list[Shown]:
        return [message for message in self.ann.chat.messages if message.from_bot]

    def texts_to_ann(self) -> list[str]:
        return [message.text for message in self.to_ann()]

    def topic(self, number: int = 1) -> Topic:
        topic = self.group.topic(f"#{number} ")
        assert topic is not None, self.telegram.describe()
        return topic

    def texts(self, place: Topic | Group) -> list[str]:
        """What the bot wrote to the agents, without the words of Telegram's own."""
        return [m.text for m in place.messages if m.from_bot and not m.is_service]
