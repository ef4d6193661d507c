"""How agents answer: where they write, what the customer reads, who is then responsible."""

from typing import Any

import pytest

from tests.e2e.case import shown
from tests.e2e.messengers import Manners
from tests.e2e.rooms import Room, TelegramRoom, rooms_only
from tests.e2e.vocabulary import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answer_names_the_ticket_and_the_agents_first_name(room: Room) -> None:
    case = await room.case()
    dora = room.member("Dora", last_name="Smith")
    case.answer("We found it", by=dora)
    received = await case.reads("We found it")
    assert received.text == f"#{case.number} · Dora:\nWe found it"


async def test_the_first_answer_assigns_the_ticket_and_a_second_agents_answer_does_not(
    room: Room,
) -> None:
    case = await room.case()
    await case.answered("First", by=room.bob)
    await case.card_says("Assignee: Bob")
    await case.answered("Second", by=room.member("Carol"))
    details = await case.details()
    assert (details["assigned_name"], details["status"]) == ("Bob", "waiting")
    assert [message["author_name"] for message in details["messages"]] == ["Ann", "Bob", "Carol"]
    assert details["first_reply_at"] is not None


async def test_any_message_in_a_topic_is_an_answer(forum_room: TelegramRoom) -> None:
    case = await forum_room.case()
    case.customer.say("One more thing")
    copy = await case.tells("One more thing")
    for number, answered in enumerate([None, case.card, copy]):
        forum_room.bob.say(f"answer {number}.", topic=case.topic, reply_to=answered)
        await case.reads(f"answer {number}.")


