"""A busy team and its customers: each ticket is a conversation with pauses, in a messenger and
through the API. What is measured meanwhile is not known here; seconds are those of the loop."""

import asyncio
import random
import re
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import aiohttp

from bot.playground.telegram import Group, Message, Person, TelegramStandIn
from tests.e2e.desk import Desk
from tests.faults.waiting import Impatient, passed

T = TypeVar("T")

TICKETS = "/v1/helpdesk/tickets"
LOOKS_EVERY = 20.0
"""Seconds between two looks of somebody who waits."""
PATIENCE = 6 * 3600.0
"""Seconds for what somebody waits for."""
BY_API = 0.25
"""The part of the tickets that come from a website's own customers."""
AGAIN = 0.3
"""The part of the others that come from somebody who has been there before."""
USED = 0.5
"""The part of the website's requests that are used."""
PAUSE = (60.0, 900.0)
"""Seconds before somebody says something, at least and at most."""
QUESTION = "Where is my parcel? It was to be here on Monday."


class Team:
    """`messages` counts what was said by people, `called` the requests to the API."""

    def __init__(
        self, messenger: TelegramStandIn, group: Group, desk: Desk, chance: random.Random
    ) -> None:
        self._messenger = messenger
        self._group = group
        self._desk = desk
        self._chance = chance
        self._agents = [each for each in group.members.values() if isinstance(each, Person)]
        self._known: list[Person] = []
        self._keys = count(1)
        self.opened = 0
        self.messages = 0
        self.called = 0

    async def work(self, tickets: int, seconds: float) -> None:
        """So many tickets come at moments of chance in so many seconds; returns once all are
        closed. Raises what went wrong with one."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.TaskGroup() as stories:
            for moment in sorted(self._chance.uniform(0, seconds) for _ in range(tickets)):
                await passed(max(begun + moment - loop.time(), 0))
                by_api = self._chance.random() < BY_API
                stories.create_task(self._by_api() if by_api else self._by_messenger())
                self.opened += 1

    # --- conversations --------------------------------------------------------------------------

    async def _by_messenger(self) -> None:
        person, menu = await self._somebody()
        person.press(menu, "Create ticket")
        await self._until(lambda: _screen(person, "Cancel", menu), f"the form of {person.name}")
        if self._chance.random() < 0.1:
            first = person.send_photo(b"a photo" * 500, QUESTION)
        else:
            first = person.say(QUESTION)
        number = await self._until(lambda: _number_told(person, first), "the ticket's number")
        topic = await self._until(lambda: self._group.topic(f"#{number} "), f"topic {number}")
        agent = self._chance.choice(self._agents)
        await self._say(agent, "It is on its way to you.", topic=topic)
        await self._say(person, "But when does it come?")
        await self._say(agent, "// The carrier has it since Friday.", topic=topic)
        found = await self._call("GET", f"{TICKETS}?number={number}")
        ticket = found["tickets"][0]["id"]
        if self._chance.random() < 0.5:
            await self._call("POST", f"{TICKETS}/{ticket}/reply", {"text": "Tomorrow."})
        else:
            await self._say(agent, "Tomorrow.", topic=topic)
        await self._say(person, "Thank you!")
        await self._pause()
        if self._chance.random() < 0.5:
            agent.say("/close", topic=topic)
        else:
            await self._call("PATCH", f"{TICKETS}/{ticket}/status", {"status": "closed"})
        asked = await self._until(lambda: _screen(person, "5", first), f"stars of {number}")
        person.press(asked, "5")
        await self._is(ticket, "rating", 5)
        self._known.append(person)

    async def _by_api(self) -> None:
        body = {"text": QUESTION, "first_name": "Ann", "context": {"page": "/cart"}}
        made = await self._call("POST", TICKETS, body)
        ticket, number = made["id"], made["ticket_number"]
        topic = await self._until(lambda: self._group.topic(f"#{number} "), f"topic {number}")
        agent = self._chance.choice(self._agents)
        await self._say(agent, "It is on its way to you.", topic=topic)
        await self._call("PATCH", f"{TICKETS}/{ticket}/priority", {"priority": "high"})
        await self._pause()
        await self._call("POST", f"{TICKETS}/{ticket}/customer-reply", {"text": "Thank you!"})
        await self._call("GET", TICKETS)
        await self._pause()
        await self._call("GET", f"{TICKETS}?q=parcel")
        await self._call("PATCH", f"{TICKETS}/{ticket}/status", {"status": "closed"})
        await self._is(ticket, "status", "closed")

    async def _somebody(self) -> tuple[Person, Message]:
        """Somebody new, or somebody known, and the menu before them."""
        if self._known and self._chance.random() < AGAIN:
            person = self._known.pop(self._chance.randrange(len(self._known)))
            opened = person.open()
        else:
            person = self._messenger.add_person(f"Customer {self._messenger.world.number()}")
            opened = person.open(await self._link())

        def menu() -> Message | None:
            if consent := _screen(person, "Subscribe", opened):
                person.press(consent, "Subscribe")  # again where the link has expired meanwhile
            return _screen(person, "Create ticket", opened)

        return person, await self._until(menu, f"the menu of {person.name}")

    async def _link(self) -> str:
        """The website makes a request each time; only some of them are used, the others expire."""
        request = {"channel": "telegram", "context": {"page": "/cart"}}
        made = await self._call("POST", "/v1/helpdesk/request", request)
        used = self._chance.random() < USED
        return f"hd_{made['request_id']}" if used else "help_main"

    # --- acts -------------------------------------------------------------------------------------

    async def _say(self, who: Person, text: str, **place: Any) -> None:
        await self._pause()
        who.say(text, **place)
        self.messages += 1

    async def _pause(self) -> None:
        await passed(self._chance.uniform(*PAUSE))

    async def _is(self, ticket: str, field: str, value: object) -> None:
        """Wait until the API says so."""
        for _ in range(int(PATIENCE / LOOKS_EVERY)):
            found = await self._call("GET", f"{TICKETS}/{ticket}")
            if found[field] == value:
                return
            await passed(LOOKS_EVERY)
        raise Impatient(f"waited in vain for {field} {value} of ticket {ticket}")

    async def _until(self, condition: Callable[[], T | None], what: str) -> T:
        for _ in range(int(PATIENCE / LOOKS_EVERY)):
            if value := condition():
                return value
            await passed(LOOKS_EVERY)
        raise Impatient(f"waited in vain for {what}")

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        """The answer; a call whose connection was cut is made again with the same key."""
        key = {"Idempotency-Key": f"call-{next(self._keys)}"} if method == "POST" else None
        for _ in range(5):
            try:
                status, answer = await self._desk.call(method, path, body, headers=key)
            except (aiohttp.ClientError, TimeoutError):
                continue
            self.called += 1
            if status >= 300:
                raise RuntimeError(f"{status} to {method} {path}: {answer}")
            return answer
        raise RuntimeError(f"no answer to {method} {path}")


def _screen(person: Person, label: str, after: Message) -> Message | None:
    """The bot's newest message with such a button, no older than another one."""
    newer = (m for m in reversed(person.chat.messages) if m.from_bot and m.id >= after.id)
    return next((m for m in newer if any(label in each for each in m.labels)), None)


def _number_told(person: Person, first: Message) -> int:
    """As the customer is told in answer to a first message; 0 before."""
    answers = (m.text for m in person.chat.messages if m.reply_to is first)
    found = re.search(r"#(\d+)", " ".join(answers))
    return int(found[1]) if found else 0
