"""What a start sees to in the agents' chat: its rights there, and where it has gone meanwhile."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.playground.max import MaxStandIn, faults
from tests.e2e.acme import SURPRISES
from tests.e2e.case import shown
from tests.e2e.desk import Desk
from tests.e2e.houses import own_room
from tests.e2e.rooms import RoomKind, TelegramRoom
from tests.e2e.vocabulary import Group

MISSING: Mapping[RoomKind, tuple[Any, str]] = {
    "forum": ("member", "manage topics"),
    "plain": ("member", "read all messages"),
    "max": ({"write"}, "reads all messages"),
}
"""The bot's rights in a group, and what it then misses."""


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[TelegramRoom]:
    """A desk of its own, told by AGENT_CHAT of a group that is not yet a supergroup."""
    async with own_room(tmp_path, "plain", group={"supergroup": False}) as room:
        assert isinstance(room, TelegramRoom)
        yield room
        assert [line for line in room.desk.lines if any(sign in line for sign in SURPRISES)] == []


async def test_a_start_with_the_old_id_follows_a_group_that_migrated_before(
    room: TelegramRoom,
) -> None:
    case = await room.case("My parcel is lost")
    room.group = room.group.migrate_to_supergroup()
    case.customer.say("Are you there?")
    await case.tells("Are you there?")
    assert await room.desk.stop() == 0
    await room.desk.start()  # AGENT_CHAT still names the group's old id
    await case.answered("We are")
    other = await room.case("A new one")
    await other.answered("And answered")


async def test_a_group_that_migrated_while_the_desk_was_away_is_followed_at_the_start(
    room: TelegramRoom,
) -> None:
    case = await room.case("My parcel is lost")
    assert await room.desk.stop() == 0
    room.group = room.group.migrate_to_supergroup()
    case.customer.say("Are you there?")
    chatter = room.bob.say("Is this thing on?", in_=room.group)
    await room.desk.start()
    await case.tells("Are you there?")
    await case.answered("We are")
    assert not shown(case.customer, chatter.text)


@pytest.mark.parametrize("kind", ["forum", "plain", "max"])
async def test_a_start_says_in_one_message_what_is_missing(tmp_path: Path, kind: RoomKind) -> None:
    few, words = MISSING[kind]
    async with own_room(
        tmp_path, kind, group={"bot_rights": few}, telegram={"privacy": True}
    ) as room:
        await room.until(lambda: said_in(room.group), "what is missing")
        assert words in said_in(room.group)[0]
        room.group.set_bot_rights(room.within.rights)
        await room.post("/v1/helpdesk/tickets", {"text": "Hello"})
        await room.until(lambda: any(m.keys for m in room.group.messages), "the card")
        assert sum("I still have to" in text for text in said_in(room.group)) == 1


async def test_what_is_missing_is_said_where_max_tells_nothing_of_the_chat(tmp_path: Path) -> None:
    async with MaxStandIn() as messenger:
        messenger.faults.add(faults.reject(404, "not.found"), "getChat", times=None)
        group = messenger.add_group("Agents", bot_rights="member")
        settings = {"max_token": messenger.token, "max_api_url": messenger.url}
        async with Desk(tmp_path, agent_chat=f"max:{group.id}", **settings):
            await messenger.until(lambda: said_in(group), what="what is missing")
            assert "I still have to" in said_in(group)[0]


def said_in(group: Group) -> list[str]:
    return [m.text for m in group.messages if m.from_bot and not m.is_service]
