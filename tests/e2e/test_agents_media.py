"""Photos, albums, files, voice, video, stickers, places: from either side they arrive as sent."""

from collections.abc import Callable

import pytest

from bot.playground.telegram import Message, Person
from bot.playground.telegram.people import Place
from tests.e2e.case import Case, late_part
from tests.e2e.people import shown
from tests.e2e.rooms import Room

pytestmark = pytest.mark.asyncio(loop_scope="module")

Send = Callable[[Person, Place], Message]
KINDS: dict[str, Send] = {
    "photo": lambda by, place: by.send_photo(b"a photo", "Words <b> & more", **place),
    "document": lambda by, place: by.send_document(
        b"a file", "Words <b> & more", name="bill.pdf", **place
    ),
    "video": lambda by, place: by.send_video(b"a video", "Words <b> & more", **place),
    "animation": lambda by, place: by.send_animation(b"a GIF", "Words <b> & more", **place),
    "audio": lambda by, place: by.send_audio(b"music", "Words <b> & more", **place),
    "voice": lambda by, place: by.send_voice(b"a voice", "Words <b> & more", **place),
    "video_note": lambda by, place: by.send_video_note(b"a round video", **place),
    "sticker": lambda by, place: by.send_sticker(b"a sticker", **place),
}


def received(case: Case, kind: str) -> list[Message]:
    return [m for m in case.customer.chat.messages if m.from_bot and m.kind == kind]


