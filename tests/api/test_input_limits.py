"""Every input has an end: bodies, headers, queries, depth, numbers; what is beyond is refused."""

import io
import json
import time
from typing import Any

import pytest

from tests.api.conftest import Desk
from tests.api.things import one_of_each, routes

DEEP = 50_000
BOMBS = {
    "lists": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"text":' * DEEP + b"1" + b"}" * DEEP,
    "unclosed lists": b"[" * DEEP,
    "unclosed objects": b'{"context":' * DEEP,
    "inside a field": b'{"text": "x", "context": {"a": ' + b"[" * DEEP + b"]" * DEEP + b"}}",
    "a number of 50000 digits": b'{"text": "x", "chat_id": ' + b"9" * DEEP + b"}",
    "a number beyond all": b'{"text": "x", "chat_id": 1e99999}',
    "40000 fields": json.dumps({f"field{n}": n for n in range(40_000)}).encode(),
    "half a surrogate": b'{"text": "\\ud800"}',
    "no UTF-8": b'{"text": "\xff\xfe"}',
    "a mark of order": b'\xef\xbb\xbf{"text": "x"',
    "NaN": b'{"text": NaN}',
}


async def send(desk: Desk, path: str, body: bytes, method: str = "POST") -> Any:
    headers = {"Content-Type": "application/json"}
    return await desk.client.call(method, path, data=io.BytesIO(body), headers=headers)


@pytest.mark.parametrize("bomb", BOMBS)
async def test_json_that_is_meant_to_harm_is_refused_in_words(desk: Desk, bomb: str) -> None:
    answer = await send(desk, "/v1/helpdesk/tickets", BOMBS[bomb])
    assert (answer.status, answer.code) == (400, "validation_failed")
    assert len(answer.body) < 10_000
    assert (await desk.client.get("/v1/helpdesk/tickets")).json["tickets"] == []


@pytest.mark.parametrize("route", routes(lambda route: route.body is not None))
async def test_deeply_nested_json_is_refused_everywhere(desk: Desk, route: Any) -> None:
    things = await one_of_each(desk)
    answer = await send(desk, things.path(route), BOMBS["objects"], route.method)
    assert (answer.status, answer.code) == (400, "validation_failed")


async def test_a_query_of_thousands_of_parameters_costs_nothing(desk: Desk) -> None:
    query = "&".join(f"a{number:x}" for number in range(1300)) + "&a0"
    began = time.process_time()
    answer = await desk.client.call("GET", f"/v1/helpdesk/tickets?{query}")
    assert answer.status == 400
    assert len(answer.body) < 10_000
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/helpdesk/tickets?q=" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X-One: 1\r\n" * 2_000 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/requests HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00 no HTTP at all\r\n\r\n",
    ],
    ids=["path", "header", "headers", "length", "chunk", "TLS"],
)
async def test_heads_without_end_are_refused_and_the_next_caller_is_served(
    desk: Desk, head: bytes
) -> None:
    status_line, _, rest = (await desk.raw(head)).partition(b"\r\n")
    assert status_line.endswith(b" 400 Bad Request")
    assert b'"code":"validation_failed"' in rest
    assert (await desk.stranger.get("/healthz")).status == 200


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 8 * 1024 * 1024])
async def test_a_body_beyond_a_mebibyte_is_refused(desk: Desk, size: int) -> None:
    answer = await send(desk, "/v1/helpdesk/tickets", b'{"text": "' + b"x" * size + b'"}')
    assert (answer.status, answer.code) == (413, "payload_too_large")
