"""A project may make so many requests a minute; others do not feel it."""

import pytest

from storage import api_keys
from tests.api.conftest import Client, Serve

TICKETS = "/v1/helpdesk/tickets"


async def test_every_answer_tells_what_is_left(serve: Serve) -> None:
    desk = await serve(rate_limit=3)
    left = []
    for path in (TICKETS, f"{TICKETS}?limit=0", f"{TICKETS}/unknown"):
        answer = await desk.client.get(path)
        assert answer.headers["RateLimit-Limit"] == "3"
        assert answer.headers["RateLimit-Reset"] == "60"
        left.append(answer.headers["RateLimit-Remaining"])
    assert left == ["2", "1", "0"]


async def test_what_leads_nowhere_counts_and_is_refused_like_the_rest(serve: Serve) -> None:
    desk = await serve(rate_limit=4)
    for left, (method, path, code) in enumerate(
        [
            ("PUT", TICKETS, "method_not_allowed"),
            ("GET", "/v1", "not_found"),
            ("POST", "/v1/helpdesk/nothing", "not_found"),
            ("DELETE", TICKETS, "method_not_allowed"),
        ]
    ):
        answer = await desk.client.call(method, path)
        assert answer.code == code
        assert answer.headers["RateLimit-Limit"] == "4"
        assert answer.headers["RateLimit-Remaining"] == str(3 - left)
        assert answer.headers["RateLimit-Reset"] == "60"
    for method, path in (("GET", "/v1/nothing"), ("DELETE", TICKETS), ("GET", TICKETS)):
        refused = await desk.client.call(method, path)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert refused.headers["Retry-After"] == "60"
        assert (await desk.stranger.call(method, path)).code == "unauthorized"
        assert (await desk.other.call(method, path)).status != 429


async def test_one_request_too_many_is_refused_until_the_minute_is_over(serve: Serve) -> None:
    desk = await serve(rate_limit=2)
    assert (await desk.client.get(TICKETS)).status == 200
    desk.clock.move(seconds=20)
    assert (await desk.client.get(TICKETS)).status == 200
    refused = await desk.client.post(TICKETS, {"text": "One too many"})
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused.json["retryable"] is True
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert refused.headers["X-Request-Id"]
    desk.clock.move(seconds=40)
    listed = await desk.client.get(TICKETS)
    assert (listed.status, listed.json["tickets"]) == (200, [])


async def test_other_projects_are_not_limited_with_it_but_its_other_keys_are(serve: Serve) -> None:
    desk = await serve(rate_limit=1)
    assert (await desk.client.get(TICKETS)).status == 200
    assert (await desk.client.get(TICKETS)).status == 429
    assert (await desk.other.get(TICKETS)).status == 200
    _, second_key = await desk.db.write(api_keys.create, desk.project.id)
    bearer = {"Authorization": f"Bearer {second_key}"}
    assert (await desk.stranger.call("GET", TICKETS, headers=bearer)).status == 429


@pytest.mark.parametrize("path", [TICKETS, "/v1/nothing", f"{TICKETS}?limit=x"])
async def test_a_revoked_key_takes_one_request_at_most_of_what_its_project_may_ask(
    serve: Serve, path: str
) -> None:
    desk = await serve(rate_limit=5)
    key, secret = await desk.db.write(api_keys.create, desk.project.id)
    revoked = Client(desk.client.http, secret)
    assert (await revoked.get(TICKETS)).status == 200
    await desk.db.write(api_keys.revoke, key.id)
    for _ in range(6):
        assert (await revoked.get(path)).code == "unauthorized"
    assert (await desk.client.get(TICKETS)).headers["RateLimit-Remaining"] == "2"


async def test_a_wrong_or_revoked_key_is_401_before_it_is_429(serve: Serve) -> None:
    desk = await serve(rate_limit=1)
    assert (await desk.client.get(TICKETS)).status == 200
    key, *_ = await desk.db.read(api_keys.listing, desk.project.id)
    await desk.db.write(api_keys.revoke, key.id)
    assert (await desk.client.get(TICKETS)).code == "unauthorized"
    assert (await desk.stranger.get(TICKETS)).code == "unauthorized"


async def test_without_a_limit_nothing_is_counted(serve: Serve) -> None:
    desk = await serve(rate_limit=0)
    answer = await desk.client.get(TICKETS)
    assert "RateLimit-Limit" not in answer.headers
