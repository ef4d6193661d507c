"""Acme, a company whose desk runs, as its customers meet it: the tests of their side share one.

Each test brings customers of its own, and so tickets of its own.
"""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.playground.telegram import Group, Message, Person, TelegramStandIn, Topic
from bot.playground.telegram.labels import plain
from tests.e2e.desk import Desk

TOKEN = "44:AAtestTESTtestTESTtestTESTtestTEST"
UNLIMITED = "all:1000/1s,chat:1000/1s,group:1000/1s"
PUBLIC_URL = "https://desk.example"
CONSENT = ("Subscribe", "Cancel")
MENU = ("Create ticket", "Active tickets", "Unsubscribe")
FORM = ("Back", "Cancel")
SURPRISES = ("Traceback", "an update failed", "sending failed", "is set aside", "task failed")
"""What the desk says only when its own code is at fault."""
Json = dict[str, Any]


class Acme:
    """A running desk with one project, its messenger, and Bob, who answers in a forum group."""

    def __init__(self, messenger: TelegramStandIn, desk: Desk, forum: Group, bob: Person) -> None:
        self.messenger = messenger
        self.desk = desk
        self.forum = forum
        self.bob = bob

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
        screen = await self.answer(person.open(payload))
        return await self.press(screen, screen.labels[0])

    async def answer(self, said: Message, words: str = "", *labels: str) -> Message:
        """The bot's message after `said` that has these words and buttons, waited for."""

        def found() -> Message | None:
            later = (m for m in said.chat.messages if m.from_bot and m.id > said.id)
            return next((m for m in later if words in m.text and has(m, *labels)), None)

        message = await self.messenger.until(found, what=f"{words!r} with {labels}")
        assert message is not None
        return message

    async def sees(self, person: Person, words: str, *labels: str) -> Message:
        """The bot's newest message that has these words and buttons, waited for."""

        def found() -> Message | None:
            sent = (m for m in reversed(person.chat.messages) if m.from_bot)
            return next((m for m in sent if words in m.text and has(m, *labels)), None)

        message = await self.messenger.until(found, what=f"{words!r} with {labels}")
        assert message is not None
        return message

    async def press(self, message: Message, label: str) -> Message:
        """Press a button of a private chat's message, and wait until the bot is done with it."""
        person = message.chat.person
        assert isinstance(person, Person)
        await person.press(message, label).answered()
        return message

    async def opens_ticket(self, person: Person, text: str) -> int:
        """Fill in the form, without a type; the ticket's number."""
        menu = await self.answer(person.open(), "", *MENU)
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

    async def topic(self, number: int) -> Topic:
        def found() -> Topic | None:
            return self.forum.topic(f"#{number} ")

        topic = await self.messenger.until(found, what=f"the topic of ticket {number}")
        assert topic is not None
        return topic

    async def agents_see(self, number: int, words: str) -> Message:
        """The message of the ticket's topic that has these words, waited for."""
        topic = await self.topic(number)

        def found() -> Message | None:
            return next((m for m in topic.messages if m.from_bot and words in m.text), None)

        message = await self.messenger.until(found, what=f"{words!r} in the topic of {number}")
        assert message is not None
        return message

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer of a call under /v1/helpdesk/; it must succeed."""
        status, answer = await self.desk.call(method, f"/v1/helpdesk/{path}", body)
        assert status < 300, answer
        return answer

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
        own = [ticket["id"] for ticket in found if ticket["customer"]["chat_id"] == person.id]
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


def has(message: Message, *labels: str) -> bool:
    """Whether a message has these buttons, whatever emoji stands before their labels."""
    return set(labels) <= {plain(label) for label in message.labels}


def labels_of(message: Message) -> list[str]:
    return [plain(label) for label in message.labels]


def screens(person: Person) -> list[Message]:
    """What the bot sent to a person."""
    return [message for message in person.chat.messages if message.from_bot]


@asynccontextmanager
async def running_acme(folder: Path, **settings: object) -> AsyncIterator[Acme]:
    """Acme's desk without limits of pace, so that many tests can share it."""
    async with TelegramStandIn(token=TOKEN) as messenger:
        bob = messenger.add_person("Bob", username="bob", last_name="Builder")
        forum = messenger.add_group("Agents", forum=True, members=[bob])
        known: dict[str, object] = {
            "telegram_token": messenger.token,
            "telegram_api_url": messenger.url,
            "telegram_limits": UNLIMITED,
            "project_name": "Acme",
            "project_description": "We mend things.",
            "agent_chat": f"telegram:{forum.id}",
        }
        desk = Desk(folder, **{**known, **settings})
        async with AsyncExitStack() as stack:
            stack.push_async_exit(desk)
            acme = Acme(messenger, desk, forum, bob)
            await acme.start()
            yield acme
        assert messenger.calls.broken_contracts == []
