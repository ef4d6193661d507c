"""A project whose endpoints are served by hand: a test takes what is due and answers for them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage import (
    agents,
    conversation,
    deliveries,
    events,
    opening,
    projects,
    tickets,
    webhook_queue,
    webhooks,
)
from storage.database import Database
from storage.deliveries import Attempt, Delivery
from storage.events import Snapshot
from storage.model import Agent, Channel, Chat, Content, Message, Person, Project, Status, Ticket
from storage.webhook_queue import Due
from storage.webhooks import Event, Webhook
from tests.replying import reply

WAITS = [timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=2)]
URL = "https://shop.example/hook"


class Clock:
    """Stands at a moment until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Post:
    """The project, what people do in it, and the way to its endpoints."""

    def __init__(self, db: Database, clock: Clock, project: Project) -> None:
        self.db = db
        self.clock = clock
        self.project = project

    async def endpoint(self, *events: Event, url: str = URL) -> Webhook:
        return await self.db.write(webhooks.create, self.project.id, url=url, events=events)

    async def known(self, webhook: Webhook) -> Webhook:
        """The endpoint as it is now."""
        return await self.db.read(webhooks.get, self.project.id, webhook.id)

    async def agent(self, name: str = "Olga", user_id: int = 7) -> Agent:
        person = Person(Chat(Channel.TELEGRAM, -100), user_id, name)
        return await self.db.write(agents.seen, self.project.id, person)

    async def ticket(self, text: str = "Where is my parcel?") -> Ticket:
        new = opening.NewTicket(Content(text))
        return await self.db.write(opening.by_backend, self.project.id, new, first_name="Ann")

    async def answer(self, ticket: Ticket, text: str = "On its way.", **how: object) -> Message:
        return await self.db.write(
            reply,
            self.project.id,
            ticket.id,
            Content(text),
            **how,
        )

    async def write(self, ticket: Ticket, text: str = "Thanks") -> Message:
        """The customer does."""
        content = Content(text)
        return await self.db.write(conversation.customer_reply, self.project.id, ticket.id, content)

    async def set_status(self, ticket: Ticket, status: Status) -> Ticket:
        return await self.db.write(tickets.set_status, self.project.id, ticket.id, status)

    async def assign(self, ticket: Ticket, agent_id: UUID | None) -> Ticket:
        return await self.db.write(tickets.assign, self.project.id, ticket.id, agent_id)

    async def due(self, webhook: Webhook, limit: int = 100) -> list[Due]:
        """What is to be sent to an endpoint now; bodies are the snapshots as they are."""
        while await self.db.write(webhook_queue.write_bodies, str):
            pass
        return await self.db.read(webhook_queue.due, {webhook.id: limit})

    async def attempted(
        self,
        due: Due,
        status: int | None = 200,
        waits: Sequence[timedelta] = WAITS,
        pause: timedelta | None = None,
    ) -> None:
        attempt = Attempt(self.clock(), status, None if status else "could not connect", 12)
        await self.db.write(webhook_queue.attempted, due.seq, attempt, waits, pause)

    async def told(self, webhook: Webhook, status: int | None = 200) -> list[Snapshot]:
        """What the endpoint is told while it answers so, until nothing more is due."""
        heard = []
        while due := await self.due(webhook):
            for each in due:
                await self.attempted(each, status)
                heard.append(events.load(each.body))
        return heard

    async def record(self, webhook: Webhook) -> list[Delivery]:
        """The endpoint's deliveries, the newest first."""
        found, _ = await self.db.read(deliveries.listing, self.project.id, webhook.id, limit=100)
        return found


async def open_post(db: Database, clock: Clock) -> Post:
    return Post(db, clock, await db.write(projects.create, slug="main", name="Acme"))
