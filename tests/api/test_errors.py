"""Whatever goes wrong is told in one shape, with a code, and with nothing of the inside."""

import gzip
import io
import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from api.routing import Route
from storage import tickets
from storage.errors import Unavailable
from tests.api.conftest import Client, Desk
from tests.api.things import NOBODY, body_for, one_of_each, routes

TICKETS = "/v1/helpdesk/tickets"
JSON = {"Content-Type": "application/json"}


async def send(client: Client, body: bytes, headers: dict[str, str] | None = None) -> Any:
    return await client.call("POST", TICKETS, data=io.BytesIO(body), headers=headers or JSON)


def takes_no_body(route: Route) -> bool:
    return route.body is None and route.method != "GET"


async def test_a_problem_says_what_is_wrong_with_each_field(client: Client) -> None:
    answer = await client.post(TICKETS, {"subject": "x" * 201, "priority": "low!", "color": "red"})
    assert answer.wrong == {
        "text": "is required",
        "subject": "must have at most 200 characters",
        "priority": "must be 'low', 'normal', 'high' or 'urgent'",
        "color": "is no field of this request",
    }
    assert answer.json["type"] == "urn:deskwire:error:validation_failed"
    assert answer.json["title"] == "Validation failed"
    assert answer.json["retryable"] is False
    assert set(answer.json) == {"type", "title", "status", "detail", "code", "retryable", "errors"}


async def test_fields_inside_are_named_with_dots(client: Client) -> None:
    wrong = {"text": "Hi", "context": {"page": 7, "user": {"name": "Ann"}}}
    assert (await client.post(TICKETS, wrong)).wrong == {
        "context.page": "must be a string",
        "context.user": "must be a string",
    }


@pytest.mark.parametrize("route", routes(lambda route: route.body is not None))
async def test_unknown_fields_in_a_body_are_refused(desk: Desk, route: Route) -> None:
    path = (await one_of_each(desk)).path(route)
    answer = await desk.client.call(
        route.method, path, json={**(body_for(route) or {}), "colour": "red"}
    )
    assert answer.wrong["colour"] == "is no field of this request"


@pytest.mark.parametrize("route", routes(takes_no_body))
async def test_where_no_body_is_wanted_one_that_says_something_is_refused(
    desk: Desk, route: Route
) -> None:
    path = (await one_of_each(desk)).path(route)
    for body, wrong in {
        b'{"colour": "red"}': {"colour": "is no field of this request"},
        b'{"id": 1, "colour": {}}': dict.fromkeys(("id", "colour"), "is no field of this request"),
        b"[]": {"body": "must be a JSON object"},
        b"null": {"body": "must be a JSON object"},
    }.items():
        answer = await desk.client.call(route.method, path, data=body, headers=JSON)
        assert answer.wrong == wrong, body
    for body in (b"{", b"colour=red", b"{} {}", b"\xff"):
        answer = await desk.client.call(route.method, path, data=body, headers=JSON)
        assert answer.wrong["body"].startswith("is not valid JSON"), body
    assert (await desk.client.call(route.method, path)).status < 300  # nothing was done so far


@pytest.mark.parametrize("body", [b"", b"{}", b" { } "])
@pytest.mark.parametrize("route", routes(takes_no_body))
async def test_where_no_body_is_wanted_an_empty_one_passes(
    desk: Desk, route: Route, body: bytes
) -> None:
    path = (await one_of_each(desk)).path(route)
    answer = await desk.client.call(route.method, path, data=body, headers=JSON)
    assert answer.status < 300, answer.body


@pytest.mark.parametrize("route", routes())
async def test_unknown_parameters_of_a_query_are_refused(desk: Desk, route: Route) -> None:
    path = (await one_of_each(desk)).path(route)
    answer = await desk.client.call(
        route.method, path, json=body_for(route), params={"colour": "red"}
    )
    assert answer.wrong == {"colour": "is no field of this request"}


async def test_a_parameter_given_twice_is_refused(client: Client) -> None:
    answer = await client.call("GET", f"{TICKETS}?limit=1&limit=2&status=new")
    assert answer.wrong == {"limit": "is given twice"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"{'text': 'Hi'}", "is not valid JSON"),
        (b'{"text": "Hi"} {"text": "Hi"}', "is not valid JSON"),
        (b'\xef\xbb\xbf{"text": "Hi"}', "is not valid JSON"),
        (b'{"text": "\xff\xfe"}', "is not valid JSON"),
        (b'{"text": "\\ud800"}', "is not valid JSON"),
        ('{"text": "Hi"}'.encode("utf-16"), "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"text": "Hi", "chat_id": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"null", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"NaN", "must be a JSON object"),
    ],
)
async def test_what_is_no_json_object_is_refused(client: Client, body: bytes, told: str) -> None:
    answer = await send(client, body)
    assert answer.wrong["body"].startswith(told)
    assert (await client.get(TICKETS)).json["tickets"] == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("chat_id", ["12", True, 1.5, "NaN", [], {}, 2**63, -(2**63) - 1, 10**300]),
        ("text", [None, 5, True, [], {}, "", " ", "\u00a0\u2003", "\u200b", "\n\t", "a\u0000b"]),
        ("subject", [5, "x" * 201, "a\u0000"]),
        ("channel", [None, "", "Telegram", "sms", 1]),
        ("priority", [None, "", "HIGH", 1]),
        ("first_name", [5, "x" * 129, "a\nb"]),
        ("ticket_type_id", ["", "x", 5, NOBODY + "0"]),
        ("context", [None, [], "page", {"a": None}, {"": "x"}, {"k" * 65: "x"}, {"a": "\u0000"}]),
        ("context", [{str(n): "x" for n in range(21)}, {"a": "x" * 2001}]),
    ],
)
async def test_values_that_do_not_fit_are_refused(
    client: Client, field: str, values: list[object]
) -> None:
    for value in values:
        answer = await client.post(TICKETS, {"text": "Hi", field: value})
        assert [name.split(".")[0] for name in answer.wrong] == [field], (value, answer.body)


