"""A key opens one project; without one nothing behind it is told: 401 before any other error."""

import io
from typing import Any

import pytest

from api.routing import Route
from storage import api_keys
from tests.api.conftest import Answer, Client, Desk
from tests.api.things import NOBODY, body_for, one_of_each, routes

TICKETS = "/v1/helpdesk/tickets"


def assert_unauthorized(answer: Answer) -> None:
    assert (answer.status, answer.code) == (401, "unauthorized"), answer.body
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["retryable"] is False
    assert "X-Request-Id" in answer.headers


@pytest.mark.parametrize("route", routes())
async def test_every_route_needs_a_key(desk: Desk, route: Route) -> None:
    things = await one_of_each(desk)
    path = things.path(route)
    for caller in (desk.stranger, Client(desk.http, "dw_of-nobody")):
        assert_unauthorized(await caller.call(route.method, path, json=body_for(route)))


def refused_for_other_reasons(route: Route) -> list[dict[str, Any]]:
    as_json = {"headers": {"Content-Type": "application/json"}}
    return [
        {"json": {"nonsense": 1}},
        {"data": b"{", **as_json},
        {"data": b"text=hello"},
        {"data": io.BytesIO(b"[" + b" " * 1024 * 1024), **as_json},
        {"params": {"nonsense": "1"}},
        {"json": body_for(route), "headers": {"Idempotency-Key": " "}},
    ]


@pytest.mark.parametrize("route", routes())
async def test_401_comes_before_any_other_error_of_a_route(desk: Desk, route: Route) -> None:
    path = route.path.format(id=NOBODY, request_id="x", delivery_id="x")
    for caller in (desk.stranger, Client(desk.http, "dw_of-nobody")):
        for how in refused_for_other_reasons(route):
            assert_unauthorized(await caller.call(route.method, path, **how))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("GET", "/v1/nothing"),
        ("POST", "/v1/helpdesk/nothing/at/all"),
        ("DELETE", TICKETS),
        ("PUT", f"{TICKETS}/{NOBODY}/reply"),
        ("OPTIONS", TICKETS),
    ],
)
async def test_401_comes_before_404_and_405_too(desk: Desk, method: str, path: str) -> None:
    assert_unauthorized(await desk.stranger.call(method, path))
    assert (await desk.client.call(method, path)).code in {"not_found", "method_not_allowed"}


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "{key}",
        "Bearer{key}",
        "Bearer {key}x",
        "Bearer {key} {key}",
        "Bearer {key},",
        "Token {key}",
    ],
)
async def test_only_a_bearer_key_counts(desk: Desk, shown: str) -> None:
    headers = {"Authorization": shown.format(key=desk.key)}
    assert_unauthorized(await desk.stranger.call("GET", TICKETS, headers=headers))


async def test_the_schemes_case_does_not_matter_the_keys_does(desk: Desk) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {desk.key}"}
        assert (await desk.stranger.call("GET", TICKETS, headers=headers)).status == 200
    assert_unauthorized(await Client(desk.http, desk.key.swapcase()).get(TICKETS))


async def test_a_key_in_the_query_is_none(desk: Desk) -> None:
    assert_unauthorized(await desk.stranger.get(TICKETS, api_key=desk.key, access_token=desk.key))


async def test_a_revoked_key_opens_nothing_from_then_on(desk: Desk) -> None:
    keys = await desk.db.read(api_keys.listing, desk.project.id)
    assert (await desk.client.get(TICKETS)).status == 200
    await desk.db.write(api_keys.revoke, keys[0].id)
    assert_unauthorized(await desk.client.get(TICKETS))
    assert_unauthorized(await desk.client.post(TICKETS, {"text": "Hello"}))
    assert (await desk.other.get(TICKETS)).json["tickets"] == []


async def test_a_project_may_have_several_keys(desk: Desk) -> None:
    _, second = await desk.db.write(api_keys.create, desk.project.id)
    made = await desk.client.ticket()
    assert (await Client(desk.http, second).get(f"{TICKETS}/{made['id']}")).status == 200


async def test_a_key_of_the_owners_choice_may_have_any_letters(desk: Desk) -> None:
    await desk.db.write(api_keys.add, desk.project.id, "ключ-от-склада")
    assert (await Client(desk.http, "ключ-от-склада").get(TICKETS)).status == 200


async def test_keys_are_kept_as_hashes_only(desk: Desk) -> None:
    await desk.client.ticket()
    await desk.db.close()
    kept = b"".join(file.read_bytes() for file in desk.db.path.parent.iterdir())
    assert desk.key.encode() not in kept
    assert api_keys.hash_key(desk.key).encode() in kept


async def test_bytes_that_are_no_text_are_no_key(desk: Desk) -> None:
    answer = await desk.raw(
        b"GET /v1/helpdesk/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 401 ")
