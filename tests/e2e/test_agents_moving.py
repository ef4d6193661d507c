"""A group that becomes a supergroup is followed, at once and by all that waits for it."""

import pytest
import pytest_asyncio

from bot.playground.telegram import Group
from tests.e2e.case import Case
from tests.e2e.rooms import TelegramRoom

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def room(forum_room: TelegramRoom) -> TelegramRoom:
    """Agents in a plain group as people make one: not yet a supergroup."""
    room = await forum_room.another(forum_room.messenger.add_group("Ours", supergroup=False))
    await room.connect()
    return room


async def answered_in(room: TelegramRoom, group: Group, case: Case, text: str) -> None:
    room.group = group
    await room.until(lambda: case.cards, what="the card in the new group")
    await case.answered(text)


@pytest.mark.parametrize("forum", [False, True])
async def test_a_migrated_group_is_followed_at_once(room: TelegramRoom, *, forum: bool) -> None:
    case = await room.case("My parcel is lost")
    await case.answered("In the old group")
    new = room.group.migrate_to_supergroup(forum=forum)
    case.customer.say("Are you there?")
    await answered_in(room, new, case, "In the new group")
    await case.tells("Are you there?")
    assert "My parcel is lost" in case.card.text
    case.customer.edit(case.first, "My parcel is found")
    await case.card_says("My parcel is found")
    other = await room.case("A new one")
    assert (other.topic is not None) is forum
    await other.answered("And answered")


async def test_an_edit_of_what_was_said_before_the_move_is_seen_with_its_original(
    room: TelegramRoom,
) -> None:
    case = await room.case("My parcel is lost")
    said = case.customer.say("Order 17")
    await case.tells("Order 17")
    room.group = room.group.migrate_to_supergroup()
    case.customer.edit(said, "Order 18")
    assert (await case.tells("Order 18")).text.startswith("Order 17")


async def test_what_waits_while_a_group_migrates_arrives_in_the_new_one_in_order(
    room: TelegramRoom,
) -> None:
    case = await room.case("My parcel is lost")
    room.messenger.hold()
    case.answer("From the old group")
    for number in range(4):
        case.customer.say(f"line {number}.")
    new = room.group.migrate_to_supergroup()
    room.messenger.release()
    await case.reads("From the old group")
    room.group = new
    await case.tells("line 3.")
    assert [m.text for m in case.told] == [f"line {number}." for number in range(4)]
    await case.answered("In the new group")


async def test_a_move_that_only_refusals_tell_of_is_followed_by_all_that_waits(
    room: TelegramRoom,
) -> None:
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


async def test_no_mark_of_an_answer_lands_on_another_message_of_the_new_group(
    room: TelegramRoom,
) -> None:
    case = await room.case("My parcel is lost")
    room.messenger.hold()
    answer = case.answer("From the old group")
    new = room.group.migrate_to_supergroup()
    while new.last_id < answer.id:  # ids of a supergroup begin anew
        room.bob.say("Chatter", in_=new)
    room.messenger.release()
    await case.reads("From the old group")
    case.customer.say("Thank you")
    await answered_in(room, new, case, "In the new group")
    assert [m.text for m in new.messages if m.reactions] == ["In the new group"]


async def test_a_linked_group_that_becomes_a_forum_gets_topics_from_then_on(
    room: TelegramRoom,
) -> None:
    room.group = room.group.migrate_to_supergroup()
    before = await room.case("Before")
    room.group.set_forum(True)
    after = await room.case("After")
    assert after.topic is not None
    assert after.card.topic is after.topic
    before.customer.say("And me?")
    await room.until(
        lambda: next((m for m in room.group.messages if "And me?" in m.text), None),
        what="the message",
    )
