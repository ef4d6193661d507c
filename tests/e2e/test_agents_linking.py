"""How a group becomes the agent chat, who may make it so, and what the bot still needs there."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.playground.stand_in import faults
from tests.e2e.case import Case, shown
from tests.e2e.houses import House
from tests.e2e.rooms import Room, TelegramRoom, add_group, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG_CODE = "This code does not work"


@pytest_asyncio.fixture(loop_scope="module", params=["forum", "max"])
async def room(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """A project whose agents have no chat yet; the group is theirs to be."""
    with house.watched(request.param) as settled:
        yield await settled.another(settled.add_group("Our agents"))


async def unseen(room: Room, text: str) -> Case:
    """A ticket that the agents can't see yet."""
    person = await room.customer()
    case = Case(room, person, person.say(text))
    await room.until(lambda: case.number, what="the confirmation")
    case.id = (await room.get("/v1/helpdesk/tickets"))["tickets"][0]["id"]
    return case


async def test_an_admins_code_links_the_group_and_new_tickets_arrive(room: Room) -> None:
    said = await room.connect()
    assert "agent chat of Acme" in said.text
    case = await room.case("My parcel is lost")
    await case.answered("We found it")


async def test_open_tickets_appear_with_all_that_was_said_in_them(room: Room) -> None:
    case = await unseen(room, "My parcel is lost")
    case.customer.say("It was a gift")
    await case.reads("Added to ticket")
    await case.reply("We look for it")
    await case.reply("He wrote before", internal=True)
    closed = await unseen(room, "An old matter")
    await closed.set("status", status="closed")
    await room.connect()
    await room.until(lambda: case.cards, what="the card")
    await case.tells("He wrote before")
    assert [message.text for message in case.told] == [
        "It was a gift",
        "Acme:\nWe look for it",
        "Internal note · Acme:\nHe wrote before",
    ]
    await case.answered("Here we are")
    assert closed.cards == []


async def test_a_second_link_moves_the_desk_and_the_old_group_is_silent_from_then_on(
    room: Room,
) -> None:
    await room.connect()
    case = await room.case("My parcel is lost")
    await case.answered("We look for it")
    old, new = room.group, add_group(room.inside, "Plain agents")
    new.members[room.bob.id] = room.bob
    place = case.place
    await room.connect(new)
    room.group = new
    await room.until(lambda: case.cards, what="the card")
    told = await case.tells("We look for it")
    assert told.text == "Bob:\nWe look for it"
    before = len(old.messages)
    room.bob.say("Nobody hears this", **place)
    room.bob.say("/ticket", **place)
    await case.answered("From the new group")
    await room.quiet()
    assert not shown(case.customer, "Nobody hears this")
    assert len(old.messages) == before + 2


async def test_a_code_works_once(room: Room) -> None:
    command = await room.run("connect", "--project", room.slug)
    other = room.add_group("Another group")
    for group, expected in ((room.group, "agent chat of Acme"), (other, WRONG_CODE)):
        assert expected in (await room.answer(group.owner.say(command, in_=group))).text


async def test_a_wrong_code_is_refused_in_words(room: Room) -> None:
    said = room.group.owner.say("/connect AAAAAAAAAAAAAAAA", in_=room.group)
    answer = await room.answer(said)
    assert WRONG_CODE in answer.text
    assert answer.reply_to is said


async def test_only_an_admin_can_link_and_the_code_stays_good(room: Room) -> None:
    command = await room.run("connect", "--project", room.slug)
    answer = await room.answer(room.bob.say(command, in_=room.group))
    assert "Only an administrator" in answer.text
    room.group.promote(room.bob)
    answer = await room.answer(room.bob.say(command, in_=room.group))
    assert "agent chat of Acme" in answer.text


@rooms_only("forum")
async def test_an_anonymous_admin_can_link(room: TelegramRoom) -> None:
    command = await room.run("connect", "--project", room.slug)
    room.group.promote(room.bob)
    said = room.bob.say(command, in_=room.group, anonymous=True)
    assert "agent chat of Acme" in (await room.answer(said)).text


async def test_the_agent_chat_of_one_project_is_not_taken_by_another(
    room: Room, house: House
) -> None:
    settled = next(each for each in house.rooms.values() if each.inside is room.inside)
    said = await room.connect(settled.group)
    assert "another project" in said.text
    case = await settled.case()
    await case.answered("Still here")


async def test_the_code_of_a_linked_group_is_no_words_for_a_customer(room: Room) -> None:
    await room.connect()
    case = await room.case()
    command = await room.run("connect", "--project", room.slug)
    room.group.owner.say(command, **case.place)
    await room.until(
        lambda: sum("agent chat of Acme" in m.text for m in room.group.messages) == 2,
        what="the link",
    )
    assert not shown(case.customer, command)


# In MAX a bot without its rights hears of no code; what it lacks it says at the start.
@pytest.mark.parametrize("waiting", [False, True])
@rooms_only("forum")
async def test_linking_says_in_one_message_what_is_missing(room: Room, *, waiting: bool) -> None:
    room.group.set_bot_silently(room.within.few_rights)
    case = await unseen(room, "My parcel is lost") if waiting else None
    said = await room.connect()
    assert "I still have to" in said.text
    assert "manage topics" in said.text
    assert [m for m in room.group.messages if m.from_bot] == [said]
    room.group.set_bot_silently(None)
    if case is not None:
        await room.until(lambda: case.cards, what="the card")


# MAX tells nobody of changed rights.
@rooms_only("forum")
async def test_rights_that_are_taken_away_are_missed_at_once_and_no_ticket_is_lost(
    room: Room,
) -> None:
    await room.connect()
    await room.case()
    room.group.set_bot_rights(room.within.few_rights)
    await room.until(
        lambda: any("manage topics" in m.text for m in room.group.messages), what="the words"
    )
    refused = room.inside.faults.add(
        faults.delay(0), method="createForumTopic", chat_id=room.group.id
    )
    case = await unseen(room, "My parcel is lost")
    await room.until(lambda: refused.struck, what="a refusal")
    room.group.set_bot_rights({"can_manage_topics": True})
    await room.until(lambda: case.cards, what="the card")
