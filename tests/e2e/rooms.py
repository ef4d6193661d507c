"""Rooms of agents, each with a project of its own: the messengers in all their combinations.

The desks behind them are in `houses`.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Self, TypeVar

import pytest
from aiohttp import ClientSession

from bot.playground.telegram import Group as TelegramGroup
from bot.playground.telegram import TelegramStandIn
from storage import agent_chats, api_keys, projects
from storage.database import Database
from storage.model import Chat
from storage.transaction import Transaction
from tests.e2e.case import Case, shown
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.messengers import MANNERS, Channel, Manners, StandIn, channel_of
from tests.e2e.vocabulary import Group, Message, Person

T = TypeVar("T")
RoomKind = Literal["forum", "plain", "max", "mixed", "turned"]


class Sides(NamedTuple):
    """Where the agents of a room are, and where its customers."""

    inside: Channel
    outside: Channel
    forum: bool = False


ROOMS: Mapping[RoomKind, Sides] = {
    "forum": Sides("telegram", "telegram", forum=True),
    "plain": Sides("telegram", "telegram"),
    "max": Sides("max", "max"),
    "mixed": Sides("telegram", "max", forum=True),
    "turned": Sides("max", "telegram"),
}


def rooms_only(*kinds: RoomKind) -> pytest.MarkDecorator:
    """For a promise that means something, or the same, in these rooms only."""
    return pytest.mark.parametrize("room", kinds, indirect=True)


class Room:
    """A group of agents, Bob among them, and their project.

    `inside` is the agents' messenger, `outside` the customers'.
    """

    def __init__(
        self,
        sides: tuple[StandIn, StandIn],
        desk: Desk,
        group: Group,
        *,
        key: str = API_KEY,
        slug: str = "main",
    ) -> None:
        self.inside, self.outside = sides
        self.desk = desk
        self.group = group
        self.key = key
        self.slug = slug
        self.bob = self.member("Bob", username=f"bob{abs(group.id)}")

    @property
    def within(self) -> Manners:
        """The ways of the agents' messenger."""
        return MANNERS[channel_of(self.inside)]

    @property
    def without(self) -> Manners:
        """The ways of the customers' messenger."""
        return MANNERS[channel_of(self.outside)]

    async def until(self, condition: Callable[[], T | None], what: str, seconds: float = 30) -> T:
        """The condition's first true value, asked again at every change in either messenger."""
        sides = dict.fromkeys([self.inside, self.outside])
        waits = [
            asyncio.ensure_future(side.until(condition, what=what, timeout=seconds))
            for side in sides
        ]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until the desk has taken every update in."""
        await self.until(
            lambda: self.inside.updates_pending == self.outside.updates_pending == 0, "quiet"
        )

    def add_group(self, title: str, *, owner: Person | None = None, **about: Any) -> Group:
        """One more group of the sort that the agents sit in."""
        return add_group(self.inside, title, forum=self.group.forum, owner=owner, **about)

    def member(self, name: str, **about: Any) -> Person:
        """One more agent, without a word about it in the group."""
        person = self.inside.add_person(name, **about)
        self.group.members[person.id] = person
        return person

    async def request(self) -> str:
        """The link of a new request of the website."""
        channel = channel_of(self.outside)
        request = await self.post("/v1/helpdesk/request", {})
        return str(request[f"{channel}_link"])

    async def customer(self, name: str = "Ann", **about: Any) -> Person:
        """Somebody new who opened the website's deeplink and consented."""
        person: Person = self.outside.add_person(name, **about)
        person.follow(await self.request())
        consent = await self.until(lambda: shown(person, "Acme"), "consent")
        person.press(consent, "Subscribe")
        await self.until(lambda: "Create ticket" in consent.labels, "the menu")
        return person

    async def case(self, text: str = "Hello", *, customer: Person | None = None) -> Case:
        """A customer's plain message that became a ticket, once the agents have its card."""
        person = customer or await self.customer()
        return await self.opened_by(person, person.say(text))

    async def opened_by(self, person: Person, first: Message) -> Case:
        """The ticket that this message of the customer opened."""
        case = Case(self, person, first)
        await self.until(lambda: case.number and case.card, "the card")
        found = await self.get(f"/v1/helpdesk/tickets?number={case.number}")
        case.id = found["tickets"][0]["id"]
        return case

    async def another(self, group: Group) -> Self:
        """A new project, with a group that is not linked to it yet."""
        slug = f"project-{abs(group.id)}"
        db = await Database.open(self.desk.folder / "deskwire.db")
        await db.write(add_project, slug, chat=None)
        await db.close()
        sides = self.inside, self.outside
        return type(self)(sides, self.desk, group, key=key_of(slug), slug=slug)

    async def connect(self, group: Group | None = None) -> Message:
        """Link a group, this room's own if not told, as its owner does it; what the bot says."""
        group = group or self.group
        command = await self.run("connect", "--project", self.slug)
        return await self.answer(group.owner.say(command, in_=group))

    async def answer(self, said: Message) -> Message:
        """The bot's first message in the group after this one, waited for."""

        def found() -> Message | None:
            later = (m for m in said.chat.messages if m.id > said.id)
            return next((m for m in later if m.from_bot and not m.is_service), None)

        return await self.until(found, f"an answer to {said.text!r}")

    async def run(self, *arguments: str) -> str:
        """A sub-command that must succeed; the last line that it prints."""
        code, output = await self.desk.command(*arguments)
        assert code == 0, output
        return output.strip().splitlines()[-1]

    async def post(self, path: str, body: object) -> Any:
        return await self.call("POST", path, body)

    async def patch(self, path: str, body: object) -> Any:
        return await self.call("PATCH", path, body)

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def file(self, attachment_id: str) -> bytes:
        """An attachment's bytes, as the REST API gives them out."""
        url = f"{self.desk.url}/v1/helpdesk/attachments/{attachment_id}"
        headers = {"Authorization": f"Bearer {self.key}"}
        async with ClientSession(headers=headers) as http, http.get(url) as answer:
            assert answer.status == 200
            return await answer.read()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer of a call with this project's key; it must succeed."""
        status, answer = await self.desk.call(method, path, body, key=self.key)
        assert status < 300, answer
        return answer


class TelegramRoom(Room):
    """One whose agents and customers are in Telegram: for promises that mean nothing elsewhere."""

    inside: TelegramStandIn
    outside: TelegramStandIn
    group: TelegramGroup
    bob: Any

    @property
    def messenger(self) -> TelegramStandIn:
        return self.inside


def add_group(standin: StandIn, title: str, *, forum: bool = False, **about: Any) -> Group:
    """A group where the bot may do all that it needs."""
    if isinstance(standin, TelegramStandIn):
        return standin.add_group(title, forum=forum, **about)
    return standin.add_group(title, **about)


def add_project(tx: Transaction, slug: str, chat: Chat | None) -> None:
    project = projects.create(tx, slug=slug, name="Acme")
    api_keys.add(tx, project.id, key_of(slug))
    if chat is not None:
        agent_chats.link(tx, project.id, chat)


def key_of(slug: str) -> str:
    return f"a-key-of-the-project-{slug}"
