"""An agent's edit changes the customer's copy, a customer's keeps the original visible."""

import pytest

from bot.playground.max import MaxStandIn
from bot.playground.max import Message as MaxMessage
from tests.e2e.case import Case, shown
from tests.e2e.messengers import albums_in
from tests.e2e.rooms import Room, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def until_read(case: Case, words: str) -> None:
    """Until the customer has these words of Bob's, once; white space goes where a text is cut."""
    whole = f"#{case.number}·Bob:" + "".join(words.split())
    await case.room.until(
        lambda: "".join("".join(m.text for m in case.received).split()) == whole, what=words[:20]
    )


def numbered(word: str, room: Room) -> str:
    """A text as long as an agent's message can be."""
    return " ".join(f"{word}{number}" for number in range(600))[: room.within.longest].rstrip()


async def test_an_edit_changes_the_customers_copy_in_place(room: Room) -> None:
    case = await room.case()
    answer = await case.answered("It comes on Monday")
    copy = await case.reads("Monday")
    room.bob.edit(answer, "It comes on <Tuesday>")
    await case.reads("<Tuesday>")
    assert copy.text == f"#{case.number} · Bob:\nIt comes on <Tuesday>"
    assert case.received == [copy]
    assert (await case.details())["messages"][-1]["text"] == "It comes on <Tuesday>"


async def test_an_edit_may_come_before_its_answer_was_sent(room: Room) -> None:
    case = await room.case()
    room.inside.hold()
    answer = case.answer("Monday")
    room.bob.edit(answer, "Tuesday")
    room.inside.release()
    await case.answered("And this is all")
    assert [m.text for m in case.received if "day" in m.text] == [f"#{case.number} · Bob:\nTuesday"]


async def test_a_long_answer_is_edited_in_all_its_parts(room: Room) -> None:
    case = await room.case()
    answer = case.answer(numbered("word", room))
    await case.marked(answer)
    parts = case.received
    assert len(parts) == 2
    room.bob.edit(answer, numbered("text", room))
    await until_read(case, numbered("text", room))
    assert case.received == parts


async def test_an_answer_that_grows_shrinks_and_grows_again_is_always_whole(room: Room) -> None:
    case = await room.case()
    answer = await case.answered("Short")
    most = room.within.longest
    for words in ("a" * most, "Short again", "b" * most, "c" * (most - 1), "The end"):
        room.bob.edit(answer, words)
        await until_read(case, words)
    assert len(case.received) == 1


async def test_a_caption_is_edited_in_place(room: Room) -> None:
    case = await room.case()
    photo = room.bob.send_photo(b"photo", "On the left", **case.place)
    copy = await case.reads("On the left")
    room.bob.edit(photo, "On the right")
    await case.reads("On the right")
    assert copy.text == f"#{case.number} · Bob:\nOn the right"
    assert (copy.kind, case.received) == ("photo", [copy])


@rooms_only("forum", "max", "mixed")
async def test_an_albums_caption_is_edited_in_place(room: Room) -> None:
    case = await room.case()
    first, *_ = room.bob.send_album([b"1", b"2"], "Two views", **case.place)
    await case.reads("Two views")
    room.bob.edit(first, "Both views")
    await case.reads("Both views")
    (album,) = albums_in(case.received)
    assert (album.files, album.text) == ([b"1", b"2"], f"#{case.number} · Bob:\nBoth views")


@rooms_only("max", "turned")
async def test_another_file_in_an_album_stays_with_the_agents_who_are_told(room: Room) -> None:
    case = await room.case()
    (album,) = room.bob.send_album([b"1", b"the wrong one"], "Two views", **case.place)
    await case.marked(album)
    other = room.bob.send_photo(b"the right one", in_=room.group)
    assert isinstance(room.inside, MaxStandIn)
    assert isinstance(album, MaxMessage)
    assert isinstance(other, MaxMessage)
    room.inside.world.edit(album, attachments=[*album.attachments[:1], *other.attachments])
    told = await case.tells("This edit stays here")
    assert told.reply_to is album


