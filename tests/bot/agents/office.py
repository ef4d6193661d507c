"""A project's office: the agents' group at the stand-in, and the bot's agents' side behind it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from aiogram import Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import InlineKeyboardMarkup, Update
from aiogram.types import Message as BotMessage

import locales
from bot import agents as agents_side
from bot.agents.card import card_header, card_keyboard
from bot.fsm import DialogStorage
from bot.messengers import Messenger
from bot.messengers.telegram.feed import GetRawUpdates
from bot.middlewares import Introduction
from bot.playground.telegram import Group, Message, Person, Press, TelegramStandIn, Topic
from storage import agent_chats, agents, message_map, opening, outbox, projects, subscribers
from storage import messages as ticket_messages
from storage import tickets as desk_tickets
from storage.database import Database
from storage.message_map import Copy, Role, Thread
from storage.model import Agent, Channel, Chat, Content, Project, Source, Ticket
from storage.model import Message as TicketMessage
from storage.model import Person as Customer
from storage.outbox import Kind, OutboxRow
from storage.transaction import Transaction

CUSTOMER = Chat(Channel.TELEGRAM, 7001)


class Office:
    """Anna and Boris are agents in `group`; the customer Vera is known to the database alone.

    What waits for the sender is read from the outbox: there is no sender here.
    """

    def __init__(
        self, db: Database, telegram: TelegramStandIn, messenger: Messenger, group: Group
    ) -> None:
        self.db = db
        self.telegram = telegram
        self.messenger = messenger
        self.group = group
        self.anna = telegram.add_person("Anna", username="anna")
        self.boris = telegram.add_person("Boris")
        for person in (self.anna, self.boris):
            group.members[person.id] = person
        self.dispatcher = Dispatcher(disable_fsm=True)
        dialogs = DialogStorage(db, lambda _: messenger)
        self.dispatcher.update.outer_middleware(Introduction(db, dialogs, "en"))
        self.dispatcher.include_router(agents_side.router())
        self._offset = 0
        self._number = 0

    async def open(self) -> "Office":
        """The project `main`, with the group as its agent chat."""
        project = await self.db.write(projects.create, slug="main", name="Acme")
        await self.db.write(agent_chats.link, project.id, self.chat)
        self.messenger.username = self.telegram.bot.username
        return self

    @property
    def chat(self) -> Chat:
        return Chat(Channel.TELEGRAM, self.group.id)

    async def project(self) -> Project:
        return await self.db.read(projects.by_slug, "main")

    # --- what comes in --------------------------------------------------------------------------

    async def handle(self, *, times: int = 1) -> list[str]:
        """Feed all that the bot was sent, in order; the parts of an album as one update.

        The kinds of the updates that nothing handled.
        """
        bot = self.messenger.bot
        raw = await bot(GetRawUpdates(offset=self._offset, timeout=0))
        updates = [Update.model_validate(update, context={"bot": bot}) for update in raw]
        unhandled = []
        for _, parts in groupby(updates, key=_event):
            event = list(parts)
            for _ in range(times):
                if await self._feed(event) is UNHANDLED:
                    unhandled.append(event[0].event_type)
        if updates:
            self._offset = updates[-1].update_id + 1
        return unhandled

    async def _feed(self, parts: list[Update]) -> object:
        said = (update.message or update.edited_message for update in parts)
        album = [message for message in said if message is not None]
        captioned = (part for part in parts if part.message and part.message.caption)
        return await self.dispatcher.feed_update(
            self.messenger.bot,
            next(captioned, parts[0]),
            db=self.db,
            messenger=self.messenger,
            album=album,
            scenes=None,
        )

    async def press(self, by: Person, message: Message, label: str) -> Press:
        """A press that the bot answered."""
        press = by.press(message, label)
        await self.handle()
        return await press.answered()

    def send_album(self, by: Person, captions: Sequence[str], topic: Topic, album: str) -> None:
        """Parts of an album, each with a caption of its own."""
        for caption in captions:
            by._file("photo", b"photo", caption, {"topic": topic}, album=album)

    def inject(self, topic: Topic | None, fields: dict[str, Any]) -> None:
        """A message that nobody at the stand-in writes; `fields` are what is odd about it."""
        self._number += 1
        place: dict[str, Any] = {"chat": self.group.to_api()}
        if topic is not None:
            place |= {"message_thread_id": topic.id, "is_topic_message": True}
        self.telegram.inject(
            {"message": {"message_id": 5000 + self._number, "date": 1, **place, **fields}}
        )

    async def relink(self, slug: str) -> Project:
        """The group serves another project now."""
        elsewhere = Chat(Channel.TELEGRAM, -1)
        await self.db.write(agent_chats.link, (await self.project()).id, elsewhere)
        other = await self.db.write(projects.create, slug=slug, name=slug)
        return await self.db.write(agent_chats.link, other.id, self.chat)

    # --- tickets --------------------------------------------------------------------------------

    async def ticket(self, text: str = "The lamp is broken", **details: Any) -> Ticket:
        """A new ticket of Vera's; nothing of it waits in the outbox."""
        project = await self.project()
        self._number += 1
        vera = Customer(CUSTOMER, CUSTOMER.id, "Vera", username="vera")
        subscriber = await self.db.write(subscribers.subscribe, project.id, vera)
        ticket = await self.db.write(
            opening.by_customer,
            subscriber,
            opening.NewTicket(Content(text), **details),
            Source(CUSTOMER, (self._number,)),
        )
        await self.sent()
        return ticket

    async def topic(self, ticket: Ticket) -> Topic:
        """The ticket's topic, with the card in it."""
        project = await self.project()
        made = await self.messenger.bot.create_forum_topic(
            self.group.id, f"#{ticket.ticket_number} {ticket.subject}"
        )
        topic = self.group.topics[made.message_thread_id]
        await self._place_card(ticket, project, topic.id)
        return topic

    async def card(self, ticket: Ticket) -> Message:
        """The ticket's card in a group without topics."""
        return await self._place_card(ticket, await self.project(), None)

    async def keyboard(self, ticket: Ticket) -> InlineKeyboardMarkup:
        return card_keyboard(ticket, (await self.project()).locale)

    async def show_card(self, ticket: Ticket, card: Message) -> None:
        """The sender brought the card up to date."""
        await self.messenger.bot.edit_message_reply_markup(
            chat_id=self.group.id, message_id=card.id, reply_markup=await self.keyboard(ticket)
        )

    async def _place_card(self, ticket: Ticket, project: Project, thread_id: int | None) -> Message:
        sent: BotMessage = await self.messenger.bot.send_message(
            self.group.id,
            card_header(ticket, project, None, project.locale),
            message_thread_id=thread_id,
            parse_mode="HTML",
            reply_markup=card_keyboard(ticket, project.locale),
        )
        thread = Thread(ticket.id, self.chat, thread_id, sent.message_id, None)
        copy = Copy(self.chat, sent.message_id, None, ticket.id, Role.CARD)
        await self.db.write(_place, thread, copy)
        return self.group.by_id[sent.message_id]

    # --- what came of it ------------------------------------------------------------------------

    async def now(self, ticket: Ticket) -> Ticket:
        return await self.db.read(desk_tickets.get, ticket.project_id, ticket.id)

    async def messages(self, ticket: Ticket) -> list[TicketMessage]:
        """What was said in the ticket after its first message."""
        return (await self.db.read(ticket_messages.of_ticket, ticket.id))[1:]

    async def said(self, ticket: Ticket) -> list[tuple[str, bool]]:
        """The same as (text, internal)."""
        return [(message.text, message.internal) for message in await self.messages(ticket)]

    async def agents(self) -> dict[str, Agent]:
        project = await self.project()
        return {a.name: a for a in await self.db.read(agents.listing, project.id)}

    async def to_customer(self, kind: Kind = Kind.MESSAGE) -> list[OutboxRow]:
        """What waits for Vera."""
        rows = await self.db.read(outbox.pending, CUSTOMER)
        return [row for row in rows if row.kind is kind]

    async def to_agents(self, kind: Kind = Kind.NOTICE) -> list[OutboxRow]:
        """What waits for the agents; every notice has its words in every language."""
        rows = await self.db.read(outbox.pending, (await self.project()).agent_chat or self.chat)
        for row in rows:
            for language in locales.LOCALES if row.kind is Kind.NOTICE else ():
                assert locales.render(row.payload["text"], language, **row.payload["values"])
        return [row for row in rows if row.kind is kind]

    async def notices(self) -> list[str]:
        """The names of the texts that wait for the agents."""
        return [row.payload["text"] for row in await self.to_agents()]

    async def sent(self) -> None:
        """All that waits has gone out."""
        await self.db.write(_send_all, [CUSTOMER, self.chat])


def _event(update: Update) -> object:
    group = None if update.message is None else update.message.media_group_id
    return group or update.update_id


def _place(tx: Transaction, thread: Thread, copy: Copy) -> None:
    message_map.keep_thread(tx, thread)
    message_map.record_copies(tx, [copy])


def _send_all(tx: Transaction, chats: list[Chat]) -> None:
    for chat in chats:
        outbox.finish(tx, [row.id for row in outbox.pending(tx, chat)], "sent")
