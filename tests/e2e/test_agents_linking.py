"""How a group becomes the agent chat, who may make it so, and what the bot still needs there."""

import pytest
import pytest_asyncio

from bot.playground.telegram import Person, faults
from tests.e2e.case import Case
from tests.e2e.people import shown
from tests.e2e.rooms import Room

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_TOPICS = {"can_pin_messages": True}
WRONG_CODE = "This code does not work"


@pytest_asyncio.fixture(loop_scope="module")
async def room(forum_room: Room) -> Room:
    """A project whose agents have no chat yet; the group is theirs to be."""
    return await forum_room.another(forum_room.messenger.add_group("Our agents", forum=True))


async def unseen(room: Room, text: str) -> Case:
    """A ticket that the agents can't see yet."""
    person = await room.customer()
    case = Case(room, person, person.say(text))
    await room.messenger.until(lambda: case.number, what="the confirmation")
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
    await room.messenger.until(lambda: case.cards, what="the card")
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
    old, new = room.group, room.messenger.add_group("Plain agents")
    new.members[room.bob.id] = room.bob
    topic = case.topic
    await room.connect(new)
    room.group = new
    await room.messenger.until(lambda: case.cards, what="the card")
    told = await case.tells("We look for it")
    assert told.text == "Bob:\nWe look for it"
    before = len(old.messages)
    room.bob.say("Nobody hears this", topic=topic)
    room.bob.say("/ticket", topic=topic)
    await case.answered("From the new group")
    await room.messenger.until(lambda: room.messenger.updates_pending == 0, what="quiet")
    assert not shown(case.customer, "Nobody hears this")
    assert len(old.messages) == before + 2


async def test_a_code_works_once(room: Room) -> None:
    command = await room.run("connect", "--project", room.slug)
    other = room.messenger.add_group("Another group")
    for group, expected in ((room.group, "agent chat of Acme"), (other, WRONG_CODE)):
        assert isinstance(group.owner, Person)
        assert expected in (await room.answer(group.owner.say(command, in_=group))).text


async def test_a_wrong_code_is_refused_in_words(room: Room) -> None:
    assert isinstance(room.group.owner, Person)
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


async def test_an_anonymous_admin_can_link(room: Room) -> None:
    command = await room.run("connect", "--project", room.slug)
    room.group.promote(room.bob)
    said = room.bob.say(command, in_=room.group, anonymous=True)
    assert "agent chat of Acme" in (await room.answer(said)).text


async def test_the_agent_chat_of_one_project_is_not_taken_by_another(
    room: Room, forum_room: Room
) -> None:
    said = await room.connect(forum_room.group)
    assert "another project" in said.text
    case = await forum_room.case()
    await case.answered("Still here")


async def test_the_code_of_a_linked_group_is_no_words_for_a_customer(room: Room) -> None:
    await room.connect()
    case = await room.case()
    command = await room.run("connect", "--project", room.slug)
    assert isinstance(room.group.owner, Person)
    room.group.owner.say(command, **case.place)
    await room.messenger.until(
        lambda: sum("agent chat of Acme" in m.text for m in room.group.messages) == 2,
        what="the link",
    )
    assert not shown(case.customer, command)


@pytest.mark.parametrize("waiting", [False, True])
async def test_linking_says_in_one_message_what_is_missing(room: Room, *, waiting: bool) -> None:
    room.group.set_bot_silently(NO_TOPICS)
    case = await unseen(room, "My parcel is lost") if waiting else None
    said = await room.connect()
    assert "I still have to" in said.text
    assert "manage topics" in said.text
    assert [m for m in room.group.messages if m.from_bot] == [said]
    room.group.set_bot_silently(None)
    if case is not None:
        await room.messenger.until(lambda: case.cards, what="the card")


async def test_rights_that_are_taken_away_are_missed_at_once_and_no_ticket_is_lost(
    room: Room,
) -> None:
    await room.connect()
    await room.case()
    room.group.set_bot_rights(NO_TOPICS)
    await room.messenger.until(
        lambda: any("manage topics" in m.text for m in room.group.messages), what="the words"
    )
    refused = room.messenger.faults.add(
        faults.delay(0), method="createForumTopic", chat_id=room.group.id
    )
    case = await unseen(room, "My parcel is lost")
    await room.messenger.until(lambda: refused.struck, what="a refusal")
    room.group.set_bot_rights({"can_manage_topics": True})
    await room.messenger.until(lambda: case.cards, what="the card")
