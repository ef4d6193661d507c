"""A page makes a request and learns what became of it, without a key and without a name."""

import asyncio
from typing import Any

import pytest

from storage import requests
from storage.model import Channel, Chat, Person
from tests.api.conftest import Answer, Desk, Serve
from tests.api.pages import PATH, SHOP, Page, allow
from tests.api.things import NOBODY

ANN = Person(Chat(Channel.TELEGRAM, 500), 500, "Ann")


@pytest.fixture
async def page(desk: Desk) -> Page:
    """A page that the project admits."""
    await allow(desk.client, SHOP)
    return Page(desk)


async def test_a_request_is_answered_as_to_a_back_end(desk: Desk, page: Page) -> None:
    answer = await page.ask(channel="telegram", context={"page": f"{SHOP}/cart"})
    request = answer.json
    request_id = request["request_id"]
    assert answer.status == 201
    assert request == {
        "request_id": request_id,
        "status": "pending",
        "channel": "telegram",
        "telegram_link": f"https://t.me/desk_bot?start=hd_{request_id}",
        "max_link": None,
        "subscriber_id": None,
        "expires_at": "2026-03-01T12:15:00.250Z",
    }
    known = await desk.client.get(f"/v1/helpdesk/request/{request_id}/status")
    assert known.json == request
    assert answer.headers["Location"] == f"/v1/public/request/{request_id}/status"
    assert (await page.call("GET", answer.headers["Location"])).status == 200


async def test_a_body_is_not_needed_and_both_messengers_have_a_link(page: Page) -> None:
    answer = await page.call("POST", PATH)
    assert answer.status == 201
    assert answer.json["telegram_link"]
    assert answer.json["max_link"]


async def test_its_context_and_type_are_those_of_the_ticket(desk: Desk, page: Page) -> None:
    kind = (await desk.client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})).json["id"]
    request = await page.request(ticket_type_id=kind, context={"order": "1042"})
    kept = await desk.db.read(requests.find, request["request_id"])
    assert (str(kept.ticket_type_id), kept.context) == (kind, {"order": "1042"})
    assert kept.project_id == desk.project.id


async def test_the_status_tells_three_things_and_never_whose_it_is(desk: Desk, page: Page) -> None:
    request = await page.request()
    told = {"status": "pending", "channel": None, "expires_at": request["expires_at"]}
    assert (await page.about(request)).json == told
    await desk.db.write(requests.accept, request["request_id"], ANN)
    assert (await page.about(request)).json == {**told, "status": "accepted"}
    other = await page.request(channel="max")
    assert (await page.about(other)).json["channel"] == "max"


async def waiting(desk: Desk, page: Page, request: Any) -> "asyncio.Task[Answer]":
    """A question that the server is known to wait with."""
    listening = asyncio.Event()
    listen = desk.db.listen

    def told(*topics: str, look: Any = None) -> Any:
        listening.set()
        return listen(*topics, look=look)

    desk.db.listen = told  # type: ignore[method-assign]
    task = asyncio.ensure_future(page.about(request, wait=25))
    await listening.wait()
    desk.db.listen = listen  # type: ignore[method-assign]
    return task


@pytest.mark.parametrize(
    ("decide", "told"), [(requests.accept, "accepted"), (requests.cancel, "cancelled")]
)
async def test_a_wait_ends_with_the_decision(
    desk: Desk, page: Page, decide: Any, told: str
) -> None:
    request = await page.request()
    task = await waiting(desk, page, request)
    async with asyncio.timeout(10):
        await desk.db.write(decide, request["request_id"], ANN)
        answer = await task
    assert (answer.status, answer.json["status"]) == (200, told)


async def test_a_request_expires_and_is_forgotten(desk: Desk, page: Page) -> None:
    request = await page.request()
    desk.clock.move(minutes=15)
    assert (await page.about(request)).json["status"] == "expired"
    desk.clock.move(hours=24, seconds=1)
    answer = await page.about(request)
    assert (answer.status, answer.code) == (404, "request_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "virtual"}, "channel"),
        ({"ticket_type_id": "x"}, "ticket_type_id"),
        ({"context": {"page": 1}}, "context.page"),
        ({"context": {str(n): "" for n in range(21)}}, "context"),
        ({"text": "Hi"}, "text"),
    ],
)
async def test_what_does_not_fit_is_refused(page: Page, body: Any, field: str) -> None:
    assert list((await page.ask(**body)).wrong) == [field]


async def test_a_body_is_json_and_says_so(page: Page) -> None:
    plain = {"Content-Type": "text/plain"}  # what a browser sends without asking first
    answer = await page.call("POST", PATH, data=b"{}", headers=plain)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_waits_and_channels_are_checked(page: Page) -> None:
    request = await page.request()
    assert list((await page.about(request, wait=26)).wrong) == ["wait"]
    assert list((await page.about(request, "qr")).wrong) == ["channel"]
    assert list((await page.about(request, "qr", channel="virtual")).wrong) == ["channel"]


async def test_a_type_must_be_an_active_one_of_the_project(page: Page) -> None:
    answer = await page.ask(ticket_type_id=NOBODY)
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP


async def test_only_configured_channels_have_links(serve: Serve) -> None:
    desk = await serve(channels=(Channel.TELEGRAM,))
    await allow(desk.client, SHOP)
    page = Page(desk)
    request = await page.request()
    assert request["max_link"] is None
    for answer in (await page.ask(channel="max"), await page.about(request, "qr", channel="max")):
        assert (answer.status, answer.code) == (409, "channel_unavailable")


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("helpdesk_enabled", "helpdesk_disabled"),
        ("helpdesk_allow_create", "helpdesk_create_disabled"),
    ],
)
async def test_the_settings_may_forbid_requests(
    desk: Desk, page: Page, setting: str, code: str
) -> None:
    request = await page.request()
    await desk.client.patch("/v1/helpdesk/settings", {setting: False})
    answer = await page.ask()
    assert (answer.status, answer.code) == (403, code)
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert (await page.about(request)).status == 200


async def test_an_idempotency_key_gives_the_first_answer_again(desk: Desk, page: Page) -> None:
    key = {"Idempotency-Key": "once"}
    first = await page.call("POST", PATH, json={"channel": "max"}, headers=key)
    again = await page.call("POST", PATH, json={"channel": "max"}, headers=key)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await page.call("POST", PATH, json={}, headers=key)
    assert (other.status, other.code) == (409, "idempotency_conflict")
    assert other.headers["Access-Control-Allow-Origin"] == SHOP
    ours = await desk.client.call("POST", "/v1/helpdesk/request", json={}, headers=key)
    assert (ours.status, ours.json["request_id"] != first.json["request_id"]) == (201, True)


async def test_unknown_paths_and_methods_are_told_without_asking_for_a_key(page: Page) -> None:
    answer = await page.call("GET", "/v1/public/nothing")
    assert (answer.status, answer.code) == (404, "not_found")
    answer = await page.call("DELETE", PATH)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "OPTIONS,POST"