def told(case: Case, kind: str) -> list[Message]:
    return [message for message in case.told if message.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_of_any_kind_arrives_with_its_words(forum_room: Room, kind: str) -> None:
    case = await forum_room.case()
    sent = KINDS[kind](forum_room.bob, case.place)
    (copy,) = await forum_room.messenger.until(lambda: received(case, kind), what=kind)
    assert copy.media is not None
    assert sent.media is not None
    assert (copy.media.data, copy.media.name) == (sent.media.data, sent.media.name)
    await forum_room.messenger.until(lambda: sent.reactions, what="the mark of delivery")
    # A sticker and a round video take no words: those that name the ticket come before them.
    before = case.customer.chat.messages[case.customer.chat.messages.index(copy) - 1]
    named = copy if sent.text else before
    assert named.text == f"#{case.number} · Bob:" + ("\n" + sent.text if sent.text else "")
    answer = (await case.details())["messages"][-1]
    assert answer["delivery"] == "sent"
    assert [file["kind"] for file in answer["attachments"]] == [kind]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_customers_message_of_any_kind_reaches_the_agents(room: Room, kind: str) -> None:
    case = await room.case()
    sent = KINDS[kind](case.customer, {})
    (copy,) = await room.messenger.until(lambda: told(case, kind), what=kind)
    assert copy.media is not None
    assert sent.media is not None
    assert (copy.text, copy.media.data) == (sent.text, sent.media.data)


async def test_a_photo_without_words_names_its_ticket_in_the_caption(room: Room) -> None:
    case = await room.case()
    room.bob.send_photo(b"photo", **case.place)
    (photo,) = await room.messenger.until(lambda: received(case, "photo"), what="the photo")
    assert photo.text == f"#{case.number} · Bob:"


@pytest.mark.parametrize("kind", ["photo", "document", "audio"])
async def test_an_album_arrives_as_one_album(forum_room: Room, kind: str) -> None:
    case = await forum_room.case()
    data = [b"1", b"2", b"3"]
    parts = forum_room.bob.send_album(data, "Three of them", kind=kind, **case.place)
    await forum_room.messenger.until(lambda: len(received(case, kind)) == 3, what="the album")
    album = received(case, kind)
    assert [part.media and part.media.data for part in album] == data
    assert len({part.album for part in album}) == 1
    assert [part.text for part in album] == [f"#{case.number} · Bob:\nThree of them", "", ""]
    await forum_room.messenger.until(lambda: parts[0].reactions, what="the mark of delivery")
    assert len((await case.details())["messages"]) == 2


async def test_an_album_that_comes_in_two_batches_arrives_as_one_album(plain_room: Room) -> None:
    case = await plain_room.case()
    plain_room.messenger.limit_batches(2)
    plain_room.bob.send_album([b"1", b"2", b"3", b"4", b"5"], "Five", **case.place)
    await plain_room.messenger.until(lambda: len(received(case, "photo")) == 5, what="the album")
    plain_room.messenger.limit_batches(100)
    assert len({part.album for part in received(case, "photo")}) == 1
    assert len((await case.details())["messages"]) == 2


async def test_a_customers_album_reaches_the_agents_as_one_album(room: Room) -> None:
    case = await room.case()
    case.customer.send_album([b"1", b"2"], "Both sides")
    await room.messenger.until(lambda: len(told(case, "photo")) == 2, what="the album")
    assert len({part.album for part in told(case, "photo")}) == 1
    assert [part.text for part in told(case, "photo")] == ["Both sides", ""]


async def test_a_late_part_of_an_album_becomes_a_follow_up(plain_room: Room) -> None:
    case = await plain_room.case()
    first, _ = plain_room.bob.send_album([b"1", b"2"], "Two", **case.place)
    await plain_room.messenger.until(lambda: len(received(case, "photo")) == 2, what="the album")
    late_part(plain_room.bob, first, b"3", **case.place)
    await plain_room.messenger.until(
        lambda: len(received(case, "photo")) == 3, what="the late part"
    )
    late = received(case, "photo")[-1]
    assert late.media is not None
    assert (late.media.data, late.text) == (b"3", f"#{case.number} · Bob:")
    assert len((await case.details())["messages"]) == 3


async def test_a_customers_late_part_follows_to_the_same_ticket(forum_room: Room) -> None:
    case = await forum_room.case()
    first, _ = case.customer.send_album([b"1", b"2"], "Two")
    await forum_room.messenger.until(lambda: len(told(case, "photo")) == 2, what="the album")
    await forum_room.opened_by(*await another_ticket(case))
    late_part(case.customer, first, b"3")
    await forum_room.messenger.until(lambda: len(told(case, "photo")) == 3, what="the late part")


async def another_ticket(case: Case) -> tuple[Person, Message]:
    """The same customer opens one more, to which plain messages would go."""
    person = case.customer
    person.say("/start")
    menu = await case.room.messenger.until(
        lambda: next(
            (m for m in reversed(person.chat.messages[-1:]) if "Create ticket" in m.labels), None
        ),
        what="the menu",
    )
    await person.press(menu, "Create ticket").answered()
    await case.room.messenger.until(lambda: "Cancel" in menu.labels, what="the form")
    return person, person.say("Another matter")


async def test_a_place_and_a_contact_arrive_as_text(room: Room) -> None:
    case = await room.case()
    case.customer.send_location(55.75, 37.61)
    assert "https://" in (await case.tells("55.75, 37.61")).text
    case.customer.send_contact("+4930123456", "Carl")
    await case.tells("Carl +4930123456")
    room.bob.send_location(48.85, 2.35, **case.place)
    await case.reads("48.85, 2.35")
    room.bob.send_contact("+331234567", "Claire", **case.place)
    await case.reads("Claire +331234567")


@pytest.mark.parametrize("kind", ["poll", "dice"])
async def test_what_cannot_be_passed_on_is_said_to_the_agent_and_not_sent(
    room: Room, kind: str
) -> None:
    case = await room.case()
    if kind == "poll":
        sent = room.bob.send_poll("Tea?", ["Yes", "No"], **case.place)
    else:
        sent = room.bob.send_dice(**case.place)
    refusal = await case.tells("Not delivered")
    assert refusal.reply_to is sent
    await case.answered("In words then")
    assert not shown(case.customer, "Tea?")
    assert sent.reactions == {}


async def test_a_forwarded_message_is_an_answer(room: Room) -> None:
    case = await room.case()
    chatter = room.bob.say("The manual says so", in_=room.group)
    room.bob.forward(chatter, **case.place)
    await case.reads("The manual says so")


async def test_long_words_of_a_photo_come_whole_before_it(room: Room) -> None:
    case = await room.case()
    words = "word " * 204  # 1020 units with the header's they no longer fit a caption
    sent = room.bob.send_photo(b"photo", words.strip(), **case.place)
    await room.messenger.until(lambda: received(case, "photo"), what="the photo")
    before = await case.reads("word word")
    assert before.text == f"#{case.number} · Bob:\n{words.strip()}"
    assert received(case, "photo")[0].text == ""
    await room.messenger.until(lambda: sent.reactions, what="the mark of delivery")