async def test_a_reply_in_the_general_topic_to_a_message_of_a_ticket_is_an_answer(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    card = case.card.to_api()
    reply = {
        "message_id": 900_001,
        "date": card["date"],
        "chat": card["chat"],
        "from": forum_room.bob.to_api(),
        "text": "From the general topic",
        "external_reply": {
            "origin": {"type": "user", "date": card["date"], "sender_user": card["from"]},
            "chat": card["chat"],
            "message_id": card["message_id"],
        },
    }
    forum_room.messenger.inject({"message": reply})
    await case.reads("From the general topic")


async def test_a_reply_to_what_a_customer_said_is_one_at_the_customers_too(room: Room) -> None:
    case = await room.case()
    said = case.customer.say("One more thing")
    told = await case.tells("One more thing")
    where = {} if case.topic is None else {"topic": case.topic}
    room.bob.say("About this.", reply_to=told, **where)
    assert (await case.reads("About this.")).reply_to is said
    first = case.answer("About the ticket.")
    assert (await case.reads("About the ticket.")).reply_to is None
    room.bob.say("About my words.", reply_to=first, **where)
    assert (await case.reads("About my words.")).reply_to is None
    said.chat.person.delete(said)
    room.bob.say("About what is gone.", reply_to=told, **where)
    assert (await case.reads("About what is gone.")).reply_to is None


@rooms_only("plain", "max")
async def test_a_reply_to_any_message_of_a_ticket_is_an_answer(room: Room) -> None:
    case = await room.case()
    bob = room.bob
    first = bob.say("To the card.", reply_to=case.card)
    await case.reads("To the card.")
    case.customer.say("And this?")
    told = await case.tells("And this?")
    note = bob.say("// only for us", reply_to=told)
    await case.reply("By the API")
    from_api = await case.tells("By the API")
    bob.say("/ticket", reply_to=case.card)
    notice = await case.tells("Assignee: Bob")
    targets: dict[str, Message] = {
        "To what the customer said.": told,
        "To a colleague's answer.": first,
        "To a note.": note,
        "To an answer of the API.": from_api,
        "To words of the desk.": notice,
    }
    for text, target in targets.items():
        room.member("Carol").say(text, reply_to=target)
        await case.reads(text)


async def test_what_agents_say_to_each_other_reaches_no_customer(room: Room) -> None:
    case = await room.case()
    other = await room.case()
    chatter = [room.bob.say("Lunch?", in_=room.group)]
    chatter.append(room.bob.say("At noon?", reply_to=chatter[0]))
    await case.answered("Now to you")
    for message in chatter:
        assert not shown(case.customer, message.text)
        assert not shown(other.customer, message.text)
        assert not case.is_marked(message)
    assert len((await case.details())["messages"]) == 2


async def test_what_agents_say_in_a_topic_of_their_own_reaches_no_customer(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    own = forum_room.group.open_topic("Lunch plans", by=forum_room.bob)
    chatter = forum_room.bob.say("In our own topic", topic=own)
    await case.answered("Now to you")
    assert not shown(case.customer, chatter.text)
    assert not case.is_marked(chatter)
    assert len((await case.details())["messages"]) == 2


async def test_answers_of_several_tickets_reach_their_own_customers(room: Room) -> None:
    cases = [await room.case(f"Question {number}") for number in range(3)]
    for number in (2, 0, 1):
        cases[number].answer(f"Answer {number}")
    for number, case in enumerate(cases):
        received = await case.reads(f"Answer {number}")
        assert received.text.startswith(f"#{case.number} · Bob:")
        assert sum("Answer" in message.text for message in case.customer.chat.messages) == 1


async def test_answers_keep_their_order(room: Room) -> None:
    case = await room.case()
    for number in range(8):
        case.answer(f"line {number}.")
    await case.reads("line 7.")
    lines = [m.text.splitlines()[1] for m in case.customer.chat.messages if "line " in m.text]
    assert lines == [f"line {number}." for number in range(8)]


async def test_an_answer_to_a_closed_ticket_is_delivered_and_leaves_it_closed(room: Room) -> None:
    case = await room.case()
    await case.set("status", status="closed")
    await case.answered("One last word")
    assert (await case.details())["status"] == "closed"


async def test_an_answer_to_a_virtual_customer_is_kept_for_the_website(room: Room) -> None:
    ticket = await room.post("/v1/helpdesk/tickets", {"text": "From the page"})
    card = await room.until(
        lambda: next(
            (m for m in room.group.messages if f"#{ticket['ticket_number']} From" in m.text), None
        ),
        what="the card",
    )
    room.bob.say("Hello there", reply_to=card)
    await room.until(lambda: "Assignee: Bob" in card.text, what="the answer")
    answer = (await room.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"][-1]
    assert (answer["text"], answer["delivery"]) == ("Hello there", "none")


async def test_formatting_and_links_pass_in_both_directions(room: Room) -> None:
    text = "bold link code 👍 gone"
    entities: list[dict[str, Any]] = [
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "text_link", "offset": 5, "length": 4, "url": "https://a.example/?x=1&y=2"},
        {"type": "code", "offset": 10, "length": 4},
        {"type": "strikethrough", "offset": 18, "length": 4},
    ]
    html = (
        '<b>bold</b> <a href="https://a.example/?x=1&amp;y=2">link</a> <code>code</code>'
        " 👍 <s>gone</s>"
    )

    def styled(manners: Manners, behind: str = "") -> dict[str, Any]:
        """The text behind other words, as somebody in that messenger writes it."""
        moved = ({**entity, "offset": entity["offset"] + len(behind)} for entity in entities)
        return {"text": behind + text, "entities": [manners.entity(entity) for entity in moved]}

    person = await room.customer()
    case = await room.opened_by(person, person.say(**styled(room.without)))
    assert html in case.card.html
    person.say(**styled(room.without, "again "))
    assert f"again {html}" == (await case.tells("again bold")).html
    case.answer(**styled(room.within, "so "))
    assert (await case.reads("so bold")).html.endswith(f"so {html}")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("underline", {}),
        ("spoiler", {}),
        ("blockquote", {}),
        ("expandable_blockquote", {}),
        ("pre", {"language": "python"}),
        ("pre", {}),
    ],
)
async def test_every_kind_of_formatting_passes_as_it_is(
    forum_room: TelegramRoom, kind: str, more: dict[str, str]
) -> None:
    case = await forum_room.case()
    entity = {"type": kind, "offset": 4, "length": 10, **more}
    case.customer.say("👍: <&> words; end", entities=[entity])
    assert (await case.tells("words; end")).entities == [entity]
    case.answer("👍: <&> words; end", entities=[entity])
    head = len(f"#{case.number} · Bob:\n")
    bold, passed = (await case.reads("words; end")).entities
    assert bold["type"] == "bold"
    assert passed == {**entity, "offset": head + 4}


@pytest.mark.parametrize(
    ("kind", "shown_as"),
    [
        ("spoiler", "{}"),
        ("expandable_blockquote", "<blockquote>{}</blockquote>"),
        ("pre", "<code>{}</code>"),
    ],
)
@rooms_only("mixed")
async def test_formatting_that_the_customers_messenger_lacks_leaves_its_words(
    room: Room, kind: str, shown_as: str
) -> None:
    case = await room.case()
    case.answer("👍: words; end", entities=[{"type": kind, "offset": 4, "length": 5}])
    received = await case.reads("words; end")
    assert received.html.endswith(f"👍: {shown_as.format('words')}; end")


async def test_what_a_bot_may_not_send_again_passes_as_plain_words(
    forum_room: TelegramRoom,
) -> None:
    case = await forum_room.case()
    entities = [
        {"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "17"},
        {"type": "text_mention", "offset": 3, "length": 3, "user": forum_room.bob.to_api()},
    ]
    case.customer.say("👍 Bob knows", entities=entities)
    assert (await case.tells("👍 Bob knows")).entities == []
    case.answer("👍 Bob knows", entities=entities)
    received = await case.reads("👍 Bob knows")
    assert [entity["type"] for entity in received.entities] == ["bold"]
