"""Files: the bytes as they are, under headers that let no browser do more than save them."""

import re

import pytest

from storage import messages, opening
from storage.errors import NotFound, Unavailable
from storage.model import Channel, Chat, Content, NewAttachment, Source
from tests.api.conftest import Answer, Desk
from tests.api.things import NOBODY

PATH = "/v1/helpdesk/attachments"


async def got(desk: Desk, file_name: str | None, mime_type: str | None) -> Answer:
    """The answer for a file that a customer sent under this name and of this type."""
    subscriber = await desk.subscriber()
    chat = Chat(Channel.TELEGRAM, 500)
    file = NewAttachment("document", Channel.TELEGRAM, "file-1", file_name, mime_type, 12)
    new = opening.NewTicket(Content("Look", attachments=(file,)))
    ticket = await desk.db.write(opening.by_customer, subscriber, new, Source(chat, (1,)))
    said = await desk.db.read(messages.of_ticket, ticket.id)
    return await desk.client.get(f"{PATH}/{said[0].attachments[0].id}")


async def test_the_bytes_come_as_they_are(desk: Desk) -> None:
    desk.files.chunks = [b"\x89PNG", b"\r\n\x00", bytes(range(256)) * 1000]
    answer = await got(desk, "cat.png", "image/png")
    assert answer.status == 200
    assert answer.body == b"".join(desk.files.chunks)
    assert answer.headers["Content-Type"] == "image/png"
    assert "X-Request-Id" in answer.headers


async def test_an_empty_file_is_a_file(desk: Desk) -> None:
    desk.files.chunks = []
    answer = await got(desk, "empty.txt", "text/plain")
    assert (answer.status, answer.body) == (200, b"")


async def test_browsers_save_it_and_do_nothing_else(desk: Desk) -> None:
    answer = await got(desk, "page.html", "text/html")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("file_name", "plain", "extended"),
    [
        ("cat.png", "cat.png", "cat.png"),
        ("два кота.png", "___ ____.png", "%D0%B4%D0%B2%D0%B0%20%D0%BA%D0%BE%D1%82%D0%B0.png"),
        ('a"b;c.txt', "a_b;c.txt", "a%22b%3Bc.txt"),
        ("../../etc/passwd", ".._.._etc_passwd", ".._.._etc_passwd"),
        ("a\r\nSet-Cookie: x=1", "a__Set-Cookie: x=1", "a__Set-Cookie%3A%20x%3D1"),
        ("\u202egnp.exe", "_gnp.exe", "%E2%80%AEgnp.exe"),
        (None, "document.pdf", "document.pdf"),
        ("", "document.pdf", "document.pdf"),
    ],
)
async def test_the_file_has_its_name_in_every_alphabet(
    desk: Desk, file_name: str | None, plain: str, extended: str
) -> None:
    answer = await got(desk, file_name, "application/pdf")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"
    )
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "mime_type",
    [
        None,
        "",
        "png",
        "image/",
        "image/png; charset=x",
        "a/b\r\nX: y",
        "x" * 200 + "/y",
        "картинка/x",
    ],
)
async def test_a_type_that_is_none_is_told_as_bytes(desk: Desk, mime_type: str | None) -> None:
    answer = await got(desk, "file", mime_type)
    assert answer.headers["Content-Type"] == "application/octet-stream"


async def test_a_file_that_is_gone_is_404(desk: Desk) -> None:
    desk.files.chunks, desk.files.error = [], NotFound("The messenger has this file no more.")
    answer = await got(desk, "cat.png", "image/png")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_messenger_that_cannot_be_reached_is_503(desk: Desk) -> None:
    desk.files.chunks, desk.files.error = [], Unavailable("Telegram cannot be reached.")
    answer = await got(desk, "cat.png", "image/png")
    assert (answer.status, answer.code, answer.json["retryable"]) == (503, "unavailable", True)


async def test_a_file_that_breaks_off_does_not_look_whole(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.files.error = Unavailable("Telegram cannot be reached.")
    with pytest.raises(Exception, match=re.compile("payload|disconnected|closed", re.IGNORECASE)):
        await got(desk, "cat.png", "image/png")
    assert "File broke off" in capsys.readouterr().out
    assert (await desk.client.get("/v1/helpdesk/agents")).status == 200


async def test_unknown_files_are_404(desk: Desk) -> None:
    for file_id in (NOBODY, "x", "1"):
        answer = await desk.client.get(f"{PATH}/{file_id}")
        assert (answer.status, answer.code) == (404, "not_found")
