"""What a start sees to in the agents' chat: its rights there, and where it has gone meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.acme import SURPRISES
from tests.e2e.conftest import settings_for
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.people import shown
from tests.e2e.rooms import Room


@pytest.fixture
async def room(tmp_path: Path, messenger: TelegramStandIn, bob: Person) -> AsyncIterator[Room]:
    """A desk of its own, told by AGENT_CHAT of a group that is not yet a supergroup."""
    group = messenger.add_group("Agents", members=[bob], supergroup=False)
    async with Desk(tmp_path, **settings_for(messenger, group)) as desk:
        yield Room(messenger, desk, group, API_KEY, "main", bob)
        assert [line for line in desk.lines if any(sign in line for sign in SURPRISES)] == []


async def test_a_start_with_the_old_id_follows_a_group_that_migrated_before(room: Room) -> None:
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
    room: Room,
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


@pytest.mark.parametrize("forum", [False, True])
async def test_a_start_says_in_one_message_what_is_missing(
    tmp_path: Path, messenger: TelegramStandIn, *, forum: bool
) -> None:
    messenger.world.privacy = True
    group = messenger.add_group("Agents", forum=forum, bot_rights="member")
    async with Desk(tmp_path, **settings_for(messenger, group)) as desk:
        words = "manage topics" if forum else "read all messages"
        await messenger.until(lambda: said_in(group), what="what is missing")
        assert words in said_in(group)[0]
        group.set_bot_rights({"can_manage_topics": True})
        status, _ = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "Hello"})
        assert status == 201
        await messenger.until(lambda: any(m.keys for m in group.messages), what="the card")
        assert sum("I still have to" in text for text in said_in(group)) == 1


def said_in(group: Group) -> list[str]:
    return [m.text for m in group.messages if m.from_bot and not m.is_service]
