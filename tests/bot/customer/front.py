"""The desk's front as its customers meet it: the running bot before a stand-in messenger."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.types import Message as BotMessage
from aiogram.types import Update

from bot.app import build_dispatcher
from bot.files import Files
from bot.health import Health
from bot.intake import poll
from bot.lanes import Lanes
from bot.messengers.telegram import build
from bot.outgoing.outlet import Outlet
from bot.playground.telegram import Message, Person, Press, TelegramStandIn
from bot.sender import Sender
from bot.tasks import Tasks
from storage import (
    dialogs,
    messages,
    opening,
    projects,
    requests,
    subscribers,
    ticket_types,
    tickets,
)
from storage.database import Database
from storage.model import (
    Channel,
    Chat,
    Content,
    Project,
    Request,
    Status,
    Subscriber,
    SubscriberStatus,
    Ticket,
    TicketType,
)
from storage.model import Message as TicketMessage
from storage.ticket_list import TicketFilter, listing
from storage.transaction import Transaction
from tests.replying import reply

TWICE = pytest.mark.parametrize("front", ["once", "replayed"], indirect=True)
"""Marks tests to run again with every update handled twice, as after a crash."""
FIRST_ID = 512_000_001
"""The id of the stand-in's first update."""


class Clock:
    """The desk's clock: a millisecond for each look, and as much as it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **time: float) -> None:
        self.now += timedelta(**time)


class Front:
    """A desk with one project, `Acme`. Customers are people of the messenger."""

    def __init__(self, path: Path, messenger: TelegramStandIn, *, replays: bool) -> None:
        """With `replays` every update is handled twice, as after a crash: nobody may notice."""
        self.path = path
        self.messenger = messenger
        self.times = 2 if replays else 1
        self.handled = 0
        self.progress = asyncio.Condition()
        self.clock = Clock()
        self.db: Database
        self.project: Project

    async def open(self) -> "Front":
        """Start the desk; after `close` the same one."""
        self.db = await Database.open(self.path, clock=self.clock)
        found = await self.db.read(projects.listing)
        self.project = found[0] if found else await self.add_project("main", "Acme")
        self._telegram = build(self.messenger.token, self.messenger.url, {})
        self._session = cast("AiohttpSession", self._telegram.bot.session)
        self.dispatcher = build_dispatcher(
            self.db, default_locale="en", messenger_of=lambda _: self._telegram
        )
        self._lanes = Lanes(self.db, self._telegram, self.handle)
        files = Files({Channel.TELEGRAM: self._telegram})
        self._sender = Sender(Outlet(self.db, self._telegram, files))
        self._tasks = Tasks()
        self._tasks.start("feed", partial(poll, self.db, self._telegram, Health()))
        self._tasks.start("lanes", self._lanes.run)
        self._tasks.start("sender", partial(self._sender.run, Health()))
        return self

    async def handle(self, update: Update, album: list[BotMessage]) -> None:
        for _ in range(self.times):
            await self.dispatcher.feed_update(
                self._telegram.bot, update, messenger=self._telegram, album=album
            )
        async with self.progress:
            self.handled += max(1, len(album))
            self.progress.notify_all()

    async def settled(self) -> None:
        """Everything that people did so far is handled."""
        await self.messenger.until(lambda: self.messenger.updates_pending == 0)
        async with asyncio.timeout(10), self.progress:
            await self.progress.wait_for(
                lambda: self.handled >= self.messenger.confirmed_offset - FIRST_ID
            )

    async def close(self) -> None:
        await self._lanes.finish(5)
        await self._sender.finish(5)
        await self._tasks.stop()
        # aiogram's own way waits a quarter of a second for TLS, which is not spoken here.
        await (await self._session.create_session()).close()
        await self.db.close()

    # --- what the company does ------------------------------------------------------------------

    async def add_project(self, slug: str, name: str, description: str = "") -> Project:
        return await self.db.write(projects.create, slug=slug, name=name, description=description)

    async def add_type(self, name: str, description: str = "") -> TicketType:
        return await self.db.write(
            ticket_types.create, self.project.id, name=name, description=description
        )

    async def retire(self, kind: TicketType) -> None:
        await self.db.write(ticket_types.update, self.project.id, kind.id, active=False)

    async def set(self, **settings: object) -> None:
        def change(tx: Transaction) -> Project:
            return projects.update(tx, self.project.id, **settings)

        self.project = await self.db.write(change)

    async def request(
        self,
        *,
        channel: Channel | None = None,
        ticket_type_id: UUID | None = None,
        context: dict[str, str] | None = None,
    ) -> Request:
        return await self.db.write(
            requests.create,
            self.project.id,
            channel=channel,
            ticket_type_id=ticket_type_id,
            context=context,
        )

    async def status_of(self, request: Request) -> str:
        return (await self.db.read(requests.get, self.project.id, request.id)).status

    async def tickets(self, project: Project | None = None) -> list[Ticket]:
        """All tickets of the project, number 1 first."""
        project_id = (project or self.project).id
        found, _ = await self.db.read(listing, project_id, TicketFilter(), limit=100)
        return found[::-1]

    async def said_in(self, number: int) -> list[TicketMessage]:
        """The messages of the project's ticket with that number."""
        ticket = (await self.tickets())[number - 1]
        return await self.db.read(messages.of_ticket, ticket.id)

    async def subscriber(self, person: Person) -> Subscriber | None:
        return await self.db.read(subscribers.in_project, self.chat(person), self.project.id)

    async def state_of(self, person: Person) -> str | None:
        """The scene that the person is in."""
        key = dialogs.DialogKey(self.chat(person), person.id, 0, "default")
        state, _ = await self.db.read(dialogs.get, key)
        return state

    def chat(self, person: Person) -> Chat:
        return Chat(Channel.TELEGRAM, person.chat.id)

    async def unsubscribe(self, person: Person) -> None:
        """As an erasure or a block that the customer's chat does not show."""
        stopped = SubscriberStatus.STOPPED
        await self.db.write(subscribers.unsubscribe, self.chat(person), stopped)

    async def open_tickets(self, person: Person, count: int) -> None:
        """So many tickets of the person, made by the company: `Matter 1` and so on."""
        for number in range(1, count + 1):
            new = opening.NewTicket(Content(f"Matter {number}"))
            make = partial(opening.by_backend, channel=Channel.TELEGRAM, chat_id=person.chat.id)
            await self.db.write(make, self.project.id, new)
            await self.sees(person, f"#{number}.")

    async def answer(self, number: int, text: str, *, internal: bool = False) -> None:
        """Answer ticket `number` in the project's name."""
        ticket = (await self.tickets())[number - 1]
        said = Content(text)
        await self.db.write(reply, self.project.id, ticket.id, said, internal=internal)

    async def close_ticket(self, number: int) -> None:
        ticket = (await self.tickets())[number - 1]
        await self.db.write(tickets.set_status, self.project.id, ticket.id, Status.CLOSED)

    # --- what the customer sees and does --------------------------------------------------------

    async def sees(self, person: Person, words: str, *labels: str) -> Message:
        """The newest message of the bot that has these words and buttons, once it is there."""

        def found() -> Message | None:
            for message in reversed(person.chat.messages):
                shown = message.from_bot and words in message.text
                if shown and all(label in message.labels for label in labels):
                    return message
            return None

        await self.settled()
        what = f"{words!r} with {labels} in the chat of {person.name}"
        message = await self.messenger.until(found, what=what)
        assert message is not None
        return message

    async def latest(self, person: Person) -> Message:
        """The last message of the chat, once everything is handled."""
        await self.settled()
        return person.chat.messages[-1]

    async def press(self, person: Person, label: str, words: str = "") -> Press:
        """Press the button of the newest message with it (and the words), and see what it did."""
        message = await self.sees(person, words, label)
        press = await person.press(message, label).answered()
        await self.settled()
        return press

    async def open_ticket(self, person: Person, label: str) -> None:
        """Open a ticket from the list of a fresh menu."""
        person.open()
        menu = await self.latest(person)
        await person.press(menu, "Active tickets").answered()
        await person.press(menu, label).answered()
