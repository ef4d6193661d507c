"""Vera, a customer who writes."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from storage import messages, opening, outbox, projects, routing, subscribers, tickets
from storage.database import Database
from storage.model import Channel, Chat, Content, Person, Project, Source, Status, Ticket
from storage.routing import Route, Routed

CHAT = Chat(Channel.TELEGRAM, 7)
VERA = Person(CHAT, 7, "Vera")


class Took(NamedTuple):
    """The ticket that took a message, as it is then, and how."""

    route: Route
    ticket: Ticket


class Vera:
    """The customer: writes, and the desk's clock moves on a second each time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = datetime(2026, 7, 25, tzinfo=UTC)
        self.written = 0
        self.db: Database
        self.project: Project

    def clock(self) -> datetime:
        return self.now

    async def open(self) -> "Vera":
        self.db = await Database.open(self.path, clock=self.clock)
        self.project = await self.db.write(projects.create, slug="main", name="Acme")
        await self.db.write(subscribers.subscribe, self.project.id, VERA)
        return self

    async def writes(
        self, text: str, *, reply_to: int | None = None, album: str | None = None
    ) -> Took:
        routed = await self.maybe(text, reply_to=reply_to, album=album)
        assert routed is not None
        ticket = await self.db.read(tickets.of_customer, routed.ticket_id, CHAT)
        return Took(routed.route, ticket)

    async def maybe(
        self, text: str, *, reply_to: int | None = None, album: str | None = None
    ) -> Routed | None:
        self.now += timedelta(seconds=1)
        self.written += 1
        source = Source(CHAT, (self.written,), album, reply_to)
        return await self.db.write(routing.customer_message, VERA, Content(text), source)

    async def has_ticket(self, text: str, project: Project | None = None) -> Ticket:
        """A ticket made by the website; it is the last in hand."""
        self.now += timedelta(seconds=1)
        make = partial(opening.by_backend, channel=CHAT.channel, chat_id=CHAT.id)
        wanted = (project or self.project).id
        return await self.db.write(make, wanted, opening.NewTicket(Content(text)))

    async def close(self, ticket: Ticket) -> None:
        self.now += timedelta(seconds=1)
        await self.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)

    async def said_in(self, ticket_id: UUID) -> list[str]:
        return [m.text for m in await self.db.read(messages.of_ticket, ticket_id)]

    async def told(self) -> list[str]:
        """The names of the notices that wait for the customer."""
        return [row.payload["text"] for row in await self.db.read(outbox.pending, CHAT)]
