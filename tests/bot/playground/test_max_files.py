"""Files go up by one-time addresses and come down by URLs; tokens fit their kind only."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground.max import MaxStandIn, Person, faults
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def attachment(kind: str, token: str) -> dict[str, Any]:
    return {"type": kind, "payload": {"token": token}}


async def post(wire: Wire, url: str, data: bytes, name: str = "a.bin", **headers: str) -> str:
    form = aiohttp.FormData()
    form.add_field("data", data, filename=name)
    async with wire.client.post(url, data=form, headers=headers) as answer:
        return f"{answer.status} {await answer.text()}"


@pytest.mark.parametrize(
    ("kind", "seen"),
    [("image", "photo"), ("video", "video"), ("audio", "audio"), ("file", "document")],
)
async def test_a_file_goes_up_and_comes_down_the_same(
    wire: Wire, ann: Person, kind: str, seen: str
) -> None:
    token = await wire.upload(kind, b"\x00data\xff", "report.pdf")
    made = await wire.send(ann.chat.id, "here", attachments=[attachment(kind, token)])
    [message] = ann.chat.messages
    assert (message.kind, message.text) == (seen, "here")
    assert message.media
    assert (message.media.data, message.media.name) == (b"\x00data\xff", "report.pdf")
    [told] = made["body"]["attachments"]
    assert (told["type"], told["payload"]["token"]) == (kind, token)
    async with wire.client.get(told["payload"]["url"]) as answer:
        assert await answer.read() == b"\x00data\xff"
        assert "report.pdf" in answer.headers["Content-Disposition"]
    assert wire.messenger.calls.broken_contracts == []


async def test_video_and_audio_have_their_token_from_the_start(wire: Wire, ann: Person) -> None:
    for kind in ("video", "audio"):
        place = await wire.ok("POST", "/uploads", type=kind)
        body = {"attachments": [attachment(kind, place["token"])]}
        early = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
        assert early[1] == "attachment.not.ready"
        assert "<retval>1</retval>" in await post(wire, place["url"], b"x")
        await wire.ok("POST", "/messages", body, chat_id=ann.chat.id)
    for kind in ("image", "file"):
        assert set(await wire.ok("POST", "/uploads", type=kind)) == {"url"}


async def test_an_address_takes_one_file(wire: Wire) -> None:
    place = await wire.ok("POST", "/uploads", type="file")
    assert (await post(wire, place["url"], b"x")).startswith("200")
    assert (await post(wire, place["url"], b"x")).startswith("400")
    assert (await post(wire, f"{wire.messenger.url}/upload/unknown", b"x")).startswith("404")


async def test_an_upload_is_one_part_called_data(wire: Wire) -> None:
    place = await wire.ok("POST", "/uploads", type="file")
    form = aiohttp.FormData()
    form.add_field("file", b"x", filename="a")
    async with wire.client.post(place["url"], data=form) as answer:
        assert answer.status == 400
    async with wire.client.post(place["url"], data=b"x") as answer:
        assert answer.status == 400
    assert len(wire.messenger.calls.broken_contracts) == 2


async def test_a_file_may_come_in_parts(wire: Wire, ann: Person) -> None:
    place = await wire.ok("POST", "/uploads", type="video")

    async def part(start: int, data: bytes) -> tuple[int, str]:
        headers = {
            "Content-Range": f"bytes {start}-{start + len(data) - 1}/8",
            "Content-Type": "application/x-binary; charset=x-user-defined",
            "X-File-Name": "film.mp4",
        }
        async with wire.client.post(place["url"], data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    assert await part(0, b"12345") == (201, "0-4/8")
    assert (await part(7, b"8"))[0] == 400
    assert "<retval>1</retval>" in (await part(5, b"678"))[1]
    await wire.send(ann.chat.id, attachments=[attachment("video", place["token"])])
    file = ann.chat.messages[-1].media
    assert file
    assert (file.data, file.name) == (b"12345678", "film.mp4")
    details = await wire.ok("GET", f"/videos/{place['token']}")
    assert details["urls"]["mp4_360"] == file.url
    assert (await wire.error("GET", "/videos/unknown"))[0] == 404


async def test_a_file_is_not_ready_for_a_while(wire: Wire, ann: Person) -> None:
    wire.messenger.refuse_files(2)
    body = {"attachments": [attachment("file", await wire.upload("file", b"x"))]}
    for _ in range(2):
        assert await wire.error("POST", "/messages", body, chat_id=ann.chat.id) == (
            400,
            "attachment.not.ready",
            "Key: errors.process.attachment.file.not.processed",
        )
    await wire.ok("POST", "/messages", body, chat_id=ann.chat.id)
    assert len(ann.chat.messages) == 1
    # What was ready once stays so.
    await wire.ok("POST", "/messages", body, chat_id=ann.chat.id)


async def test_an_edit_tells_of_it_with_status_200(wire: Wire, ann: Person) -> None:
    mid = (await wire.send(ann.chat.id, "one"))["body"]["mid"]
    wire.messenger.refuse_files(1)
    body = {"text": "two", "attachments": [attachment("image", await wire.upload("image", b"x"))]}
    refused = await wire.ok("PUT", "/messages", body, message_id=mid)
    assert refused["success"] is False
    assert ann.chat.messages[-1].text == "one"
    assert await wire.ok("PUT", "/messages", body, message_id=mid) == {"success": True}


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("image", "Invalid photo token provided"),
        ("video", "Invalid video token provided"),
        ("audio", "Invalid audio token provided"),
    ],
)
async def test_tokens_fit_their_kind_only(wire: Wire, ann: Person, kind: str, problem: str) -> None:
    body = {"attachments": [attachment(kind, await wire.upload("file", b"x"))]}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused[:2] == (400, "proto.payload")
    assert problem in refused[2]


async def test_a_media_attachment_needs_a_token(wire: Wire, ann: Person) -> None:
    body = {"attachments": [{"type": "video", "payload": {}}]}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused[2] == "Missing `token` in video attachment"
    body = {"attachments": [{"type": "image", "payload": {}}]}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused[2] == "No `photos`, `url` or `token` provided. Check payload."


async def test_an_image_may_name_its_token_as_the_upload_did(wire: Wire, ann: Person) -> None:
    photos = {"1": {"token": await wire.upload("image", b"x")}}
    await wire.send(
        ann.chat.id, None, attachments=[{"type": "image", "payload": {"photos": photos}}]
    )
    assert ann.chat.messages[-1].kind == "photo"


async def test_several_images_are_one_message(wire: Wire, ann: Person) -> None:
    images = [attachment("image", await wire.upload("image", bytes([n]))) for n in range(3)]
    await wire.send(ann.chat.id, "album", attachments=images)
    [message] = ann.chat.messages
    assert [file.data for file in message.files] == [b"\x00", b"\x01", b"\x02"]


@pytest.mark.parametrize("kind", ["file", "audio"])
async def test_files_and_audio_come_alone(wire: Wire, ann: Person, kind: str) -> None:
    one = attachment(kind, await wire.upload(kind, b"x"))
    image = attachment("image", await wire.upload("image", b"x"))
    for others in ([one, one], [one, image]):
        body = {"attachments": others}
        refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
        assert refused[2] == f"Must be only one {kind} attachment in message"
    keys = {"type": "inline_keyboard", "payload": {"buttons": [[CALLBACK]]}}
    await wire.send(ann.chat.id, "with a button", attachments=[one, keys])


CALLBACK = {"type": "callback", "text": "x", "payload": "x"}


async def test_twelve_attachments_and_no_more(wire: Wire, ann: Person) -> None:
    images = [attachment("image", await wire.upload("image", b"x"))] * 12
    await wire.send(ann.chat.id, attachments=images)
    body = {"attachments": [*images, images[0]]}
    refused = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert refused[2] == "Field 'attachments' size (13) must be at most 12"


async def test_all_that_people_send_can_be_fetched_and_sent_on(wire: Wire, ann: Person) -> None:
    ann.send_photo(b"photo", "caption")
    ann.send_video(b"video")
    ann.send_audio(b"audio")
    ann.send_document(b"document", name="Отчёт 1.pdf", size=5_000_000_000)
    for update in (await wire.updates())[1:]:
        [told] = update["message"]["body"]["attachments"]
        async with wire.client.get(told["payload"]["url"]) as answer:
            assert (
                await answer.read()
                == told["type"].replace("image", "photo").replace("file", "document").encode()
            )
        again = attachment(told["type"], told["payload"]["token"])
        await wire.send(ann.chat.id, None, attachments=[again])
    document = ann.chat.messages[3]
    assert document.media
    assert (document.media.mime_type, document.media.size) == ("application/pdf", 5_000_000_000)


async def test_an_album_of_a_persons_is_one_message_too(wire: Wire, ann: Person) -> None:
    [message] = ann.send_album([b"1", b"2"], "both")
    told = (await wire.updates())[-1]["message"]["body"]
    assert [item["type"] for item in told["attachments"]] == ["image", "image"]
    assert (told["text"], message.kind) == ("both", "photo")


async def test_voices_come_with_their_message_or_without(wire: Wire, ann: Person) -> None:
    await wire.updates()
    heard = ann.send_voice(b"v")
    ann.send_voice(b"v", heard=False)
    told, bare = await wire.updates()
    assert told["message"]["body"]["attachments"][0]["type"] == "audio"
    assert heard.kind == "voice"
    assert set(bare) == {"update_type", "timestamp", "user_locale"}
    assert len(ann.chat.messages) == 2


async def test_stickers_places_contacts_and_links(wire: Wire, ann: Person) -> None:
    ann.send_sticker(b"s")
    ann.send_location(1.5, 2.5)
    ann.send_contact("+79991234567", "Bob")
    ann.send_share("https://example.org", "Example")
    bodies = [update["message"]["body"] for update in (await wire.updates())[1:]]
    sticker, place, contact, share = [body["attachments"][0] for body in bodies]
    assert (sticker["type"], sticker["payload"]["code"]) == ("sticker", "1f642")
    assert (place["latitude"], place["longitude"]) == (1.5, 2.5)
    assert "TEL;TYPE=cell:79991234567" in contact["payload"]["vcf_info"]
    assert "hash" not in contact["payload"]
    assert (share["payload"]["url"], share["title"]) == ("https://example.org", "Example")
    kinds = [message.kind for message in ann.chat.messages]
    assert kinds == ["sticker", "location", "contact", "share"]


async def test_the_bot_sends_these_too(wire: Wire, ann: Person) -> None:
    for item in (
        {"type": "sticker", "payload": {"code": "1f642"}},
        {"type": "location", "latitude": 1, "longitude": 2.5},
        {"type": "contact", "payload": {"name": "Bob", "vcf_phone": "+7999"}},
        {"type": "contact", "payload": {"name": "Ann", "contact_id": ann.id}},
        {"type": "share", "payload": {"url": "https://example.org"}},
    ):
        made = await wire.send(ann.chat.id, None, attachments=[item])
        assert made["body"]["attachments"][0]["type"] == item["type"]
    card = ann.chat.messages[3].attachments[0].to_api()
    assert card["payload"]["max_info"]["user_id"] == ann.id


async def test_uploads_and_downloads_fail_on_demand(wire: Wire, ann: Person) -> None:
    place = await wire.ok("POST", "/uploads", type="file")
    wire.messenger.faults.add(faults.status(503), "upload")
    assert (await post(wire, place["url"], b"x")).startswith("503")
    assert (await post(wire, place["url"], b"x")).startswith("200")
    file = ann.send_document(b"x").media
    assert file
    wire.messenger.faults.add(faults.status(500), "file")
    for status in (500, 200):
        async with wire.client.get(file.url) as answer:
            assert answer.status == status
    async with wire.client.get(f"{wire.messenger.url}/files/file/99/x") as answer:
        assert answer.status == 404


async def test_any_name_makes_an_address(wire: Wire, ann: Person) -> None:
    for name in ("a/b.txt", 'Отчёт "№1" & co?.pdf', "100%.txt"):
        file = ann.send_document(b"x", name=name).media
        assert file
        async with wire.client.get(file.url) as answer:
            assert (answer.status, await answer.read()) == (200, b"x")
