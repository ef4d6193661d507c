"""Photos, albums, files, voice, video, stickers, places: from either side they arrive as sent."""

from pathlib import Path
from typing import Any

import pytest

from bot.playground import telegram
from tests.e2e.case import Case, late_part, shown
from tests.e2e.houses import own_room
from tests.e2e.messengers import albums_in, whole
from tests.e2e.rooms import ROOMS, Room, RoomKind, TelegramRoom, rooms_only
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

KINDS = {
    "telegram": (
        "photo",
        "document",
        "video",
        "animation",
        "audio",
        "voice",
        "video_note",
        "sticker",
    ),
    "max": ("photo", "document", "video", "audio", "voice", "sticker"),
}
WORDS = "Words <b> & more"
WITHOUT_WORDS = {"telegram": ("video_note", "sticker"), "max": ("voice", "sticker")}
"""Kinds that a person can't write anything beside."""
FILES = {"sticker": b"RIFF a sticker in WebP"}
IN_MAX = {"animation": "video", "voice": "audio", "video_note": "video", "sticker": "photo"}
"""What a bot has for kinds that MAX, or a bot there, can't send."""


def each_kind(outgoing: bool, *rooms: RoomKind) -> pytest.MarkDecorator:
    """All that agents can send, or customers, in each of these rooms."""
    return pytest.mark.parametrize(
        ("room", "kind"),
        [
            (room, kind)
            for room in rooms
            for kind in KINDS[ROOMS[room].inside if outgoing else ROOMS[room].outside]
        ],
        indirect=["room"],
    )


def send(by: Any, kind: str, **place: Any) -> Message:
    """A file of that kind; with words beside it where that can be."""
    data = FILES.get(kind, f"a {kind}".encode())
    channel = "telegram" if isinstance(by, telegram.Person) else "max"
    if kind == "document":
        place["name"] = "bill.pdf"
    if kind not in WITHOUT_WORDS[channel]:
        place["caption"] = WORDS
    sent: Message = getattr(by, f"send_{kind}")(data, **place)
    return sent


def arrives_as(kind: str, room: Room, *, outgoing: bool) -> str:
    sides = room.outside, room.inside
    to, origin = sides if outgoing else sides[::-1]
    if isinstance(to, telegram.TelegramStandIn):
        return kind
    if to is origin and kind == "sticker":
        return kind
    return IN_MAX.get(kind, kind)


def received(case: Case, kind: str) -> list[Message]:
    return [m for m in case.customer.chat.messages if m.from_bot and m.kind == kind]


def told(case: Case, kind: str) -> list[Message]:
    return [message for message in case.told if message.kind == kind]


@each_kind(True, "forum", "max", "mixed", "turned")
async def test_an_answer_of_any_kind_arrives_with_its_words(room: Room, kind: str) -> None:
    case = await room.case()
    sent = send(room.bob, kind, **case.place)
    there = arrives_as(kind, room, outgoing=True)
    (copy,) = await room.until(lambda: received(case, there), kind)
    same(copy, sent)
    await case.marked(sent)
    # What takes no words has those that name the ticket before it.
    before = case.customer.chat.messages[case.customer.chat.messages.index(copy) - 1]
    named = copy if copy.text else before
    assert named.text == f"#{case.number} · Bob:" + ("\n" + sent.text if sent.text else "")
    answer = (await case.details())["messages"][-1]
    assert answer["delivery"] == "sent"
    assert [file["kind"] for file in answer["attachments"]] == [kind]


@each_kind(False, "forum", "plain", "max", "mixed", "turned")
async def test_a_customers_message_of_any_kind_reaches_the_agents(room: Room, kind: str) -> None:
    case = await room.case()
    sent = send(case.customer, kind)
    there = arrives_as(kind, room, outgoing=False)
    (copy,) = await room.until(lambda: told(case, there), kind)
    same(copy, sent)
    assert copy.text == sent.text


def same(copy: Message, sent: Message) -> None:
    """The same bytes, and for a document the same name. MAX's stickers are pictures of MAX's own,
    which a bot names by their code."""
    if copy.kind == "sticker" and copy.media is None:
        return
    assert [file.data for file in copy.files] == [file.data for file in sent.files]
    if sent.kind == "document":
        assert [file.name for file in copy.files] == [file.name for file in sent.files]


@rooms_only("forum", "max", "mixed")
async def test_files_of_both_sides_are_given_out_by_the_api(room: Room) -> None:
    case = await room.case()
    case.customer.send_photo(b"theirs", "Look")
    await case.tells("Look")
    room.bob.send_document(b"ours", "The form", name="form.pdf", **case.place)
    await case.reads("The form")
    files = [
        file for message in (await case.details())["messages"] for file in message["attachments"]
    ]
    assert [file["kind"] for file in files] == ["photo", "document"]
    assert [await room.file(file["id"]) for file in files] == [b"theirs", b"ours"]


async def test_a_photo_without_words_names_its_ticket_in_the_caption(room: Room) -> None:
    case = await room.case()
    room.bob.send_photo(b"photo", **case.place)
    (photo,) = await room.until(lambda: received(case, "photo"), what="the photo")
    assert photo.text == f"#{case.number} · Bob:"


