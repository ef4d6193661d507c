"""Acme, a company whose desk runs, as its customers meet it: the tests of their side share one in
each messenger.

Each test brings customers of its own, and so tickets of its own. Those of one messenger only are
marked `only_telegram` or `only_max`.
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Container, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.playground.stand_in.labels import plain
from tests.e2e import sides
from tests.e2e.desk import Desk
from tests.e2e.sides import MAX, TELEGRAM, Side
from tests.e2e.vocabulary import Chat, Message, Person

UNLIMITED = sides.UNLIMITED
PUBLIC_URL = "https://desk.example"
CONSENT = ("Subscribe", "Cancel")
MENU = ("Create ticket", "Active tickets", "Unsubscribe")
FORM = ("Back", "Cancel")
SURPRISES = ("Traceback", "an update failed", "sending failed", "is set aside", "task failed")
"""What the desk says only when its own code is at fault."""
Json = dict[str, Any]

CHANNELS = (TELEGRAM, MAX)
only_telegram = pytest.mark.parametrize("acme", [TELEGRAM], indirect=True)
only_max = pytest.mark.parametrize("acme", [MAX], indirect=True)


def in_each(
    cases: Iterable[str], *, telegram: Container[str] = (), max_: Container[str] = ()
) -> list[tuple[str, str]]:
    """Parameters for `acme` and one thing more: each case in both messengers, but those that are
    named for one in that one alone."""
    elsewhere = {TELEGRAM: max_, MAX: telegram}
    return [(at, case) for case in cases for at in CHANNELS if case not in elsewhere[at]]


@dataclass(frozen=True)
class Moment:
    """A moment in a chat: what comes later has a greater id."""

    chat: Chat
    id: Any


class Acme:
    """A running desk with one project, its messenger, and Bob, who answers in a group there.

    `keys` are API keys of further projects, by their slugs.
    """

    def __init__(self, side: Side, desk: Desk) -> None:
        self.side = side
        self.desk = desk
        self.messenger = side.messenger
        self.channel = side.channel
        self.bob = side.bob
        self.keys: dict[str, str] = {}

    async def start(self) -> None:
        """Start the desk, with PUBLIC_URL leading to it."""
        await self.desk.begin()
        self.messenger.route_webhook(PUBLIC_URL, self.desk.url)
        await self.desk.ready()

    # --- customers ------------------------------------------------------------------------------

    def stranger(self, name: str = "Ann", **about: Any) -> Person:
        """Somebody who has not met the bot yet."""
        return self.messenger.add_person(name, **about)

    async def subscriber(self, name: str = "Ann", **about: Any) -> Person:
        """Somebody who consented, with the menu before them."""
        person = self.stranger(name, **about)
        await self.consent(person)
        return person

    async def consent(self, person: Person, payload: str = "help_main") -> Message:
        """Follow a deeplink and consent; the message that has what follows from it."""
        screen = await self.answer(self.open(person, payload))
        return await self.press(screen, screen.labels[0])

    def open(self, person: Person, payload: str | None = None) -> Moment:
        """Have a person press a deeplink, or Start; the moment before."""
        moment = now(person)
        person.open(payload)
        return moment

    def follow(self, person: Person, request: Json) -> Moment:
        """Have a person follow the link of a website's request; the moment before."""
        moment = now(person)
        person.follow(request[f"{self.channel}_link"])
        return moment

    async def answer(self, said: Message | Moment, words: str = "", *labels: str) -> Message:
        """The bot's message after `said` that has these words and buttons, waited for."""

        def found() -> Message | None:
            later = (m for m in screens(said.chat.person) if said.id is None or m.id > said.id)
            return next((m for m in later if words in m.text and has(m, *labels)), None)

        return await self.messenger.until(found, what=f"{words!r} with {labels}")

    async def sees(self, person: Person, words: str, *labels: str) -> Message:
        """The bot's newest message that has these words and buttons, waited for."""

        def found() -> Message | None:
            sent = (m for m in reversed(person.chat.messages) if m.from_bot)
            return next((m for m in sent if words in m.text and has(m, *labels)), None)

        return await self.messenger.until(found, what=f"{words!r} with {labels}")

    async def press(self, message: Message, label: str) -> Message:
        """Press a button of a private chat's message, and wait until the bot is done with it."""
        await message.chat.person.press(message, label).answered()
        return message

    async def opens_ticket(self, person: Person, text: str) -> int:
        """Fill in the form, without a type; the ticket's number."""
        menu = await self.answer(self.open(person), "", *MENU)
        await self.press(menu, "Create ticket")
        if has(menu, "Skip"):
            await self.press(menu, "Skip")
        return await self.number_told(person.say(text))

    async def number_told(self, said: Message) -> int:
        """The number of the ticket that took a message, as its customer was told."""

        def found() -> int:
            for message in said.chat.messages:
                if message.from_bot and message.reply_to is said:
                    named = re.findall(r"#(\d+)", message.text)
                    return int(named[-1]) if named else 0
            return 0

        return await self.messenger.until(found, what=f"the ticket that took {said.text!r}")

    # --- the company ----------------------------------------------------------------------------

    async def place(self, number: int) -> Json:
        """Where an agent answers, waited for."""
        place = self.side.place
        return await self.messenger.until(lambda: place(number), what=f"the card of {number}")

    async def answers(self, number: int, text: str) -> Message:
        """Bob's answer to a ticket, or a note of his."""
        return self.bob.say(text, **await self.place(number))

    def thread(self, number: int) -> list[Message]:
        """All that is said of a ticket among the agents."""
        return self.side.thread(number)

    def shown(self, number: int) -> list[Message]:
        """What the bot tells the agents of a ticket."""
        return [message for message in self.thread(number) if message.from_bot]

    async def agents_see(self, number: int, words: str) -> Message:
        """The bot's message to the agents about a ticket that has these words, waited for."""

        def found() -> Message | None:
            return next((m for m in self.shown(number) if words in m.text), None)

        return await self.messenger.until(found, what=f"{words!r} at the agents of {number}")

    async def agents_get(self, number: int, *files: bytes) -> list[Message]:
        """The bot's messages to the agents that carry just these files in all, waited for."""

        def found() -> list[Message]:
            carrying = [message for message in self.shown(number) if message.files]
            return carrying if data_of(carrying) == list(files) else []

        return await self.messenger.until(found, what=f"{len(files)} files at the agents")

    async def marked(self, answer: Message) -> None:
        """Wait until an agent's answer has the mark of delivery."""
        await self.messenger.until(lambda: self.side.marked(answer), what="the mark of delivery")

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer of a call under /v1/helpdesk/; it must succeed."""
        status, answer = await self.desk.call(method, f"/v1/helpdesk/{path}", body)
        assert status < 300, answer
        return answer

    async def back_end_ticket(self, person: Person, text: str, **more: object) -> Json:
        """A ticket that a back-end makes for a customer in the messenger."""
        body = {"channel": self.channel, "chat_id": person.chat.id, "text": text, **more}
        ticket: Json = await self.call("POST", "tickets", body)
        return ticket

    async def request(self, **body: object) -> Json:
        request: Json = await self.call("POST", "request", body)
        return request

    async def status_of(self, request: Json, wait: int = 0) -> Json:
        path = f"request/{request['request_id']}/status?wait={wait}"
        status: Json = await self.call("GET", path)
        return status

    async def tickets_of(self, person: Person) -> list[Json]:
        """All tickets of a customer with their messages, the oldest first."""
        found = (await self.call("GET", "tickets?limit=100"))["tickets"]
        own = [ticket["id"] for ticket in found if ticket["customer"]["chat_id"] == person.chat.id]
        return [await self.call("GET", f"tickets/{ticket_id}") for ticket_id in own[::-1]]

    async def ticket(self, number: int) -> Json:
        """The ticket with its messages."""
        found = (await self.call("GET", f"tickets?number={number}"))["tickets"]
        ticket: Json = await self.call("GET", f"tickets/{found[0]['id']}")
        return ticket

    async def texts(self, number: int) -> list[str]:
        """What was said in a ticket."""
        return [message["text"] for message in (await self.ticket(number))["messages"]]

    async def close(self, number: int) -> None:
        ticket = await self.ticket(number)
        await self.call("PATCH", f"tickets/{ticket['id']}/status", {"status": "closed"})

    async def replies(self, number: int, text: str) -> None:
        """Answer in the project's name."""
        ticket = await self.ticket(number)
        await self.call("POST", f"tickets/{ticket['id']}/reply", {"text": text})

    async def set(self, **settings: object) -> None:
        await self.call("PATCH", "settings", settings)

    @asynccontextmanager
    async def types(self, *names: str) -> AsyncIterator[None]:
        """The project has these ticket types meanwhile."""
        made = [await self.call("POST", "ticket-types", {"name": name}) for name in names]
        try:
            yield
        finally:
            for kind in made:
                await self.call("PATCH", f"ticket-types/{kind['id']}", {"active": False})

    def earlier(self, table: str, column: str, row_id: str, by: timedelta) -> None:
        """Move a stored time back: days can't be waited for."""
        milliseconds = int(by.total_seconds() * 1000)
        database = sqlite3.connect(self.desk.folder / "deskwire.db", isolation_level=None)
        changed = database.execute(
            f"UPDATE {table} SET {column} = {column} - ? WHERE id = ?", (milliseconds, row_id)
        ).rowcount
        database.close()
        assert changed == 1


def now(person: Person) -> Moment:
    """What the bot sends a person after this comes later."""
    return Moment(person.chat, max((m.id for m in person.chat.messages), default=None))


def has(message: Message, *labels: str) -> bool:
    """Whether a message has these buttons, whatever emoji stands before their labels."""
    return set(labels) <= {plain(label) for label in message.labels}


def labels_of(message: Message) -> list[str]:
    return [plain(label) for label in message.labels]


def screens(person: Person) -> list[Message]:
    """What the bot sent to a person."""
    return [message for message in person.chat.messages if message.from_bot]


def data_of(messages: list[Message]) -> list[bytes]:
    """The bytes of all files that these messages carry."""
    return [file.data for message in messages for file in message.files]
