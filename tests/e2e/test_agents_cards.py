"""A ticket's place in the agents' chat: its topic, its card, and the card's buttons."""

import pytest

from bot.playground.telegram import Topic
from tests.e2e.houses import House
from tests.e2e.messengers import MARK, albums_in, show_the_buttons_of, whole
from tests.e2e.people import ours
from tests.e2e.rooms import Room, RoomKind, TelegramRoom, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = "This button does not work here"
MAKE_MESSAGES = ("sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup")


def topic_made_for(room: TelegramRoom, words: str) -> Topic | None:
    return next((topic for topic in room.group.topics.values() if words in topic.name), None)


def made_in(room: Room) -> int:
    """How many messages the bot made in the group, without the marks of delivery."""
    made = room.inside.calls.of(*MAKE_MESSAGES, chat_id=room.group.id)
    return sum(call.params.get("text") != MARK for call in made)


async def test_a_topic_is_named_by_number_subject_and_customer_from_its_first_character(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case("My parcel is lost\nIt was a gift")
    assert case.topic is not None
    assert case.topic.name == f"#{case.number} My parcel is lost · Ann"
    assert topic_made_for(forum_room, f"#{case.number} ") is case.topic


async def test_the_first_message_of_a_topic_is_the_card(forum_room: TelegramRoom) -> None:
    case = await forum_room.case("My parcel is lost")
    assert case.topic is not None
    assert ours(case.topic.messages) == [case.card]


async def test_a_new_ticket_costs_the_chat_one_message_that_carries_the_customers_text(
    room: Room,
) -> None:
    person = await room.customer()
    before = made_in(room)
    case = await room.case("My parcel is lost\nIt was a gift", customer=person)
    await case.reads(f"#{case.number}")
    await case.answered("We look for it")
    assert made_in(room) == before + 1
    assert "My parcel is lost\nIt was a gift" in case.card.text


async def test_a_card_tells_everything_that_is_known_of_the_ticket(room: Room) -> None:
    kind = await room.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})
    body = {
        "text": "Where is it?",
        "subject": "Parcel 17",
        "first_name": "Zoë",
        "username": "zoe_z",
        "ticket_type_id": kind["id"],
        "priority": "high",
        "context": {"page": "/orders/17", "order": "A<17>"},
    }
    ticket = await room.post("/v1/helpdesk/tickets", body)
    mark = f"#{ticket['ticket_number']} Parcel 17"
    card = await room.until(
        lambda: next((m for m in room.group.messages if m.keys and mark in m.text), None),
        what="the card",
    )
    for words in (
        "Zoë (@zoe_z)",
        "website",
        "Type: Delivery",
        "Status: new",
        "Priority: high",
        "Assignee: nobody",
        "page: /orders/17",
        "order: A<17>",
        "Where is it?",
    ):
        assert words in card.text
    assert card.labels == ["Take", "Close", "Priority"]
    await room.call("DELETE", f"/v1/helpdesk/ticket-types/{kind['id']}")


async def test_the_card_of_a_messengers_customer_names_the_messenger(room: Room) -> None:
    customer = await room.customer("Ann", username="ann_a")
    case = await room.case(customer=customer)
    assert f"Ann (@ann_a) · {room.without.title}" in case.card.text


async def test_take_assigns_the_ticket_to_who_pressed_and_the_card_shows_it_in_place(
    room: Room,
) -> None:
    case = await room.case()
    card = case.card
    press = await room.bob.press(card, "Take").answered()
    assert press.text
    await case.card_says("Assignee: Bob")
    assert "Status: in progress" in card.text
    assert case.cards == [card]
    details = await case.details()
    assert (details["status"], details["assigned_name"]) == ("in_progress", "Bob")


async def test_close_and_reopen_change_the_ticket_and_the_card_in_place(room: Room) -> None:
    case = await room.case()
    card = case.card
    await room.bob.press(card, "Close").answered()
    await case.card_says("Status: closed")
    assert card.labels == ["Take", "Reopen", "Priority"]
    await case.reads("is closed")
    assert (await case.details())["status"] == "closed"
    await room.bob.press(card, "Reopen").answered()
    await case.card_says("Status: new")
    assert card.labels == ["Take", "Close", "Priority"]
    assert (await case.details())["status"] == "new"
    assert case.cards == [card]


async def test_a_taken_ticket_reopens_in_progress(room: Room) -> None:
    case = await room.case()
    for label in ("Take", "Close", "Reopen"):
        await room.bob.press(case.card, label).answered()
        await room.quiet()
        await case.card_says({"Close": "Status: closed"}.get(label, "Status: in progress"))
    assert (await case.details())["assigned_name"] == "Bob"


