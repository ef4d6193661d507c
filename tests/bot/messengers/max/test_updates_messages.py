"""What people say in MAX, as handlers get it: words, files, albums, replies, edits."""

from typing import Any

import pytest
from aiogram.types import Message

from bot.content import content_of, unsupported_kind
from bot.messengers.max import file_ids
from bot.messengers.max.session import MaxBot
from bot.playground.max import Group, MaxStandIn, Person
from storage import max_messages
from storage.database import Database
from storage.model import Channel
from tests.bot.messengers.max.arrivals import Arrivals


def words(*messages: Message) -> str:
    return content_of(messages, Channel.MAX).text


async def test_a_message_says_who_wrote_what_where_and_when(
    arrivals: Arrivals, stand_in: MaxStandIn
) -> None:
    vera = stand_in.add_person("Vera", last_name="Orlova", username="vera", language="ru")
    vera.open()
    said = vera.say("Здравствуйте")
    update, message = await arrivals.messages()
    assert update.text == "/start"
    assert (message.text, message.chat.id, message.chat.type) == (
        "Здравствуйте",
        vera.chat.id,
        "private",
    )
    assert message.from_user is not None
    assert message.from_user.model_dump(exclude_none=True) == {
        "id": vera.id,
        "is_bot": False,
        "first_name": "Vera",
        "last_name": "Orlova",
        "username": "vera",
        "language_code": "ru",
    }
    assert int(message.date.timestamp()) == said.date // 1000
    assert await arrivals.db.read(max_messages.mid_of, message.message_id) == (
        vera.chat.id,
        said.id,
    )


async def test_groups_are_groups(arrivals: Arrivals, group: Group, ann: Person) -> None:
    group.members[ann.id] = ann
    ann.say("Hello", in_=group)
    message = await arrivals.message()
    assert (message.chat.id, message.chat.type) == (group.id, "group")
    assert message.from_user is not None
    assert (message.from_user.id, message.from_user.language_code) == (ann.id, None)


@pytest.mark.parametrize(
    ("markup", "entity"),
    [
        ({"type": "strong"}, {"type": "bold"}),
        ({"type": "heading"}, {"type": "bold"}),
        ({"type": "emphasized"}, {"type": "italic"}),
        ({"type": "underline"}, {"type": "underline"}),
        ({"type": "strikethrough"}, {"type": "strikethrough"}),
        ({"type": "monospaced"}, {"type": "code"}),
        ({"type": "quote"}, {"type": "blockquote"}),
        ({"type": "highlighted"}, None),
        ({"type": "link", "url": "https://a.b"}, {"type": "text_link", "url": "https://a.b"}),
    ],
)
async def test_markup_is_kept(
    arrivals: Arrivals, ann: Person, markup: dict[str, Any], entity: dict[str, Any] | None
) -> None:
    ann.say("😀 word", entities=[{"from": 3, "length": 4, **markup}])
    message = await arrivals.message()
    found = [each.model_dump(exclude_none=True) for each in message.entities or ()]
    assert found == ([{"offset": 3, "length": 4, **entity}] if entity else [])
    assert message.text == "😀 word"


async def test_a_mention_points_at_its_person(
    arrivals: Arrivals, ann: Person, group: Group
) -> None:
    group.members[ann.id] = ann
    markup = {"type": "user_mention", "from": 8, "length": 6, "user_id": 77}
    ann.say("/assign @Boris", in_=group, entities=[markup])
    [mention] = (await arrivals.message()).entities or []
    assert mention.user is not None
    assert (mention.type, mention.user.id, mention.user.first_name) == ("text_mention", 77, "Boris")


FILES = [
    ("photo", "image", "photo"),
    ("video", "video", "video"),
    ("audio", "audio", "audio"),
    ("voice", "audio", "voice"),
    ("document", "file", "document"),
    ("sticker", "sticker", "sticker"),
]


