"""Files and albums: up, down, and sent again by identifier."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.telegram import Message, Person, TelegramStandIn
from tests.bot.playground.telegram_wire import Wire

SENDERS = ["Photo", "Document", "Video", "Animation", "Audio", "Voice", "VideoNote", "Sticker"]


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann", username="ann", last_name="Lee", language="ru")
    person.open()
    return person


def field(sender: str) -> str:
    return "video_note" if sender == "VideoNote" else sender.lower()


async def last(wire: Wire) -> dict[str, Any]:
    return (await wire.updates())[-1]


@pytest.mark.parametrize("sender", SENDERS)
async def test_files_go_up_and_come_down(wire: Wire, ann: Person, sender: str) -> None:
    kind = field(sender)
    sent = await wire.upload(f"send{sender}", {kind: b"direct"}, chat_id=str(ann.id))
    assert ann.chat.messages[-1].kind == kind
    again = await wire.upload(
        f"send{sender}", {"part": b"attached"}, chat_id=str(ann.id), **{kind: "attach://part"}
    )
    for answer, data in ((sent, b"direct"), (again, b"attached")):
        media = answer["result"][kind]
        file_id = (media[-1] if kind == "photo" else media)["file_id"]
        file = await wire.ok("getFile", file_id=file_id)
        url = f"{wire.messenger.url}/file/bot{wire.messenger.token}/{file['file_path']}"
        async with wire.client.get(url) as download:
            assert await download.read() == data
        resent = await wire.ok(f"send{sender}", chat_id=ann.id, **{kind: file_id})
        assert ann.chat.messages[-1].id == resent["message_id"]
        stored = ann.chat.messages[-1].media
        assert stored
        assert stored.data == data


@pytest.mark.parametrize("sender", SENDERS)
async def test_people_send_files_too(wire: Wire, ann: Person, sender: str) -> None:
    act = getattr(ann, f"send_{field(sender)}")
    message: Message = act(b"data")
    update = (await last(wire))["message"]
    assert update["message_id"] == message.id
    assert field(sender) in update


async def test_big_files_cannot_be_downloaded(wire: Wire, ann: Person) -> None:
    message = ann.send_document(b"x", name="big.zip", size=20 * 1024 * 1024 + 1)
    document = (await last(wire))["message"]["document"]
    assert (document["file_name"], document["file_size"]) == ("big.zip", 20 * 1024 * 1024 + 1)
    assert message.media
    assert await wire.error("getFile", file_id=message.media.id) == ("Bad Request: file is too big")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("nonsense", "wrong file identifier/HTTP URL specified"),
        ("attach://nothing", "there is no file with the attached name"),
        ("https://a.example/b.jpg", "does not simulate sending files by HTTP URL"),
    ],
)
async def test_files_that_are_not_there(wire: Wire, ann: Person, value: str, problem: str) -> None:
    assert problem in await wire.error("sendPhoto", chat_id=ann.id, photo=value)


async def test_a_file_keeps_its_kind(wire: Wire, ann: Person) -> None:
    photo = ann.send_photo(b"p").media
    assert photo
    answer = await wire.error("sendDocument", chat_id=ann.id, document=photo.id)
    assert answer == "Bad Request: can't use file of type Photo as Document"


async def test_albums_of_people_are_separate_updates(wire: Wire, ann: Person) -> None:
    album = ann.send_album([b"1", b"2", b"3"], caption="three")
    updates = [update["message"] for update in (await wire.updates())[1:]]
    assert {message["media_group_id"] for message in updates} == {album[0].album}
    assert [message.get("caption") for message in updates] == ["three", None, None]


async def test_albums_of_the_bot(wire: Wire, ann: Person) -> None:
    photo, video, document, audio = (
        message.media.id
        for message in (
            ann.send_photo(b"1"),
            ann.send_video(b"2"),
            ann.send_document(b"3"),
            ann.send_audio(b"4"),
        )
        if message.media
    )
    items = {"photo": photo, "video": video, "document": document, "audio": audio}

    async def album(*kinds: str) -> dict[str, Any]:
        media = [{"type": kind, "media": items[kind], "caption": kind} for kind in kinds]
        return await wire.call("sendMediaGroup", chat_id=ann.id, media=media)

    sent = (await album("photo", "video"))["result"]
    assert [message["caption"] for message in sent] == ["photo", "video"]
    assert len({message["media_group_id"] for message in sent}) == 1
    for kinds in (("document", "photo"), ("audio", "document"), ("video", "audio")):
        refused = await album(*kinds)
        assert "can't be mixed with other media types" in refused["description"]
    assert (await album("document", "document"))["ok"]


async def test_media_and_captions_are_edited(wire: Wire, ann: Person) -> None:
    sent = await wire.upload("sendPhoto", {"photo": b"1"}, chat_id=str(ann.id), caption="one")
    where = {"chat_id": ann.id, "message_id": sent["result"]["message_id"]}
    await wire.ok("editMessageCaption", **where, caption="<b>two</b>", parse_mode="HTML")
    message = ann.chat.by_id[where["message_id"]]
    assert (message.text, message.html) == ("two", "<b>two</b>")
    document = ann.send_document(b"2").media
    assert document
    media = {"type": "document", "media": document.id}
    await wire.ok("editMessageMedia", **where, media=media)
    assert (message.kind, message.text) == ("document", "")
    assert "no text in the message" in await wire.error("editMessageText", **where, text="x")


async def test_profile(wire: Wire, ann: Person) -> None:
    commands = [{"command": "take", "description": "Take the ticket"}]
    scope = {"type": "chat", "chat_id": ann.id}
    await wire.ok("setMyCommands", commands=commands, scope=scope, language_code="ru")
    assert await wire.ok("getMyCommands", scope=scope, language_code="ru") == commands
    assert await wire.ok("getMyCommands") == []
    await wire.ok("deleteMyCommands", scope=scope, language_code="ru")
    assert await wire.ok("getMyCommands", scope=scope, language_code="ru") == []
    refused = [{"command": "Take it", "description": "x"}]
    assert "BOT_COMMAND_INVALID" in await wire.error("setMyCommands", commands=refused)
    await wire.ok("setMyDescription", description="d", language_code="en")
    assert await wire.ok("getMyDescription", language_code="en") == {"description": "d"}
    await wire.ok("setChatMenuButton", chat_id=ann.id, menu_button={"type": "commands"})
    assert await wire.ok("getChatMenuButton", chat_id=ann.id) == {"type": "commands"}
    assert await wire.ok("getChatMenuButton") == {"type": "default"}