@pytest.mark.parametrize(
    ("room", "kind"),
    [
        *(("forum", kind) for kind in ("photo", "document", "audio")),
        *((room, kind) for room in ("max", "mixed", "turned") for kind in ("photo", "video")),
    ],
    indirect=["room"],
)
async def test_an_album_arrives_as_one_album(room: Room, kind: str) -> None:
    case = await room.case()
    data = [b"1", b"2", b"3"]
    first, *_ = room.bob.send_album(data, "Three of them", kind=kind, **case.place)
    (album,) = await room.until(lambda: whole(albums_in(received(case, kind)), 3), "the album")
    assert (album.files, album.text) == (data, f"#{case.number} · Bob:\nThree of them")
    await case.marked(first)
    assert len((await case.details())["messages"]) == 2


@rooms_only("mixed")
async def test_an_album_of_files_that_the_customers_messenger_has_none_of_arrives_one_by_one(
    room: Room,
) -> None:
    case = await room.case()
    room.bob.send_album([b"1", b"2"], "Two of them", kind="document", **case.place)
    albums = await room.until(lambda: whole(albums_in(received(case, "document")), 2), "the files")
    assert [album.files for album in albums] == [[b"1"], [b"2"]]
    assert albums[0].text == f"#{case.number} · Bob:\nTwo of them"


@rooms_only("forum", "plain", "max", "mixed", "turned")
async def test_a_customers_album_reaches_the_agents_as_one_album(room: Room) -> None:
    case = await room.case()
    case.customer.send_album([b"1", b"2"], "Both sides")
    (album,) = await room.until(lambda: whole(albums_in(case.told), 2), "the album")
    assert (album.files, album.text) == ([b"1", b"2"], "Both sides")


async def test_an_album_that_comes_in_two_batches_arrives_as_one_album(tmp_path: Path) -> None:
    async with own_room(tmp_path, "plain") as room:
        case = await room.case()
        room.inside.limit_batches(2)
        data = [b"1", b"2", b"3", b"4", b"5"]
        room.bob.send_album(data, "Five", **case.place)
        photos = await room.until(lambda: whole(albums_in(received(case, "photo")), 5), "the album")
        assert [album.files for album in photos] == [data]
        assert len((await case.details())["messages"]) == 2


async def test_a_late_part_of_an_album_becomes_a_follow_up(plain_room: TelegramRoom) -> None:
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


async def test_a_customers_late_part_follows_to_the_same_ticket(forum_room: TelegramRoom) -> None:
    case = await forum_room.case()
    first, _ = case.customer.send_album([b"1", b"2"], "Two")
    await forum_room.messenger.until(lambda: len(told(case, "photo")) == 2, what="the album")
    await forum_room.opened_by(*await another_ticket(case))
    assert isinstance(case.customer, telegram.Person)
    late_part(case.customer, first, b"3")
    await forum_room.messenger.until(lambda: len(told(case, "photo")) == 3, what="the late part")


async def another_ticket(case: Case) -> tuple[Person, Message]:
    """The same customer opens one more, to which plain messages would go."""
    person = case.customer
    person.say("/start")
    menu = await case.room.until(
        lambda: next(
            (m for m in reversed(person.chat.messages[-1:]) if "Create ticket" in m.labels), None
        ),
        what="the menu",
    )
    await person.press(menu, "Create ticket").answered()
    await case.room.until(lambda: "Cancel" in menu.labels, what="the form")
    return person, person.say("Another matter")


async def test_a_place_and_a_contact_arrive_as_text(room: Room) -> None:
    case = await room.case()
    case.customer.send_location(55.75, 37.61)
    assert "https://" in (await case.tells("55.75, 37.61")).text
    case.customer.send_contact("+4930123456", "Carl")
    assert "4930123456" in (await case.tells("Carl")).text
    room.bob.send_location(48.85, 2.35, **case.place)
    await case.reads("48.85, 2.35")
    room.bob.send_contact("+331234567", "Claire", **case.place)
    assert "331234567" in (await case.reads("Claire")).text


@pytest.mark.parametrize("kind", ["poll", "dice"])
@rooms_only("forum", "plain")
async def test_what_cannot_be_passed_on_is_said_to_the_agent_and_not_sent(
    room: TelegramRoom, kind: str
) -> None:
    case = await room.case()
    sent: Message
    if kind == "poll":
        sent = room.bob.send_poll("Tea?", ["Yes", "No"], **case.place)
    else:
        sent = room.bob.send_dice(**case.place)
    refusal = await case.tells("Not delivered")
    assert refusal.reply_to is sent
    await case.answered("In words then")
    assert not shown(case.customer, "Tea?")
    assert not case.is_marked(sent)


# In MAX a message that passes another on answers none.
@rooms_only("forum", "plain")
async def test_a_forwarded_message_is_an_answer(room: TelegramRoom) -> None:
    case = await room.case()
    chatter = room.bob.say("The manual says so", in_=room.group)
    room.bob.forward(chatter, **case.place)
    await case.reads("The manual says so")


async def test_long_words_of_a_photo_come_whole_before_it(room: Room) -> None:
    case = await room.case()
    words = "word " * (room.within.longest_caption // 5)  # no room for the header
    sent = room.bob.send_photo(b"photo", words.strip(), **case.place)
    await room.until(lambda: received(case, "photo"), what="the photo")
    read = "\n".join(message.text for message in case.received)
    assert read.split() == [f"#{case.number}", "·", "Bob:", *words.split()]
    assert received(case, "photo")[0].text in ("", f"#{case.number} · Bob:\n{words.strip()}")
    await case.marked(sent)