@pytest.mark.parametrize(("sent", "kind", "attachment"), FILES)
async def test_a_file_is_named_so_that_its_bytes_are_found(
    arrivals: Arrivals, ann: Person, bot: MaxBot, sent: str, kind: str, attachment: str
) -> None:
    getattr(ann, f"send_{sent}")(b"bytes")
    [file] = content_of([await arrivals.message()], Channel.MAX).attachments
    assert (file.kind, file.channel) == (attachment, Channel.MAX)
    assert file_ids.unpack(file.file_id).kind == kind
    if sent != "video":  # whose address is asked for by another call
        found = await bot.get_file(file.file_id)
        assert found.file_path is not None
        assert b"".join([part async for part in bot.session.stream_content(found.file_path)]) == (
            b"bytes"
        )


async def test_a_document_keeps_its_name_its_type_and_its_size(
    arrivals: Arrivals, ann: Person
) -> None:
    ann.send_document(b"%PDF", "The bill", name="bill.pdf")
    content = content_of([await arrivals.message()], Channel.MAX)
    [file] = content.attachments
    assert (file.file_name, file.mime_type, file.size) == ("bill.pdf", "application/pdf", 4)
    assert content.text == "The bill"


async def test_an_album_is_several_messages_with_one_name_and_the_caption_at_the_first(
    arrivals: Arrivals, ann: Person
) -> None:
    [sent] = ann.send_album([b"one", b"two", b"three"], "Look")
    parts = await arrivals.messages()
    assert [bool(part.photo) for part in parts] == [True] * 3
    assert [part.caption for part in parts] == ["Look", None, None]
    assert {part.media_group_id for part in parts} == {sent.id}
    numbers = [part.message_id for part in parts]
    assert numbers == sorted(set(numbers))
    assert await arrivals.db.read(max_messages.by_mid, sent.id) == numbers
    content = content_of(parts, Channel.MAX)
    assert (content.text, len(content.attachments)) == ("Look", 3)


async def test_places_and_contacts_are_words(arrivals: Arrivals, ann: Person) -> None:
    ann.send_location(55.75, 37.61)
    ann.send_contact("+79161234567", "Boris Petrov")
    place, contact = await arrivals.messages()
    assert "📍 55.75, 37.61" in words(place)
    assert words(contact) == "☎ Boris Petrov 79161234567"


async def test_all_numbers_of_a_contact_are_told(arrivals: Arrivals) -> None:
    card = "BEGIN:VCARD\r\nFN:Ann\r\nTEL;TYPE=cell:1\r\nitem1.TEL;type=pref:2\r\nEND:VCARD"
    await arrivals.take_in(
        _message(attachments=[{"type": "contact", "payload": {"vcf_info": card, "max_info": None}}])
    )
    [update] = await arrivals.updates()
    assert update.message is not None
    assert words(update.message) == "☎ Ann 1, 2"


async def test_the_preview_of_a_link_is_the_link(arrivals: Arrivals, ann: Person) -> None:
    ann.send_share("https://shop.example/42", "The parcel")
    assert words(await arrivals.message()) == "https://shop.example/42"


@pytest.mark.parametrize("text", ["", "https://shop.example/42"])
async def test_a_link_that_is_only_a_preview_is_not_lost(
    arrivals: Arrivals, ann: Person, stand_in: MaxStandIn, text: str
) -> None:
    message = ann.send_share("https://shop.example/42", "The parcel")
    message.text = text
    stand_in.world.edit(message, text=text)
    edited = (await arrivals.read_updates())[-1].edited_message
    assert edited is not None
    assert words(edited).count("https://shop.example/42") == 1


async def test_what_is_passed_on_is_said(
    arrivals: Arrivals, ann: Person, stand_in: MaxStandIn
) -> None:
    ann.forward(ann.send_photo(b"picture", "Look at this"))
    _, passed_on = await arrivals.messages()
    content = content_of([passed_on], Channel.MAX)
    assert (content.text, [file.kind for file in content.attachments]) == (
        "Look at this",
        ["photo"],
    )


