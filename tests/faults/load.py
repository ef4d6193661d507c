"""The load: customers, agents and back-ends who say things, and write down what they said."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.ledger import Entry, Kind, Ledger
from tests.faults.town import Customer, Town
from tests.faults.waiting import passed

TICKETS = "/v1/helpdesk/tickets"
WORDS = ("Hello", "Where is my parcel?", "<b>x</b> & y", "Привет! 🙂", "two\nlines", "w " * 1500)
STATUSES = ("open", "in_progress", "waiting", "closed")


@dataclass
class Load:
    """Everybody acts by chance, `rate` acts a second for each, for some seconds."""

    town: Town
    ledger: Ledger
    chance: random.Random
    rate: float = 4.0
    backends: int = 2

    async def run(self, seconds: float) -> None:
        """Returns once the last call of the API is acknowledged."""
        end = asyncio.get_running_loop().time() + seconds
        crowd = [self._live(end, self._customer), self._live(end, self._agent)]
        crowd += [self._live(end, self._backend(number)) for number in range(self.backends)]
        async with asyncio.TaskGroup() as group:
            for life in crowd:
                group.create_task(life)

    async def _live(self, end: float, act: Callable[[], Awaitable[None]]) -> None:
        while asyncio.get_running_loop().time() < end:
            await passed(self.chance.expovariate(self.rate))
            await act()

    # --- customers ------------------------------------------------------------------------------

    async def _customer(self) -> None:
        if self.town.customers:
            for _ in range(self.chance.choice((1, 1, 1, 3))):
                self.says(self.chance.choice(self.town.customers))

    def says(self, customer: Customer) -> Entry:
        """A message or an album of a customer's."""
        files = self.chance.randint(2, 4) if self.chance.random() < 0.15 else 0
        words = self.chance.choice(WORDS[: 3 if files else None])
        lane = f"{customer.channel} {customer.chat.id}"
        entry = self.ledger.add(Kind.CUSTOMER, words, lane=lane, customer=customer, files=files)
        if files:
            customer.person.send_album(entry.files, entry.text)
        else:
            customer.person.say(entry.text)
        return entry

    # --- agents ---------------------------------------------------------------------------------

    async def _agent(self) -> None:
        customers = [each for each in self.town.customers if self._number(each)]
        if not customers:
            return
        customer = self.chance.choice(customers)
        place = self.town.place(customer.number)
        kind = Kind.NOTE if self.chance.random() < 0.2 else Kind.ANSWER
        files = self.chance.randint(2, 4) if self.chance.random() < 0.15 else 0
        words = self.chance.choice(WORDS[: 3 if files else None])
        lane = f"{self.town.channels[0]} {self.town.group.id}"
        entry = self.ledger.add(kind, words, lane=lane, customer=customer, files=files)
        text = f"// {entry.text}" if kind is Kind.NOTE else entry.text
        agent: Any = self.chance.choice(self.town.agents)
        if files:
            entry.native = agent.send_album(entry.files, text, **place)[0]
        else:
            entry.native = agent.say(text, **place)

    def _number(self, customer: Customer) -> int:
        """The customer's ticket, once the agents have its card."""
        if not customer.number:
            marks = [entry.mark for entry in self.ledger.of_customer(customer)]
            for card in self.town.cards_with(marks):
                found = re.match(r"#(\d+) ", card.text)
                customer.number = int(found[1]) if found else 0
        return customer.number

    # --- back-ends ------------------------------------------------------------------------------

    def _backend(self, number: int) -> Callable[[], Awaitable[None]]:
        lane = f"backend {number}"
        own: list[str] = []

        async def act() -> None:
            if not own or self.chance.random() < 0.2:
                entry = self.ledger.add(Kind.TICKET, self.chance.choice(WORDS), lane=lane)
                made = await self._post(TICKETS, {"text": entry.text}, entry)
                entry.ticket = made["id"]
                own.append(made["id"])
                return
            await self._on_ticket(lane, own)

        return act

    async def _on_ticket(self, lane: str, own: list[str]) -> None:
        ticket, customer = self.chance.choice(own), None
        known = [each for each in self.town.customers if self._number(each)]
        if known and self.chance.random() < 0.5:
            customer = self.chance.choice(known)
            found = await self.town.call("GET", f"{TICKETS}?number={customer.number}")
            ticket = found["tickets"][0]["id"]
        kind = self.chance.choice((Kind.REPLY, Kind.INTERNAL, Kind.VIRTUAL, None))
        if kind is None or (kind is Kind.VIRTUAL and customer):
            status = self.chance.choice(STATUSES)
            await self.town.call("PATCH", f"{TICKETS}/{ticket}/status", {"status": status})
            return
        words = self.chance.choice(WORDS)
        entry = self.ledger.add(kind, words, lane=lane, customer=customer, ticket=ticket)
        path = "customer-reply" if kind is Kind.VIRTUAL else "reply"
        body: dict[str, object] = {"text": entry.text}
        if kind is Kind.INTERNAL:
            body["internal"] = True
        await self._post(f"{TICKETS}/{ticket}/{path}", body, entry)

    async def _post(self, path: str, body: object, entry: Entry) -> Any:
        answer = await self.town.call("POST", path, body, key=f"said-{entry.number}")
        entry.acknowledged = True
        return answer