async def test_a_caption_that_outgrows_its_photo_reaches_the_customer_whole(room: Room) -> None:
    case = await room.case()
    photo = room.bob.send_photo(b"photo", "Short", **case.place)
    await case.reads("Short")
    most = room.within.longest_caption
    for words in ("d" * most, "Short again", "e" * most):
        room.bob.edit(photo, words)
        await until_read(case, words)
    assert sum(m.kind == "photo" for m in case.received) == 1


async def test_an_answer_does_not_become_a_note_by_an_edit(room: Room) -> None:
    case = await room.case()
    answer = await case.answered("It comes on Monday")
    room.bob.edit(answer, "// they must not know")
    told = await case.tells("This edit stays here")
    assert told.reply_to is answer
    assert not shown(case.customer, "must not know")


async def test_an_edit_that_cannot_reach_the_customer_any_more_is_told(room: Room) -> None:
    case = await room.case()
    answer = await case.answered("It comes on Monday")
    case.customer.delete(await case.reads("Monday"))
    room.bob.edit(answer, "It comes on Tuesday")
    await case.tells("This edit stays here")
    assert not shown(case.customer, "Tuesday")


async def test_an_edit_of_chatter_goes_nowhere(room: Room) -> None:
    case = await room.case()
    chatter = room.bob.say("Lunch?", in_=room.group)
    room.bob.edit(chatter, "Dinner?")
    await case.answered("Good day")
    assert not shown(case.customer, "Dinner")


async def test_a_customers_edit_keeps_the_original_before_the_agents(room: Room) -> None:
    case = await room.case()
    said = case.customer.say("Order 17")
    copy = await case.tells("Order 17")
    case.customer.edit(said, "Order 18")
    await case.tells("Order 18")
    assert copy.text.startswith("Order 17")
    assert "edited" in copy.text
    assert copy.text.endswith("Order 18")
    case.customer.edit(said, "Order 19")
    await case.tells("Order 19")
    assert "Order 17" in copy.text
    assert sum("Order" in message.text for message in case.told) == 1
    assert (await case.details())["messages"][-1]["text"] == "Order 19"


async def test_a_customers_edit_of_the_first_message_shows_on_the_card(room: Room) -> None:
    case = await room.case("My parcel is lost")
    card = case.card
    case.customer.edit(case.first, "My parcel is found")
    await case.card_says("My parcel is found")
    assert card.text.index("My parcel is lost\n") < card.text.index("My parcel is found")
    await case.answered("Very good")
    assert "My parcel is found" in card.text
    assert case.cards == [card]


async def test_a_customers_edited_caption_keeps_the_original(room: Room) -> None:
    case = await room.case()
    said = case.customer.send_photo(b"photo", "On the left")
    copy = await case.tells("On the left")
    case.customer.edit(said, "On the right")
    await case.tells("On the right")
    assert "On the left" in copy.text
    assert copy.kind == "photo"


async def test_a_customers_long_edit_follows_as_a_reply_to_the_original(room: Room) -> None:
    case = await room.case()
    said = case.customer.say("f" * 3000)
    copy = await case.tells("f" * 3000)
    case.customer.edit(said, "g" * 3000)
    told = await case.tells("g" * 3000)
    assert told.reply_to is copy
    assert "edited" in told.text
    assert copy.text == "f" * 3000


async def test_a_customers_edit_of_an_edited_photo_on_the_card_is_seen(room: Room) -> None:
    person = await room.customer()
    first = person.send_photo(b"photo", "On the left")
    case = await room.opened_by(person, first)
    person.edit(first, "On the right")
    await room.until(
        lambda: "On the right" in case.card.text or case.telling("On the right"), what="the edit"
    )
    assert "On the left" in case.card.text
