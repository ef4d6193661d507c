"""Internal notes, and replies made through the API: who sees them, and what they change."""

import pytest

from tests.e2e.case import Case, late_part, shown
from tests.e2e.rooms import Room, TelegramRoom, rooms_only
from tests.e2e.vocabulary import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def messages_of(case: Case) -> list[tuple[str, bool, str]]:
    """(text, internal, delivery) of the ticket's messages behind the first."""
    found = (await case.details())["messages"][1:]
    return [(each["text"], each["internal"], each["delivery"]) for each in found]


def pictures(case: Case) -> list[Message]:
    return [m for m in case.customer.chat.messages if m.from_bot and m.kind == "photo"]


async def test_a_note_is_kept_and_never_shown_to_the_customer(room: Room) -> None:
    case = await room.case()
    note = case.answer("// He is angry, be kind")
    await case.answered("We are sorry")
    assert await messages_of(case) == [
        ("He is angry, be kind", True, "none"),
        ("We are sorry", False, "sent"),
    ]
    assert not shown(case.customer, "angry")
    assert not case.is_marked(note)


async def test_a_note_assigns_nobody_and_leaves_the_status(room: Room) -> None:
    case = await room.case()
    case.answer("//just looking")
    case.answer("/ticket")
    await case.tells("Assignee: nobody")
    details = await case.details()
    assert (details["status"], details["assigned_to"]) == ("new", None)
    assert details["first_reply_at"] is None
    assert [message["text"] for message in details["messages"]] == ["Hello", "just looking"]


async def test_a_caption_makes_a_note_of_its_photo(room: Room) -> None:
    case = await room.case()
    room.bob.send_photo(b"secret", "// their passport", **case.place)
    await case.answered("Thank you")
    assert [internal for _, internal, _ in await messages_of(case)] == [True, False]
    assert pictures(case) == []


async def test_a_late_part_of_an_album_that_is_a_note_is_one_too(
    plain_room: TelegramRoom,
) -> None:
    case = await plain_room.case()
    first, *_ = plain_room.bob.send_album([b"1", b"2"], "// three of theirs", **case.place)
    case.answer("/ticket")  # comes after the album
    await case.tells("Assignee: nobody")
    late_part(plain_room.bob, first, b"3", **case.place)
    await case.answered("Thank you")
    assert [internal for _, internal, _ in await messages_of(case)] == [True, True, False]
    assert pictures(case) == []


@rooms_only("plain", "max", "mixed")
async def test_a_caption_makes_a_note_of_its_whole_album(room: Room) -> None:
    case = await room.case()
    room.bob.send_album([b"1", b"2"], "// three of theirs", **case.place)
    case.answer("/ticket")  # comes after the album
    await case.tells("Assignee: nobody")
    await case.answered("Thank you")
    assert [internal for _, internal, _ in await messages_of(case)] == [True, False]
    assert pictures(case) == []


async def test_a_note_in_answer_to_a_customers_message_stays_internal(room: Room) -> None:
    case = await room.case()
    case.customer.say("Is anybody there?")
    copy = await case.tells("Is anybody there?")
    room.bob.say("// I am, secretly", reply_to=copy)
    await case.answered("Good day")
    assert not shown(case.customer, "secretly")


async def test_an_edited_note_stays_a_note(room: Room) -> None:
    case = await room.case()
    note = case.answer("// between us")
    room.bob.edit(note, "no mark any more")
    await case.answered("Good day")
    assert (await messages_of(case))[0] == ("no mark any more", True, "none")
    assert not shown(case.customer, "no mark")


async def test_a_note_is_not_among_the_messages_that_the_customer_looks_up(room: Room) -> None:
    case = await room.case()
    case.answer("// between us")
    await case.answered("In the open")
    case.customer.say("/start")
    await room.until(lambda: case.customer.chat.messages[-1].labels, what="the menu")
    menu = case.customer.chat.messages[-1]
    await case.customer.press(menu, "Active tickets").answered()
    await room.until(lambda: "Back" in menu.labels, what="the list")
    await case.customer.press(menu, f"#{case.number} Hello").answered()
    await room.until(lambda: "In the open" in menu.text, what="the ticket")
    assert "between us" not in menu.text


async def test_a_reply_of_the_api_appears_as_the_agents_and_reaches_the_customer(
    room: Room,
) -> None:
    case = await room.case()
    await case.answered("Hello")
    bob = (await case.details())["assigned_to"]
    await case.reply("From our back-end", user_id=bob)
    assert (await case.tells("From our back-end")).text.startswith("Bob")
    assert (await case.reads("From our back-end")).text.startswith(f"#{case.number} · Bob:")


async def test_a_reply_of_the_api_without_an_agent_appears_as_the_projects(room: Room) -> None:
    case = await room.case()
    await case.reply("From our back-end")
    assert (await case.tells("From our back-end")).text.startswith("Acme")
    assert (await case.reads("From our back-end")).text.startswith(f"#{case.number} · Acme:")
    details = await case.details()
    assert (details["assigned_to"], details["status"]) == (None, "waiting")
    assert details["messages"][-1]["author_name"] == "Acme"


async def test_an_internal_reply_of_the_api_appears_as_a_note_and_stays_inside(
    room: Room,
) -> None:
    case = await room.case()
    message = await case.reply("He pays on Fridays", internal=True)
    assert (message["internal"], message["delivery"]) == (True, "none")
    assert (await case.tells("He pays on Fridays")).text.startswith("Internal note · Acme:")
    await case.answered("Good day")
    assert not shown(case.customer, "Fridays")


async def test_a_reply_of_the_api_goes_from_pending_to_sent(room: Room) -> None:
    case = await room.case()
    message = await case.reply("On its way")
    assert message["delivery"] == "pending"
    await case.reply("And this after it")
    await case.reads("And this after it")  # which is sent once the first is recorded as sent
    assert (await messages_of(case))[0] == ("On its way", False, "sent")


@rooms_only("plain", "max")
async def test_a_reply_of_the_api_can_be_answered_by_the_agents(room: Room) -> None:
    case = await room.case()
    await case.reply("Automatic answer")
    told = await case.tells("Automatic answer")
    room.bob.say("And a human one", reply_to=told)
    await case.reads("And a human one")
