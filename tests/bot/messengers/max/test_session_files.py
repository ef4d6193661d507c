"""Files up to MAX and down from it, of every kind, alone and in albums."""

from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import AsyncMock

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetMe
from aiogram.types import (
    BufferedInputFile,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyParameters,
)
from aiohttp import ClientResponseError, web

from bot.messengers.max import downloads
from bot.messengers.max.file_ids import FileKind, pack, unpack
from bot.messengers.max.session import MaxBot
from bot.playground.max import MaxStandIn, Person, faults

Send = Callable[[MaxBot, int, InputFile], Awaitable[Message]]

SENDS: list[tuple[Send, bytes, str, str]] = [
    (MaxBot.send_photo, b"\xff\xd8", "photo", "photo.jpg"),
    (MaxBot.send_video, b"mp4", "video", "photo.mp4"),
    (MaxBot.send_video_note, b"mp4", "video", "photo.mp4"),
    (MaxBot.send_animation, b"mp4", "video", "photo.mp4"),
    (MaxBot.send_animation, b"GIF89a", "photo", "photo.gif"),
    (MaxBot.send_audio, b"ID3", "audio", "photo.mp3"),
    (MaxBot.send_voice, b"OggS", "audio", "photo.ogg"),
    (MaxBot.send_document, b"%PDF", "document", "photo"),
    (MaxBot.send_sticker, b"RIFF0000WEBP", "photo", "photo.webp"),
    (MaxBot.send_sticker, b"\x1a\x45\xdf\xa3", "video", "photo.webm"),
    (MaxBot.send_sticker, b"\x1f\x8b", "document", "photo.tgs"),
]


async def read(bot: MaxBot, file_id: str) -> bytes:
    """The bytes, fetched as `bot.files` does it."""
    file = await bot.get_file(file_id)
    assert file.file_path is not None
    url = bot.session.api.file_url(bot.token, file.file_path)
    stream = bot.session.stream_content(url, timeout=5, raise_for_status=True)
    return b"".join([chunk async for chunk in stream])


@pytest.mark.parametrize(("send", "data", "kind", "name"), SENDS)
async def test_every_kind_of_file_arrives_as_what_it_is(
    bot: MaxBot, ann: Person, send: Send, data: bytes, kind: str, name: str
) -> None:
    await send(bot, ann.chat.id, BufferedInputFile(data, "photo"))
    [shown] = ann.chat.messages
    assert shown.kind == kind
    assert shown.media is not None
    assert (shown.media.data, shown.media.name) == (data, name)


async def test_a_file_keeps_its_name_whatever_is_in_it(bot: MaxBot, ann: Person) -> None:
    await bot.send_document(ann.chat.id, BufferedInputFile(b"x", 'отчёт "1"\r\n\\.pdf'))
    media = ann.chat.messages[0].media
    assert media is not None
    assert media.name.endswith(".pdf")
    assert "отчёт" in media.name


async def test_a_caption_and_a_reply_go_along(bot: MaxBot, ann: Person) -> None:
    first = await bot.send_message(ann.chat.id, "first")
    await bot.send_photo(
        ann.chat.id,
        BufferedInputFile(b"x", "a.jpg"),
        caption="<b>look</b>",
        parse_mode="HTML",
        reply_parameters=ReplyParameters(message_id=first.message_id),
    )
    text, photo = ann.chat.messages
    assert (photo.html, photo.reply_to) == ("<b>look</b>", text)


async def test_a_large_file_goes_up(bot: MaxBot, ann: Person) -> None:
    data = bytes(3 * 1024 * 1024)
    await bot.send_document(ann.chat.id, BufferedInputFile(data, "zero.bin"))
    media = ann.chat.messages[0].media
    assert media is not None
    assert media.size == len(data)


