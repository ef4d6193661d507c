"""What agents break is mended at the next message, which is then sent again: topics and cards."""

import pytest

from bot.playground.telegram import Group, faults
from tests.e2e.case import Case, shown
from tests.e2e.people import ours, texts
from tests.e2e.rooms import Room, TelegramRoom, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")


def topics_of(case: Case) -> int:
    """How many topics the ticket has had."""
    start, group = f"#{case.number} ", case.room.group
    topics = group.topics.values() if isinstance(group, Group) else ()
    return sum(topic.name.startswith(start) for topic in topics)


def delete_topic(case: Case) -> None:
    assert isinstance(case.room.group, Group)
    assert case.topic is not None
    case.room.group.delete_topic(case.topic)


async def test_a_topic_deleted_before_the_first_answer_is_made_anew_with_its_card(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case("My parcel is lost")
    delete_topic(case)
    case.customer.say("Are you there?")
    told = await case.tells("Are you there?")
    assert case.topic is not None
    assert case.topic.name == f"#{case.number} My parcel is lost · Ann"
    assert ours(case.topic.messages) == [case.card, told]
    assert "My parcel is lost" in case.card.text
    await case.answered("We are")
    assert topics_of(case) == 2


async def test_a_topic_deleted_in_the_middle_is_made_anew_and_later_messages_follow_it(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    case.customer.say("Before")
    await case.tells("Before")
    await case.answered("An answer")
    delete_topic(case)
    for number in range(3):
        case.customer.say(f"after {number}.")
        await case.tells(f"after {number}.")
    assert case.topic is not None
    assert texts(case.topic.messages)[1:] == ["after 0.", "after 1.", "after 2."]
    assert "Status: in progress" in case.card.text
    await case.answered("Another answer")
    assert topics_of(case) == 2


async def test_several_messages_that_wait_for_a_deleted_topic_all_arrive_once_and_in_order(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    forum_room.messenger.hold()
    for number in range(5):
        case.customer.say(f"line {number}.")
    case.customer.send_photo(b"photo", "line 5.")
    case.customer.say("line 6.")
    delete_topic(case)
    forum_room.messenger.release()
    await case.tells("line 6.")
    assert case.topic is not None
    assert texts(case.topic.messages)[1:] == [f"line {number}." for number in range(7)]
    assert topics_of(case) == 2


async def test_a_topic_deleted_with_a_long_first_message_is_made_anew_with_all_of_it(
    forum_room: TelegramRoom,
) -> None:
    long = "\n".join(f"line number {number}." for number in range(240))
    case = await forum_room.case(long)
    delete_topic(case)
    case.customer.say("And?")
    await case.tells("And?")
    assert case.topic is not None
    whole = "\n".join(texts(case.topic.messages))
    assert all(line in whole for line in long.splitlines())
    assert topics_of(case) == 2


@pytest.mark.parametrize("kind", ["reply", "edit", "note"])
async def test_whatever_comes_next_makes_a_deleted_topic_anew(
    forum_room: TelegramRoom, kind: str
) -> None:
    case = await forum_room.case()
    said = case.customer.say("Order 17")
    await case.tells("Order 17")
    delete_topic(case)
    if kind == "reply":
        await case.reply("the news")
    elif kind == "edit":
        case.customer.edit(said, "the news")
    else:
        await case.reply("the news", internal=True)
    told = await case.tells("the news")
    assert case.topic is not None
    assert ours(case.topic.messages) == [case.card, told]
    if kind == "edit":
        assert told.text.startswith("Order 17")


async def test_a_card_made_anew_shows_an_edited_first_message(forum_room: TelegramRoom) -> None:
    case = await forum_room.case("Order 17")
    case.customer.edit(case.first, "Order 18")
    await case.card_says("Order 18")
    delete_topic(case)
    case.customer.say("And?")
    await case.tells("And?")
    await case.card_says("Order 18")
    assert "Order 17\n" in case.card.text


async def test_a_deleted_topic_is_not_missed_before_there_is_something_to_say(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    await case.answered("Good day")
    delete_topic(case)
    await case.set("priority", priority="high")
    other = await forum_room.case()
    await other.answered("Good day")
    assert topics_of(case) == 1
    case.customer.say("And?")
    await case.tells("And?")
    assert "Priority: high" in case.card.text


async def test_a_closed_topic_is_opened_again_for_the_next_message(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    topic = case.topic
    assert topic is not None
    forum_room.group.close_topic(topic)
    case.customer.say("Are you there?")
    await case.tells("Are you there?")
    assert (topic.closed, topics_of(case)) == (False, 1)
    assert sum("Are you there?" in text for text in texts(topic.messages)) == 1


async def test_a_topic_that_somebody_opened_meanwhile_needs_no_mending(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    assert case.topic is not None
    closed = faults.reject(400, "Bad Request: TOPIC_CLOSED")
    forum_room.messenger.faults.add(
        closed, method="sendMessage", when=lambda _, call: "now?" in call["text"]
    )
    case.customer.say("Are you there now?")
    await case.tells("Are you there now?")
    assert topics_of(case) == 1


async def test_a_topic_that_is_closed_and_then_deleted_is_made_anew(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    closed = faults.reject(400, "Bad Request: TOPIC_CLOSED")
    forum_room.messenger.faults.add(
        closed, method="sendMessage", when=lambda _, call: "now?" in call["text"]
    )
    delete_topic(case)
    case.customer.say("Are you there now?")
    await case.tells("Are you there now?")
    assert topics_of(case) == 2


async def test_a_deleted_card_is_made_anew_at_the_next_message(room: Room) -> None:
    case = await room.case("My parcel is lost")
    room.bob.delete(case.card)
    await case.set("priority", priority="high")
    case.customer.say("Are you there?")
    await room.until(lambda: case.cards, what="the card")
    told = await case.tells("Are you there?")
    assert "Priority: high" in case.card.text
    assert "My parcel is lost" in case.card.text
    if not room.group.forum:
        assert told.reply_to is case.card
    await case.answered("We are")
    assert topics_of(case) == (1 if room.group.forum else 0)


@rooms_only("plain", "max")
async def test_without_topics_no_message_stands_without_the_card_that_tells_its_ticket(
    room: Room,
) -> None:
    case = await room.case("My parcel is lost")
    room.bob.delete(case.card)
    case.customer.say("Are you there?")
    await room.until(lambda: case.cards, what="the card")
    told = await case.tells("Are you there?")
    assert told.reply_to is case.card
    await case.answered("We are")
    assert case.told == [told]


async def test_a_chat_whose_topics_were_turned_off_goes_on_with_replies_and_back(
    forum_room: TelegramRoom,
) -> None:
    group = forum_room.messenger.add_group("Switching", forum=True)
    room = await forum_room.another(group)
    await room.connect()
    first = await room.case("In a topic")
    assert first.topic is not None
    group.set_forum(False)
    second = await room.case("Without a topic")
    assert second.card.topic is None
    second.customer.say("More of it")
    assert (await second.tells("More of it")).reply_to is second.card
    group.set_forum(True)
    third = await room.case("In a topic again")
    assert third.topic is not None
    assert third.card.topic is third.topic


@rooms_only("forum", "plain")
async def test_formatting_that_the_messenger_rejects_is_sent_as_plain_text(
    room: TelegramRoom,
) -> None:
    case = await room.case()
    rejected = faults.reject(400, "Bad Request: can't parse entities: no way")
    rule = room.messenger.faults.add(
        rejected, method="sendMessage", when=lambda _, call: call.get("parse_mode") == "HTML"
    )
    case.answer("bold", entities=[{"type": "bold", "offset": 0, "length": 4}])
    await case.reads("bold")
    assert rule.struck == 1
    assert shown(case.customer, "<b>") is None