async def test_json_numbers_that_are_none_are_refused(client: Client) -> None:
    for number in (b"NaN", b"Infinity", b"1e400"):
        answer = await send(client, b'{"text": "Hi", "chat_id": ' + number + b"}")
        assert (answer.status, answer.code) == (400, "validation_failed"), number


async def test_many_mistakes_are_told_in_a_bounded_answer(client: Client) -> None:
    answer = await client.post(TICKETS, {"x" * 300 + str(number): 1 for number in range(2000)})
    assert (answer.status, answer.code) == (400, "validation_failed")
    assert len(answer.body) < 20_000


async def test_a_body_may_have_1_mib_and_no_more(client: Client) -> None:
    body = b'{"text": "Hi"}'
    padded = body + b" " * (1024 * 1024 - len(body))
    assert (await send(client, padded)).status == 201
    answer = await send(client, padded + b" ")
    assert (answer.status, answer.code) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "body", [gzip.compress(b'{"text": "Hi"}'), b"not packed at all"], ids=["packed", "broken"]
)
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x"])
async def test_a_packed_body_is_refused_and_never_unpacked(
    desk: Desk, coding: str, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {**JSON, "Content-Encoding": coding, "X-Request-Id": "order-1042"}
    answer = await send(desk.client, body, headers)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")
    refused = await send(desk.stranger, body, headers)
    assert (refused.status, refused.code) == (401, "unauthorized")
    for each in (answer, refused):
        assert each.headers["X-Request-Id"] == "order-1042"
    assert capsys.readouterr() == ("", "")


async def test_a_body_that_says_it_is_not_packed_is_taken(client: Client) -> None:
    for coding in ("identity", " Identity ", ""):
        headers = {**JSON, "Content-Encoding": coding}
        assert (await send(client, b'{"text": "Hi"}', headers)).status == 201


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-16",
        "application/jsonp",
        "application/json; version=2",
        "json",
    ],
)
async def test_a_body_of_another_kind_is_415(client: Client, media_type: str) -> None:
    answer = await send(client, b'{"text": "Hi"}', {"Content-Type": media_type})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_json_in_utf_8_is_taken_however_its_name_is_written(client: Client) -> None:
    for media_type in (
        "application/json;charset=UTF-8",
        'Application/JSON; charset="utf-8"',
        "application/json;",
        "application/json ; charset=utf-8 ; ",
    ):
        assert (await send(client, b'{"text": "Hi"}', {"Content-Type": media_type})).status == 201


async def test_a_wrong_method_is_405_and_told_which_are_right(client: Client) -> None:
    answer = await client.delete(TICKETS)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(re.split(r", ?", answer.headers["Allow"])) == {"GET", "POST"}
    answer = await client.post("/healthz")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


async def test_an_unknown_path_is_404(client: Client) -> None:
    for path in (
        "/nothing",
        "/v1",
        "/v1/tickets",
        TICKETS + "/",
        "/v1/helpdesk/tickets//reply",
        "/x%00",
    ):
        answer = await client.get(path)
        assert (answer.status, answer.code) == (404, "not_found"), path


async def test_a_failure_of_ours_is_500_without_a_word_of_the_inside(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = await client.ticket()
    with mock.patch.object(tickets, "get", side_effect=RuntimeError("secret inside")):
        answer = await client.get(f"{TICKETS}/{ticket['id']}")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert b"secret" not in answer.body
    assert b"Runtime" not in answer.body
    logged = capsys.readouterr()
    assert answer.headers["X-Request-Id"] in logged.out + logged.err


async def test_a_database_that_cannot_be_used_is_503_and_worth_another_try(client: Client) -> None:
    with mock.patch.object(tickets, "get", side_effect=Unavailable):
        answer = await client.get(f"{TICKETS}/{NOBODY}")
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.json["retryable"] is True


async def test_times_are_utc_to_the_millisecond(desk: Desk) -> None:
    assert (await desk.client.ticket())["created_at"] == "2026-03-01T12:00:00.250Z"
    desk.clock.now += timedelta(milliseconds=750)
    assert (await desk.client.ticket())["created_at"] == "2026-03-01T12:00:01.000Z"