async def test_a_comment_stands_above_what_is_passed_on_with_its_markup(
    arrivals: Arrivals, ann: Person, stand_in: MaxStandIn
) -> None:
    first = ann.say("bold", entities=[{"type": "strong", "from": 0, "length": 4}])
    stand_in.world.post(ann.chat, ann, text="😀", forward_of=first)
    _, message = await arrivals.messages()
    assert message.text == "😀\n\nbold"
    [entity] = message.entities or []
    assert (entity.type, entity.offset, entity.length) == ("bold", 4, 4)


async def test_a_reply_names_what_it_answers(
    arrivals: Arrivals, ann: Person, bot: MaxBot, stand_in: MaxStandIn
) -> None:
    sent = await bot.send_message(ann.chat.id, "What is it?")
    ann.say("A parcel", reply_to=stand_in.chats[0].messages[-1])
    message = await arrivals.message()
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == sent.message_id


async def test_a_reply_to_an_album_names_its_first_part(arrivals: Arrivals, ann: Person) -> None:
    [album] = ann.send_album([b"one", b"two"])
    ann.say("These", reply_to=album)
    first, _, reply = await arrivals.messages()
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.message_id == first.message_id


async def test_an_edit_names_the_message_it_changes(arrivals: Arrivals, ann: Person) -> None:
    said = ann.say("Helo")
    ann.edit(said, "Hello")
    first, edit = await arrivals.read_updates()
    assert first.message is not None
    assert edit.edited_message is not None
    assert edit.edited_message.message_id == first.message.message_id
    assert edit.edited_message.text == "Hello"


async def test_an_edit_of_an_album_is_one_of_all_its_parts(arrivals: Arrivals, ann: Person) -> None:
    [album] = ann.send_album([b"one", b"two"], "Loko")
    ann.edit(album, "Look")
    *parts, first, second = await arrivals.read_updates()
    said = [part.message.message_id for part in parts if part.message]
    edits = [edit.edited_message for edit in (first, second) if edit.edited_message]
    assert [edit.message_id for edit in edits] == said
    assert [edit.caption for edit in edits] == ["Look", None]


async def test_a_file_is_known_again_under_another_address_and_another_is_told_from_it(
    arrivals: Arrivals, ann: Person
) -> None:
    said = ann.send_photo(b"one")
    edits = [said.to_api(), ann.send_photo(b"two").to_api()]
    edits[0]["body"]["attachments"][0]["payload"] |= {"token": "other", "url": "https://x.example"}
    edits[1]["body"]["mid"] = said.id
    first, _ = await arrivals.messages()
    await arrivals.take_in(
        *(
            {"update_type": "message_edited", "timestamp": number, "message": edit}
            for number, edit in enumerate(edits, 1)
        )
    )
    changed = [update.edited_message for update in await arrivals.updates()]
    photos = [message.photo[-1] for message in (first, *changed) if message and message.photo]
    assert [photo.file_unique_id == photos[0].file_unique_id for photo in photos] == [1, 1, 0]
    assert len({photo.file_id for photo in photos}) == 3


async def test_what_nobody_knows_is_of_an_unknown_kind(db: Database, arrivals: Arrivals) -> None:
    await arrivals.take_in(_message(attachments=[{"type": "hologram", "payload": {}}]))
    [update] = await arrivals.updates()
    assert update.message is not None
    assert unsupported_kind(update.message) == "message"


async def test_something_unknown_beside_words_is_named_in_them(arrivals: Arrivals) -> None:
    await arrivals.take_in(_message(text="See", attachments=[{"type": "hologram"}]))
    [update] = await arrivals.updates()
    assert update.message is not None
    assert update.message.text == "See\n[hologram]"


def _message(**body: Any) -> dict[str, Any]:
    return {
        "update_type": "message_created",
        "timestamp": 1785182044286,
        "message": {
            "recipient": {"chat_id": 5, "chat_type": "dialog", "user_id": 1},
            "timestamp": 1785182044286,
            "sender": {"user_id": 70, "first_name": "Ann", "is_bot": False},
            "body": {"mid": "mid.x", "seq": 1, "text": None, **body},
        },
    }
