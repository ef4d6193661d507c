"""What is below the API: bytes that are no HTTP, bodies that are framed wrongly, request ids."""

import asyncio
import json

import pytest

from tests.api.conftest import Client, Desk

TICKETS = "/v1/helpdesk/tickets"


def problem_in(answer: bytes) -> tuple[int, str]:
    """Status and code of a problem, which is one in every header too."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer
    assert b"x-request-id" in head.lower()
    told = json.loads(body)
    assert f" {told['status']} ".encode() in head.split(b"\r\n")[0]
    return told["status"], told["code"]


def post(desk: Desk, headers: str, body: bytes) -> bytes:
    head = (
        f"POST {TICKETS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.key}\r\n"
        f"Content-Type: application/json\r\n{headers}\r\n\r\n"
    )
    return head.encode() + body


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET /\xff\xfe HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 10_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_as_a_problem(desk: Desk, sent: bytes) -> None:
    assert problem_in(await desk.raw(sent)) == (400, "validation_failed")


async def test_strangers_bytes_do_not_reach_the_log(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await desk.raw(b"GET / HTTP/1.1\r\nAuthorization: Bearer hidden\r\nbroken\r\n\r\n")
    captured = capsys.readouterr()
    assert "hidden" not in captured.out + captured.err + caplog.text


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhello world\r\n0\r\n\r\n", b"-1\r\n\r\n0\r\n\r\n"],
)
async def test_malformed_chunks_are_400(desk: Desk, chunks: bytes) -> None:
    sent = post(desk, "Transfer-Encoding: chunked", chunks)
    assert problem_in(await desk.raw(sent)) == (400, "validation_failed")


async def test_a_body_in_chunks_is_a_body(desk: Desk) -> None:
    chunks = b'8\r\n{"text":\r\n5\r\n "Hi"\r\n1\r\n}\r\n0\r\n\r\n'
    answer = await desk.raw(post(desk, "Transfer-Encoding: chunked", chunks))
    assert answer.startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_a_packed_body_in_chunks_is_415_and_the_connection_goes_on(
    desk: Desk, coding: str
) -> None:
    headers = f"Content-Encoding: {coding}\r\nTransfer-Encoding: chunked"
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    for _ in range(2):
        writer.write(post(desk, headers, b"9\r\nnot gzip!\r\n0\r\n\r\n"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        answer = head + await reader.readexactly(length)
        assert problem_in(answer) == (415, "unsupported_media_type")
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_hangs_up_halfway_disturbs_nobody(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    writer.write(post(desk, "Content-Length: 100", b'{"text": '))
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await desk.client.get(TICKETS)).json["tickets"] == []
    assert "Request failed" not in capsys.readouterr().out


async def test_who_expects_100_continue_gets_it(desk: Desk) -> None:
    body = b'{"text": "Hi"}'
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    writer.write(post(desk, f"Expect: 100-continue\r\nContent-Length: {len(body)}", b""))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 201 ")
    writer.close()
    await writer.wait_closed()


async def test_a_body_that_turns_out_empty_is_none(desk: Desk) -> None:
    made = await desk.client.post("/v1/webhooks", {"url": "https://93.184.215.14/hook"})
    head = post(desk, "Expect: 100-continue\r\nTransfer-Encoding: chunked", b"")
    path = f"/v1/webhooks/{made.json['id']}/test"
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    writer.write(head.replace(TICKETS.encode(), path.encode()))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"0\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202 ")
    writer.close()
    await writer.wait_closed()


async def test_who_expects_what_nobody_can_is_refused_as_a_problem(desk: Desk) -> None:
    sent = post(desk, "Expect: miracles\r\nContent-Length: 14", b'{"text": "Hi"}')
    assert problem_in(await desk.raw(sent)) == (400, "validation_failed")


async def test_a_request_keeps_its_callers_id_if_it_is_sane(client: Client) -> None:
    for own in ("order-1042", "A.b_c:9", "x" * 128):
        answer = await client.call("GET", TICKETS, headers={"X-Request-Id": own})
        assert answer.headers["X-Request-Id"] == own


async def test_other_ids_are_replaced_and_never_the_same(client: Client) -> None:
    given = set()
    for own in ("", "x" * 129, "two words", "a;b", "<script>", "ключ"):
        answer = await client.call("GET", TICKETS, headers={"X-Request-Id": own})
        assert answer.headers["X-Request-Id"] != own
        given.add(answer.headers["X-Request-Id"])
    given.add((await client.get(TICKETS)).headers["X-Request-Id"])
    assert len(given) == 7


async def test_every_answer_has_a_request_id(desk: Desk) -> None:
    made = await desk.client.ticket()
    for answer in (
        await desk.client.get(f"{TICKETS}/{made['id']}"),
        await desk.client.post(TICKETS, {}),
        await desk.stranger.get("/nothing"),
        await desk.stranger.get("/healthz"),
        await desk.stranger.delete(TICKETS),
    ):
        assert len(answer.headers["X-Request-Id"]) > 8


async def test_no_answer_tells_what_the_server_is_made_of(desk: Desk) -> None:
    for answer in (
        await desk.client.get(TICKETS),
        await desk.stranger.get("/nothing"),
        await desk.stranger.get("/healthz"),
    ):
        assert answer.headers["Server"] == "Deskwire"
    assert b"aiohttp" not in await desk.raw(b"hello\r\n\r\n")
