"""A town: messengers, customers, agents, an endpoint of somebody's, and the desk in their middle.

Who lives there and how the desk is started and ended; what they say and what is promised is not
known here.
"""

import asyncio
import os
import resource
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.playground import max as max_
from bot.playground import telegram
from bot.playground.stand_in.labels import plain
from storage.model import Channel
from tests.e2e.desk import Desk
from tests.faults.broken import BrokenPromise
from tests.faults.control import Control
from tests.faults.endpoint import Endpoint
from tests.faults.waiting import passed, until

StandIn = telegram.TelegramStandIn | max_.MaxStandIn
Person = telegram.Person | max_.Person
Message = telegram.Message | max_.Message
Group = telegram.Group | max_.Group
MessengerChat = telegram.Chat | max_.Chat

LAUNCHER = Path(__file__).with_name("launcher.py")
TOKEN = "42:AAtestTESTtestTESTtestTESTtestTESTtest"
SCHEDULE = ",".join(["300ms"] * 40 + ["30s"] * 300)
GRACE = 15.0
"""Seconds that a stop may take: the ten that are promised, and what a slow machine adds."""
AGAIN = 0.2
"""Seconds until a call is repeated that was not answered, or not with 2xx."""
STARTS = 12
"""How often a start is tried that a locked database or a full disk ends."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits that the desk is told and the messengers keep to: messages in so many seconds."""

    all: tuple[int, float]
    chat: tuple[int, float]
    group: tuple[int, float]

    def setting(self, *scopes: str) -> str:
        limits = ((scope, getattr(self, scope)) for scope in scopes)
        return ",".join(f"{scope}:{count}/{seconds:g}s" for scope, (count, seconds) in limits)


WIDE = Pace((200, 1), (50, 1), (100, 1))
NARROW = Pace((30, 1), (4, 1), (10, 2))


@dataclass(eq=False, slots=True)
class Customer:
    """`number` is that of the one ticket, once it is known."""

    name: str
    channel: Channel
    person: Person
    number: int = 0

    @property
    def chat(self) -> MessengerChat:
        return self.person.chat


