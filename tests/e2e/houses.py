"""Desks with rooms of agents: one with all of them that many tests share, and those with one.

Each test brings its own customers and so its own tickets.
"""

import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from bot.playground.max import MaxStandIn
from bot.playground.telegram import TelegramStandIn
from storage import first_start
from storage.database import Database
from storage.model import Channel as StoredChannel
from storage.model import Chat
from tests.e2e.acme import SURPRISES
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.messengers import Channel, StandIn, settings_of
from tests.e2e.rooms import ROOMS, Room, RoomKind, TelegramRoom, add_group, add_project, key_of
from tests.e2e.sides import UNLIMITED
from tests.e2e.vocabulary import Group

TOKEN = "43:AAtestTESTtestTESTtestTESTtestTEST"
UNPACED: dict[str, Any] = {"telegram_limits": UNLIMITED, "max_limits": UNLIMITED}
"""What tells a desk that no messenger limits it."""
PUBLIC_URL = "https://desk.example"
SECRET = "only-the-messengers-know"


class House:
    """The running desk and its rooms."""

    def __init__(self, desk: Desk, rooms: Mapping[RoomKind, Room]) -> None:
        self.desk = desk
        self.rooms = rooms

    @contextmanager
    def watched(self, kind: RoomKind) -> Iterator[Room]:
        """A room; the desk must make no mistake of its own meanwhile."""
        room, since = self.rooms[kind], len(self.desk.lines)
        yield room
        said = self.desk.lines[since:]
        sys.stdout.write("\n".join(said))  # shown where the test failed
        for standin in (room.inside, room.outside):
            standin.faults.clear()
        assert [line for line in said if any(sign in line for sign in SURPRISES)] == []


@asynccontextmanager
async def house_of_agents(folder: Path) -> AsyncIterator[House]:
    """By webhooks, as MAX lets itself be asked for updates twice a second only; without limits."""
    async with TelegramStandIn(token=TOKEN) as in_telegram, MaxStandIn() as in_max:
        standins: dict[Channel, StandIn] = {"telegram": in_telegram, "max": in_max}
        groups = {
            kind: add_group(standins[sides.inside], f"Agents ({kind})", forum=sides.forum)
            for kind, sides in ROOMS.items()
        }
        await _prepare(folder / "deskwire.db", groups)
        settings = settings_of(
            *standins.values(),
            **UNPACED,
            updates="webhook",
            public_url=PUBLIC_URL,
            webhook_secret=SECRET,
        )
        desk = Desk(folder, **settings)
        async with AsyncExitStack() as stack:
            stack.push_async_exit(desk)
            await desk.begin()
            for standin in standins.values():
                standin.route_webhook(PUBLIC_URL, desk.url)
            await desk.ready()
            yield House(
                desk,
                {kind: _room(kind, standins, desk, group, kind) for kind, group in groups.items()},
            )
        for standin in standins.values():
            assert standin.calls.broken_contracts == []


@asynccontextmanager
async def own_room(
    folder: Path,
    kind: RoomKind,
    *,
    group: Mapping[str, Any] | None = None,
    telegram: Mapping[str, Any] | None = None,
    max_: Mapping[str, Any] | None = None,
    **settings: object,
) -> AsyncIterator[Room]:
    """A room with a desk of its own that polls; more is told of its group and the stand-ins."""
    sides = ROOMS[kind]
    standins: dict[Channel, StandIn] = {}
    async with AsyncExitStack() as stack:
        for channel in dict.fromkeys([sides.inside, sides.outside]):
            standin = (
                TelegramStandIn(token=TOKEN, **(telegram or {}))
                if channel == "telegram"
                else MaxStandIn(**(max_ or {}))
            )
            standins[channel] = await stack.enter_async_context(standin)
        inside = standins[sides.inside]
        agents = add_group(inside, "Agents", forum=sides.forum, **(group or {}))
        told = settings_of(*standins.values(), agent_chat=f"{sides.inside}:{agents.id}")
        desk = await stack.enter_async_context(Desk(folder, **{**told, **settings}))
        yield _room(kind, standins, desk, agents)
        sys.stdout.write(desk.output)  # shown where the test failed
    for standin in standins.values():
        assert standin.calls.broken_contracts == []


def _room(
    kind: RoomKind,
    standins: Mapping[Channel, StandIn],
    desk: Desk,
    group: Group,
    slug: str = "main",
) -> Room:
    sides = ROOMS[kind]
    room = TelegramRoom if sides.inside == sides.outside == "telegram" else Room
    key = API_KEY if slug == "main" else key_of(slug)
    both = standins[sides.inside], standins[sides.outside]
    return room(both, desk, group, key=key, slug=slug)


async def _prepare(file: Path, groups: Mapping[RoomKind, Group]) -> None:
    """A project for each room before the first start."""
    db = await Database.open(file)
    first = first_start.NewProject("Acme", "We mend things.", "main", "en")
    await db.write(first_start.prepare, first, api_key=API_KEY, agent_chat=None)
    for kind, group in groups.items():
        chat = Chat(StoredChannel(ROOMS[kind].inside), group.id)
        await db.write(add_project, kind, chat)
    await db.close()
