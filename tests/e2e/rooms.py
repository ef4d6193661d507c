"""One desk with two rooms of agents: a forum group and a plain one, each with a project of its own.

Tests of the agents' side share the desk; each brings its own customers and so its own tickets.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from bot.playground.telegram import Group, Message, Person, TelegramStandIn
from storage import agent_chats, api_keys, first_start, projects
from storage.database import Database, Transaction
from storage.model import Channel, Chat
from tests.e2e.acme import SURPRISES, UNLIMITED
from tests.e2e.case import Case
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.people import shown

RoomKind = Literal["forum", "plain"]

TOKEN = "43:AAtestTESTtestTESTtestTESTtestTEST"


class Room:
    """A group of agents, Bob among them, and their project."""

    def __init__(
        self,
        messenger: TelegramStandIn,
        desk: Desk,
        group: Group,
        key: str,
        slug: str,
        bob: Person | None = None,
    ) -> None:
        self.messenger = messenger
        self.desk = desk
        self.group = group
        self.key = key
        self.slug = slug
        self.bob = bob or self.member("Bob", username=f"bob{abs(group.id)}")

    def member(self, name: str, **about: Any) -> Person:
        """One more agent, without a word about it in the group."""
        person = self.messenger.add_person(name, **about)
        self.group.members[person.id] = person
        return person

    async def customer(self, name: str = "Ann", **about: Any) -> Person:
        """Somebody new who opened the website's deeplink and consented."""
        person = self.messenger.add_person(name, **about)
        request = await self.post("/v1/helpdesk/request", {})
        person.follow(request["telegram_link"])
        consent = await self.messenger.until(lambda: shown(person, "Acme"), what="consent")
        person.press(consent, "Subscribe")
        await self.messenger.until(lambda: "Create ticket" in consent.labels, what="the menu")
        return person

    async def case(self, text: str = "Hello", *, customer: Person | None = None) -> Case:
        """A customer's plain message that became a ticket, once the agents have its card."""
        person = customer or await self.customer()
        return await self.opened_by(person, person.say(text))

    async def opened_by(self, person: Person, first: Message) -> Case:
        """The ticket that this message of the customer opened."""
        case = Case(self, person, first)
        await self.messenger.until(lambda: case.number and case.card, what="the card")
        found = await self.get(f"/v1/helpdesk/tickets?number={case.number}")
        case.id = found["tickets"][0]["id"]
        return case

    async def another(self, group: Group) -> "Room":
        """A new project, with a group that is not linked to it yet."""
        slug = f"project-{abs(group.id)}"
        db = await Database.open(self.desk.folder / "deskwire.db")
        await db.write(_add_project, slug, group=None)
        await db.close()
        return Room(self.messenger, self.desk, group, _key_of(slug), slug)

    async def connect(self, group: Group | None = None) -> Message:
        """Link a group, this room's own if not told, as its owner does it; what the bot says."""
        group = group or self.group
        assert isinstance(group.owner, Person)
        command = await self.run("connect", "--project", self.slug)
        return await self.answer(group.owner.say(command, in_=group))

    async def answer(self, said: Message) -> Message:
        """The bot's first message in the group after this one, waited for."""

        def found() -> Message | None:
            later = (m for m in said.chat.messages if m.id > said.id)
            return next((m for m in later if m.from_bot and not m.is_service), None)

        return await self.messenger.until(found, what=f"an answer to {said.text!r}")

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

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The parsed answer of a call with this project's key; it must succeed."""
        status, answer = await self.desk.call(method, path, body, key=self.key)
        assert status < 300, answer
        return answer


class House:
    """The running desk, its messenger, and the two rooms."""

    def __init__(self, messenger: TelegramStandIn, desk: Desk, rooms: dict[RoomKind, Room]) -> None:
        self.messenger = messenger
        self.desk = desk
        self.rooms = rooms

    def mistakes(self, since: int) -> list[str]:
        """What the desk said of mistakes of its own after so many lines."""
        return [line for line in self.desk.lines[since:] if any(s in line for s in SURPRISES)]


@asynccontextmanager
async def house_of_agents(folder: Path) -> AsyncIterator[House]:
    async with TelegramStandIn(token=TOKEN) as messenger:
        forum = messenger.add_group("Agents", forum=True)
        plain = messenger.add_group("Plain agents")
        await _prepare(folder / "deskwire.db", plain)
        settings = {
            "telegram_token": messenger.token,
            "telegram_api_url": messenger.url,
            "telegram_limits": UNLIMITED,
            "agent_chat": f"telegram:{forum.id}",
        }
        async with Desk(folder, **settings) as desk:
            rooms: dict[RoomKind, Room] = {
                "forum": Room(messenger, desk, forum, API_KEY, "main"),
                "plain": Room(messenger, desk, plain, _key_of("plain"), "plain"),
            }
            yield House(messenger, desk, rooms)
        assert messenger.calls.broken_contracts == []


async def _prepare(file: Path, group: Group) -> None:
    """Two projects before the first start: the desk takes the first one for its own."""
    db = await Database.open(file)
    first = first_start.NewProject("Acme", "We mend things.", "main", "en")
    await db.write(first_start.prepare, first, api_key=API_KEY, agent_chat=None)
    await db.write(_add_project, "plain", group)
    await db.close()


def _add_project(tx: Transaction, slug: str, group: Group | None) -> None:
    project = projects.create(tx, slug=slug, name="Acme")
    api_keys.add(tx, project.id, _key_of(slug))
    if group is not None:
        agent_chats.link(tx, project.id, Chat(Channel.TELEGRAM, group.id))


def _key_of(slug: str) -> str:
    return f"a-key-of-the-project-{slug}"