class Town:
    """`channels` are where the customers are; the agents are in the first of them."""

    def __init__(
        self, folder: Path, channels: Sequence[Channel], pace: Pace, seed: str, broken: str = ""
    ) -> None:
        self.folder = folder
        self.channels = tuple(channels)
        self.control = Control.create(folder / "page")
        self.endpoint = Endpoint()
        self.customers: list[Customer] = []
        self.started: list[float] = []
        self.life = asyncio.Lock()
        self._pace = pace
        self._seed = seed
        self._broken = broken
        self.standins: dict[Channel, StandIn] = {each: self._standin(each) for each in channels}
        self.desk = Desk(folder)
        self.webhook: dict[str, Any] = {}
        self._stack = AsyncExitStack()

    def _standin(self, channel: Channel) -> StandIn:
        pace, clock = self._pace, self.control.monotonic
        if channel is Channel.MAX:
            return max_.MaxStandIn(limits=max_.Limits(pace.all, pace.chat), clock=clock)
        limits = telegram.Limits(pace.all, pace.chat, pace.group)
        return telegram.TelegramStandIn(TOKEN, limits=limits, clock=clock)

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.endpoint)
        for standin in self.standins.values():
            await self._stack.enter_async_context(standin)
        await self._stack.enter_async_context(_Ended(self.desk))
        home = self.standins[self.channels[0]]
        self.agents: list[Person] = [home.add_person(name) for name in ("Bob", "Eve")]
        self.group: Group = self._add_group(home)
        self.desk.settings |= self._settings()
        await self.start()
        await self.connected()
        hook = {"url": f"{self.endpoint.url}/hook"}
        self.webhook = await self.call("POST", "/v1/webhooks", hook, key="hook")
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.aclose()

    def _add_group(self, home: StandIn) -> Group:
        members: Any = self.agents
        if isinstance(home, telegram.TelegramStandIn):
            return home.add_group("Agents", forum=True, members=members)
        return home.add_group("Agents", members=members)

    def _settings(self) -> dict[str, object]:
        known: dict[str, object] = {
            "project_name": "Acme",
            "agent_chat": f"{self.channels[0]}:{self.group.id}",
            "webhook_retry_schedule": SCHEDULE,
        }
        scopes = {Channel.TELEGRAM: ("all", "chat", "group"), Channel.MAX: ("all", "chat")}
        for channel, standin in self.standins.items():
            known[f"{channel}_token"] = standin.token
            known[f"{channel}_api_url"] = standin.url
            known[f"{channel}_limits"] = self._pace.setting(*scopes[channel])
        return known

    # --- the desk's life ------------------------------------------------------------------------

    async def start(self, *, loop: str = "own") -> None:
        """Start the desk, as often as it takes, as a service manager would."""
        for attempt in range(STARTS):
            self.started.append(self.control.monotonic())
            seed = f"{self._seed} {len(self.started)}"
            page = str(self.folder / "page")
            self.desk.program = (str(LAUNCHER), page, loop, seed, self._broken)
            try:
                return await self.desk.begin()
            except AssertionError:
                if not self.desk.silent:
                    os.kill(self.desk.pid, signal.SIGUSR1)  # it tells where it is stuck
                    await passed(1.0)
                    raise
                await self.desk.ended()
                if attempt == STARTS - 1:
                    raise
        return None

    async def kill(self) -> None:
        await self.desk.kill()

    async def stop(self) -> tuple[int, float]:
        """End the desk as a service manager does; its exit code, and how many seconds it took."""
        begun = time.monotonic()
        code = await self.desk.stop()
        return code, time.monotonic() - begun

    async def connected(self) -> None:
        await self.desk.ready()

    def fill_disk(self) -> None:
        """From now on the desk can write nothing, until `free_disk` or its end."""
        _, most = resource.prlimit(self.desk.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.desk.pid, resource.RLIMIT_FSIZE, (1024, most))

    def free_disk(self) -> None:
        _, most = resource.prlimit(self.desk.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.desk.pid, resource.RLIMIT_FSIZE, (most, most))

    async def call(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """The answer that acknowledges a call to the API, however often it has to be made."""
        headers = {"Idempotency-Key": key} if key else None
        while True:
            try:
                status, answer = await self.desk.call(method, path, body, headers=headers)
            except (aiohttp.ClientError, OSError, TimeoutError):
                await passed(AGAIN)
                continue
            if status < 300:
                return answer
            if status != 503:
                told = f"{status} to {method} {path}: {answer}"
                raise BrokenPromise("a call is done, or can be tried again", "2xx or 503", told)
            await passed(AGAIN)

    # --- its people -----------------------------------------------------------------------------

    async def newcomer(self, channel: Channel, *, form: bool) -> Customer:
        """Somebody who subscribed, perhaps with the ticket form before them."""
        standin = self.standins[channel]
        person = standin.add_person(f"Customer {len(self.customers)}")
        customer = Customer(person.name, channel, person)
        person.open("help_main")
        await self._press(customer, "Subscribe")
        if form:
            await self._press(customer, "Create ticket")
            await until(
                lambda: self._button(customer, "Cancel"), what=f"the form of {customer.name}"
            )
        else:
            await until(lambda: self._button(customer, "Create ticket"), what="the menu")
        self.customers.append(customer)
        return customer

    async def _press(self, customer: Customer, label: str) -> None:
        screen = await until(
            lambda: self._button(customer, label), what=f"{label!r} before {customer.name}"
        )
        person: Any = customer.person
        person.press(screen, label)

    @staticmethod
    def _button(customer: Customer, label: str) -> Message | None:
        shown = [message for message in customer.chat.messages if message.from_bot]
        found = (m for m in reversed(shown) if label in {plain(each) for each in m.labels})
        return next(found, None)

    # --- where agents answer ----------------------------------------------------------------------

    def cards(self, number: int) -> list[Message]:
        head = f"#{number} "
        return [m for m in self.group.messages if m.keys and m.text.startswith(head)]

    def cards_with(self, marks: Iterable[str]) -> list[Message]:
        """Cards that show one of these."""
        known = tuple(marks)
        return [
            m
            for m in self.group.messages
            if m.keys and m.from_bot and any(mark in m.text for mark in known)
        ]

    def place(self, number: int) -> dict[str, Any]:
        """Where an agent answers a ticket; nothing while the agents do not have its card."""
        cards = self.cards(number)
        if not cards:
            return {}
        return {"topic": cards[-1].topic} if self.group.forum else {"reply_to": cards[-1]}


class _Ended:
    """The desk, which is killed at the end if it runs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *error: Any) -> None:
        await self._desk.__aexit__(*error)