async def test_the_bots_token_stays_away_from_files(
    bot: MaxBot, stand_in: MaxStandIn, aiohttp_server: Any
) -> None:
    seen: list[str] = []

    async def look(request: web.Request) -> web.Response:
        seen.append(str(dict(request.headers)))
        return web.Response(text="{}")

    elsewhere = web.Application()
    elsewhere.router.add_route("*", "/file", look)
    url = str((await aiohttp_server(elsewhere)).make_url("/file"))
    await bot.get_me()
    assert await read(bot, pack("image", "t", url)) == b"{}"
    await bot.max.upload(url, b"x", "a.jpg", GetMe())
    assert len(seen) == 2
    assert not any(stand_in.token in headers or "Authorization" in headers for headers in seen)


async def test_a_file_that_is_not_ready_is_waited_for(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.refuse_files(2)
    await bot.send_video(ann.chat.id, BufferedInputFile(b"x", "a.mp4"))
    assert len(ann.chat.messages) == 1
    assert len(stand_in.calls.of("upload")) == 1


async def test_a_file_that_is_never_ready_may_be_later(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.refuse_files(99)
    with pytest.raises(TelegramServerError, match="not ready"):
        await bot.send_video(ann.chat.id, BufferedInputFile(b"x", "a.mp4"))
    assert ann.chat.messages == []


async def test_what_max_takes_for_no_image_goes_as_a_file(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.faults.add(faults.reject(400, "bad.image", "unsupported format"), "upload")
    await bot.send_photo(ann.chat.id, BufferedInputFile(b"BMP", "a.bmp"))
    assert ann.chat.messages[0].kind == "document"


async def test_what_max_takes_for_no_file_either_is_refused(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.faults.add(faults.reject(400, "bad.file", "no"), "upload", times=2)
    with pytest.raises(TelegramBadRequest):
        await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"))
    stand_in.faults.add(faults.reject(413, "proto.payload", "too large"), "upload")
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"))


@pytest.mark.parametrize("status", [401, 403, 404, 408, 410, 500])
async def test_what_ails_an_address_for_an_upload_says_nothing_of_file_reply_or_customer(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, status: int
) -> None:
    """The next try has another address."""
    first = await bot.send_message(ann.chat.id, "first")
    stand_in.faults.add(faults.reject(status, "not.found", "gone"), "upload")
    reply = ReplyParameters(message_id=first.message_id)
    with pytest.raises(TelegramServerError):
        await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"), reply_parameters=reply)
    assert len(stand_in.calls.of("upload")) == 1
    await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"), reply_parameters=reply)
    assert [message.kind for message in ann.chat.messages] == ["text", "photo"]


async def test_uploads_that_come_too_soon_wait_longer_each_time(
    bot: MaxBot, stand_in: MaxStandIn
) -> None:
    async def upload() -> None:
        place = await bot.max.call("POST", "/uploads", query={"type": "image"})
        await bot.max.upload(place["url"], b"x", "a.jpg", GetMe())

    for refused in (3, 1):
        stand_in.faults.add(faults.status(429), "upload", times=refused)
        for times in range(refused):
            with pytest.raises(TelegramRetryAfter) as limit:
                await upload()
            assert limit.value.retry_after == 2**times
        await upload()


async def test_an_upload_that_came_too_soon_is_made_again_and_as_what_it_is(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.faults.add(faults.reject(429, "too.many.requests", "slow down"), "upload")
    await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"))
    assert [message.kind for message in ann.chat.messages] == ["photo"]


async def test_an_answer_to_an_upload_that_is_none_is_tried_later(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.faults.add(faults.status(200, "<html>hello</html>"), "upload")
    with pytest.raises(TelegramServerError, match="cannot be read"):
        await bot.send_photo(ann.chat.id, BufferedInputFile(b"x", "a.jpg"))


async def test_photos_and_videos_are_one_message_with_a_number_each(
    bot: MaxBot, ann: Person
) -> None:
    sent = await bot.send_media_group(
        ann.chat.id,
        [
            InputMediaPhoto(media=BufferedInputFile(b"1", "1.jpg"), caption="both"),
            InputMediaVideo(media=BufferedInputFile(b"2", "2.mp4")),
        ],
    )
    [shown] = ann.chat.messages
    assert [file.data for file in shown.files] == [b"1", b"2"]
    assert shown.text == "both"
    assert len({part.message_id for part in sent}) == 2


async def test_an_album_of_documents_is_not_max(bot: MaxBot, ann: Person) -> None:
    file = BufferedInputFile(b"1", "1.pdf")
    with pytest.raises(TelegramBadRequest, match="no albums of such files"):
        await bot.send_media_group(
            ann.chat.id, [InputMediaDocument(media=file), InputMediaDocument(media=file)]
        )
    assert ann.chat.messages == []


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
async def test_a_file_of_max_is_sent_again_without_its_bytes(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, kind: FileKind
) -> None:
    file = stand_in.world.files.add(kind, b"kept")
    await bot.send_document(ann.chat.id, pack(kind, file.token, file.url))
    assert ann.chat.messages[0].media is file
    assert stand_in.calls.of("getUploadUrl", "upload") == []


async def test_a_sticker_is_sent_again_by_its_code(bot: MaxBot, ann: Person) -> None:
    await bot.send_sticker(ann.chat.id, pack("sticker", "1f642", None))
    [shown] = ann.chat.messages
    assert (shown.kind, shown.attachments[0].payload) == (
        "sticker",
        {"code": "1f642", "url": "https://max.example/1f642"},
    )


@pytest.mark.parametrize("file_id", ["AgACAgIAAxk", "image - https://x.y", "a b c"])
async def test_a_file_that_is_not_of_max_cannot_be_sent_again(
    bot: MaxBot, ann: Person, file_id: str
) -> None:
    with pytest.raises(TelegramBadRequest):
        await bot.send_photo(ann.chat.id, file_id)


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "sticker"])
async def test_files_come_down(bot: MaxBot, stand_in: MaxStandIn, kind: FileKind) -> None:
    file = stand_in.world.files.add(kind, b"bytes of it")
    assert await read(bot, pack(kind, file.token, file.url)) == b"bytes of it"


async def test_a_videos_address_is_asked_for(bot: MaxBot, stand_in: MaxStandIn) -> None:
    file = stand_in.world.files.add("video", b"film")
    assert await read(bot, pack("video", file.token, "https://max.example/page")) == b"film"
    assert len(stand_in.calls.of("getVideoAttachmentDetails")) == 1


async def test_a_video_comes_in_the_best_quality_that_is_not_too_large(
    bot: MaxBot, aiohttp_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def film(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "720" and request.method == "HEAD":
            raise web.HTTPMethodNotAllowed("HEAD", ["GET"])
        return web.Response(text=name * (9 if name == "1080" else 1))

    films = web.Application()
    films.router.add_route("*", "/{name}", film)
    host = str((await aiohttp_server(films)).make_url("/"))
    urls = {"mp4_1080": f"{host}1080", "mp4_720": None, "mp4_480": f"{host}480"}
    monkeypatch.setattr(bot.max, "call", AsyncMock(return_value={"urls": urls}))
    assert await read(bot, pack("video", "t", None)) == b"1080" * 9
    monkeypatch.setattr(downloads, "LIMIT", 30)
    assert await read(bot, pack("video", "t", None)) == b"480"
    urls["mp4_720"] = f"{host}720"
    assert await read(bot, pack("video", "t", None)) == b"720"


async def test_a_file_without_an_address_is_refused(bot: MaxBot, stand_in: MaxStandIn) -> None:
    for file_id in ("AgACAgIAAxk", pack("file", "token", None)):
        with pytest.raises(TelegramBadRequest):
            await bot.get_file(file_id)
    with pytest.raises(ClientResponseError):
        await read(bot, pack("file", "token", f"{stand_in.url}/files/file/99/a"))


@pytest.mark.parametrize("token", ["t", None])
@pytest.mark.parametrize("url", ["https://x.y/?a=1", None])
def test_a_file_id_says_what_was_put_into_it(token: str | None, url: str | None) -> None:
    assert unpack(pack("audio", token, url)) == ("audio", token, url)
