"""A group that becomes a supergroup is followed, at once, while messages wait, and at a start."""

from pathlib import Path

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.acme import SURPRISES
from tests.e2e.case import Case
from tests.e2e.conftest import settings_for
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.people import shown
from tests.e2e.rooms import Room


@pytest.fixture
def group(messenger: TelegramStandIn, bob: Person) -> Group:
    """A plain group as people make one: not yet a supergroup."""
    return messenger.add_group("Agents", members=[bob], supergroup=False)


@pytest.fixture
def desk(tmp_path: Path, messenger: TelegramStandIn, group: Group) -> Desk:
    """Not started yet."""
    return Desk(tmp_path, **settings_for(messenger, group))


@pytest.fixture
def room(messenger: TelegramStandIn, desk: Desk, group: Group, bob: Person) -> Room:
    return Room(messenger, desk, group, API_KEY, "main", bob)


async def answered_in(room: Room, group: Group, case: Case, text: str) -> None:
    room.group = group
    await room.messenger.until(lambda: case.cards, what="the card in the new group")
    await case.answered(text)


@pytest.mark.parametrize("forum", [False, True])
async def test_a_migrated_group_is_followed_at_once(desk: Desk, room: Room, *, forum: bool) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        await case.answered("In the old group")
        new = room.group.migrate_to_supergroup(forum=forum)
        said = case.customer.say("Are you there?")
        await answered_in(room, new, case, "In the new group")
        assert (await case.tells("Are you there?")).text == said.text
        assert "My parcel is lost" in case.card.text
        case.customer.edit(case.first, "My parcel is found")
        await case.card_says("My parcel is found")
        other = await room.case("A new one")
        assert (other.topic is not None) is forum
        await other.answered("And answered")
        assert mistakes(desk) == []


async def test_an_edit_of_what_was_said_before_the_move_is_seen_in_the_new_group(
    desk: Desk, room: Room
) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        said = case.customer.say("Order 17")
        await case.tells("Order 17")
        room.group = room.group.migrate_to_supergroup()
        case.customer.edit(said, "Order 18")
        told = await case.tells("Order 18")
        assert told.text.startswith("Order 17")


async def test_what_waits_while_a_group_migrates_arrives_in_the_new_one_in_order(
    desk: Desk, room: Room, bob: Person
) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        room.messenger.hold()
        bob.say("From the old group", **case.place)
        for number in range(4):
            case.customer.say(f"line {number}.")
        new = room.group.migrate_to_supergroup()
        room.messenger.release()
        await case.reads("From the old group")
        room.group = new
        await case.tells("line 3.")
        assert [m.text for m in case.told] == [f"line {number}." for number in range(4)]
        await case.answered("In the new group")
        assert mistakes(desk) == []


async def test_a_move_that_only_refusals_tell_of_is_followed_by_all_that_waits(
    desk: Desk, room: Room
) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        old = room.group
        old.bot_status, status = "left", old.bot_status  # so that the move is not told
        new = old.migrate_to_supergroup()
        old.bot_status = new.bot_status = status
        for number in range(3):
            case.customer.say(f"line {number}.")
        room.group = new
        await case.tells("line 2.")
        assert [m.text for m in case.told] == [f"line {number}." for number in range(3)]
        await case.answered("In the new group")


async def test_a_start_with_the_old_id_follows_a_group_that_migrated_before(
    desk: Desk, room: Room
) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        new = room.group.migrate_to_supergroup()
        case.customer.say("Are you there?")
        await answered_in(room, new, case, "Before the restart")
        assert await desk.stop() == 0
        await desk.start()  # AGENT_CHAT still names the group's old id
        await case.answered("After the restart")
        other = await room.case("A new one")
        await other.answered("And answered")
        assert mistakes(desk) == []


async def test_a_group_that_migrated_while_the_desk_was_away_is_followed_at_the_start(
    desk: Desk, room: Room, bob: Person
) -> None:
    async with desk:
        case = await room.case("My parcel is lost")
        assert await desk.stop() == 0
        new = room.group.migrate_to_supergroup()
        case.customer.say("Are you there?")
        chatter = bob.say("Is this thing on?", in_=new)
        await desk.start()
        await answered_in(room, new, case, "In the new group")
        assert not shown(case.customer, chatter.text)
        assert mistakes(desk) == []


@pytest.mark.parametrize("forum", [False, True])
async def test_a_start_says_in_one_message_what_is_missing(
    tmp_path: Path, messenger: TelegramStandIn, *, forum: bool
) -> None:
    messenger.world.privacy = True
    group = messenger.add_group("Agents", forum=forum, bot_rights="member")
    async with Desk(tmp_path, **settings_for(messenger, group)) as desk:
        await messenger.until(lambda: group.messages, what="what is missing")
        status, _ = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "Hello"})
        assert status == 201
        group.set_bot_rights({"can_manage_topics": True})
        await messenger.until(lambda: any(m.keys for m in group.messages), what="the card")
        (said, *others) = [m for m in group.messages if m.from_bot and not m.is_service]
        assert ("manage topics" if forum else "read all messages") in said.text
        assert [m for m in others if "I still have to" in m.text] == []


def mistakes(desk: Desk) -> list[str]:
    return [line for line in desk.lines if any(sign in line for sign in SURPRISES)]