async def test_priority_offers_the_four_and_the_card_shows_the_chosen_one(room: Room) -> None:
    case = await room.case()
    card = case.card
    await room.bob.press(card, "Priority").answered()
    await room.until(lambda: "Urgent" in card.labels, what="the four")
    assert card.labels == ["Low", "● Normal", "High", "Urgent", "Back"]
    await room.bob.press(card, "Urgent").answered()
    await case.card_says("Priority: urgent")
    await room.until(lambda: "Take" in card.labels, what="the card's own buttons")
    assert (await case.details())["priority"] == "urgent"


async def test_back_leaves_the_priority_as_it_was(room: Room) -> None:
    case = await room.case()
    card = case.card
    await room.bob.press(card, "Priority").answered()
    await room.until(lambda: "Back" in card.labels, what="the four")
    await room.bob.press(card, "Back").answered()
    await room.until(lambda: "Take" in card.labels, what="the card's own buttons")
    assert (await case.details())["priority"] == "normal"


async def test_changes_by_the_api_show_on_the_card_in_place(room: Room) -> None:
    case = await room.case()
    card = case.card
    await case.answered("Hello")
    bob = (await case.details())["assigned_to"]
    await case.set("assign", user_id=None)
    await case.card_says("Assignee: nobody")
    await case.set("assign", user_id=bob)
    await case.card_says("Assignee: Bob")
    await case.set("priority", priority="low")
    await case.card_says("Priority: low")
    await case.set("status", status="closed")
    await case.card_says("Status: closed")
    await case.set("status", status="open")
    await case.card_says("Status: new")
    assert case.cards == [card]


async def test_every_member_may_press_and_who_left_the_group_may_not(room: Room) -> None:
    case = await room.case()
    carol = room.member("Carol")
    await carol.press(case.card, "Take").answered()
    await case.card_says("Assignee: Carol")
    room.group.remove(carol)
    await room.quiet()
    refused = await carol.press(case.card, "Close").answered()
    assert REFUSED in refused.text
    assert (await case.details())["status"] == "in_progress"


async def test_a_press_acts_even_where_its_card_is_old_and_nobody_waits_any_more(
    room: Room,
) -> None:
    case = await room.case()
    hidden = room.within.half_told_press
    press = room.bob.press(case.card, "Take", **hidden)
    press.expire()
    await case.card_says("Assignee: Bob")
    await room.bob.press(case.card, "Priority", **hidden).answered()
    await room.bob.press(case.card, "Close", **hidden).answered()
    await case.card_says("Status: closed")


@pytest.mark.parametrize(
    ("room", "elsewhere"), [("forum", "plain"), ("max", "turned")], indirect=["room"]
)
async def test_a_button_of_another_projects_card_does_nothing(
    room: Room, house: House, elsewhere: RoomKind
) -> None:
    case = await room.case()
    other = await house.rooms[elsewhere].case()
    show_the_buttons_of(case.card, on=other.card)
    press = await other.room.bob.press(other.card, "Close").answered()
    assert REFUSED in press.text
    assert (await case.details())["status"] == "new"
    assert (await other.details())["status"] == "new"


@rooms_only("plain", "max")
async def test_without_topics_everything_of_a_ticket_is_a_reply_to_its_card(room: Room) -> None:
    case = await room.case()
    case.customer.say("And one more thing")
    assert (await case.tells("one more thing")).reply_to is case.card
    case.customer.send_photo(b"photo", "Look")
    assert (await case.tells("Look")).reply_to is case.card
    await case.reply("From the back-end")
    assert (await case.tells("From the back-end")).reply_to is case.card
    await room.bob.press(case.card, "Close").answered()
    closed = await case.reads("is closed")
    case.customer.press(closed, "5")
    assert (await case.tells("5 of 5")).reply_to is case.card


async def test_a_first_photo_follows_its_card_and_its_caption_is_on_the_card(room: Room) -> None:
    person = await room.customer()
    case = await room.opened_by(person, person.send_photo(b"photo", "It looks like this"))
    photo = await room.until(
        lambda: next((m for m in case.told if m.kind == "photo"), None), what="the photo"
    )
    assert "It looks like this" in case.card.text
    assert photo.text == ""
    if room.group.forum:
        assert photo.topic is case.topic
    else:
        assert photo.reply_to is case.card


async def test_a_first_album_follows_its_card_as_one_album(room: Room) -> None:
    person = await room.customer()
    first = person.send_album([b"1", b"2", b"3"], "Three views")[0]
    case = await room.opened_by(person, first)
    (album,) = await room.until(lambda: whole(albums_in(case.told), 3), "the album")
    assert "Three views" in case.card.text
    assert (album.files, album.text) == ([b"1", b"2", b"3"], "")
