"""What errors say, to the log, the outbox and whoever asks for readiness: never a secret."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramRetryAfter
from aiogram.methods import GetMe
from aiogram.types import BufferedInputFile

from bot.failures import LONGEST_WAIT, PASSING, backoff, wait_after, words
from bot.files import Files
from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.outgoing.parts import FileDelayed, FileRefused
from bot.playground.telegram import TelegramStandIn, faults
from storage.errors import HelpdeskError, NotFound, Unavailable
from storage.model import Attachment, Channel

SECRET = "AAsecretSECRETsecretSECRETsecretSECRET"
TOKEN = f"42:{SECRET}"

Answer = Callable[[bytes], bytes]
BAD_ANSWERS: dict[str, Answer] = {
    "no HTTP": lambda _: b"HTP/1.1 nonsense\r\n\r\n",
    "a redirect to itself": lambda path: (
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + path + b"\r\n\r\n"
    ),
    "a redirect to nowhere": lambda path: (
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + b"http://:0" + path + b"\r\n\r\n"
    ),
    "half an answer": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "nothing": lambda _: b"",
    "HTML": lambda _: b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
}


@pytest.fixture(params=BAD_ANSWERS)
async def broken(request: pytest.FixtureRequest) -> AsyncIterator[Messenger]:
    """A messenger with a secret token behind something that is no messenger."""
    answer = BAD_ANSWERS[request.param]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(head.split()[1]))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    messenger = build(TOKEN, f"http://127.0.0.1:{port}", {})
    yield messenger
    await messenger.bot.session.close()
    server.close()


async def failure_of(call: Awaitable[object]) -> Exception:
    with pytest.raises((AiogramError, Unavailable)) as caught:
        await call
    return caught.value


async def test_no_error_of_a_call_has_the_token_in_its_words(broken: Messenger) -> None:
    error = await failure_of(broken.bot.get_me())
    assert isinstance(error, PASSING)
    assert SECRET not in words(error)
    assert words(error)


async def test_no_error_of_a_file_leads_to_the_token(broken: Messenger) -> None:
    files = Files({Channel.TELEGRAM: broken})
    error = await failure_of(read(files, attachment("photo")))
    assert SECRET not in "".join(traceback.format_exception(error))


def test_the_wait_grows_up_to_a_minute_and_no_further_however_often_it_failed() -> None:
    for attempt in (0, 3, 10, 1024, 10**6):
        most = min(2**attempt, LONGEST_WAIT) if attempt < 10 else LONGEST_WAIT
        assert most / 2 <= backoff(attempt) <= most


@pytest.mark.parametrize("attempt", [0, 3, 10])
def test_waits_after_the_same_number_of_failures_differ(attempt: int) -> None:
    assert len({backoff(attempt) for _ in range(10)}) > 1


def test_the_wait_is_what_the_messenger_asks_for() -> None:
    assert wait_after(TelegramRetryAfter(GetMe(), "slower", 77), 0) == 77
    assert wait_after(TelegramBadRequest(GetMe(), "no"), 0) <= 1


# --- files --------------------------------------------------------------------------------------


def attachment(file_id: str, channel: Channel = Channel.TELEGRAM) -> Attachment:
    return Attachment(uuid4(), "document", "x.pdf", None, None, channel, file_id)


async def read(files: Files, file: Attachment) -> bytes:
    return b"".join([chunk async for chunk in files.open(file)])


@pytest.fixture
def files(messenger: Messenger) -> Files:
    return Files({Channel.TELEGRAM: messenger})


async def test_a_file_is_read_whole(telegram: TelegramStandIn, files: Files) -> None:
    content = bytes(range(256)) * 1000
    known = telegram.world.files.add("document", content)
    assert await read(files, attachment(known.id)) == content


@pytest.mark.parametrize(
    ("method", "fault", "kind"),
    [
        ("getFile", faults.reject(400, "Bad Request: file is too big"), NotFound),
        ("getFile", faults.reject(400, "Bad Request: wrong file_id"), NotFound),
        ("getFile", faults.status(502), Unavailable),
        ("getFile", faults.reject(401, "Unauthorized"), Unavailable),
        ("getFile", faults.cut_before(), Unavailable),
        ("file", faults.reject(404, "Not Found"), NotFound),
        ("file", faults.status(500), Unavailable),
        ("file", faults.cut_before(), Unavailable),
    ],
)
async def test_a_file_that_cannot_be_had_says_why(
    telegram: TelegramStandIn,
    files: Files,
    method: str,
    fault: faults.Fault,
    kind: type[HelpdeskError],
) -> None:
    known = telegram.world.files.add("document", b"x")
    telegram.faults.add(fault, method, times=None)
    with pytest.raises(kind):
        await read(files, attachment(known.id))


async def test_a_file_of_a_messenger_that_is_not_set_up(files: Files) -> None:
    with pytest.raises(Unavailable):
        await read(files, attachment("x", Channel.MAX))


async def test_a_bots_own_file_is_sent_by_its_id(files: Files, messenger: Messenger) -> None:
    assert await files.for_channel(attachment("known"), messenger.bot) == "known"


async def test_another_messengers_file_is_uploaded_under_its_name(
    telegram: TelegramStandIn, files: Files, other_bot: Bot
) -> None:
    known = telegram.world.files.add("document", b"content")
    upload = await files.for_channel(attachment(known.id), other_bot)
    assert isinstance(upload, BufferedInputFile)
    assert (upload.filename, upload.data) == ("x.pdf", b"content")


@pytest.mark.parametrize(
    ("method", "fault"), [("getFile", faults.status(502)), ("file", faults.hang())]
)
async def test_another_messengers_file_that_does_not_come_may_come_later(
    telegram: TelegramStandIn,
    files: Files,
    other_bot: Bot,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    fault: faults.Fault,
) -> None:
    monkeypatch.setattr("bot.files.STALL_SECONDS", 0.1)
    known = telegram.world.files.add("document", b"content")
    telegram.faults.add(fault, method)
    with pytest.raises(FileDelayed):
        await files.for_channel(attachment(known.id), other_bot)


async def test_another_messengers_file_that_is_gone_is_refused_for_good(
    files: Files, other_bot: Bot
) -> None:
    with pytest.raises(FileRefused):
        await files.for_channel(attachment("unknown"), other_bot)


async def test_a_file_of_a_messenger_that_was_given_up_is_refused_for_good(
    files: Files, other_bot: Bot
) -> None:
    with pytest.raises(FileRefused):
        await files.for_channel(attachment("x", Channel.MAX), other_bot)


async def test_a_file_that_is_bigger_than_it_may_be_is_not_kept_in_memory(
    telegram: TelegramStandIn, messenger: Messenger, other_bot: Bot
) -> None:
    known = telegram.world.files.add("document", b"x" * 300_000)
    messenger.capabilities = replace(messenger.capabilities, download_limit=100_000)
    with pytest.raises(FileRefused):
        await Files({Channel.TELEGRAM: messenger}).for_channel(attachment(known.id), other_bot)


@pytest.fixture
async def other_bot() -> AsyncIterator[Bot]:
    """Another messenger's."""
    other = build("43:TEST", "http://127.0.0.1:1", {})
    yield other.bot
    await other.bot.session.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.cut_before(), "the messenger cannot be reached: the connection was cut"),
        (faults.hang(), "the messenger cannot be reached: it does not answer in time"),
    ],
)
async def test_what_keeps_a_messenger_from_answering_is_told_in_words(
    telegram: TelegramStandIn, messenger: Messenger, fault: faults.Fault, said: str
) -> None:
    telegram.faults.add(fault, "getMe")
    assert words(await failure_of(messenger.bot.get_me(request_timeout=1))) == said


async def test_a_messenger_that_is_not_there_is_told_so() -> None:
    nowhere = build("43:TEST", "http://127.0.0.1:1", {})
    said = words(await failure_of(nowhere.bot.get_me()))
    await nowhere.bot.session.close()
    assert said == "the messenger cannot be reached: nobody takes the connection"
