"""Requests: links for a website, consent within 15 minutes, and waiting for it."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from storage import requests
from storage.model import Channel, Chat, Person
from tests.api.conftest import Answer, Client, Desk, Serve
from tests.api.things import NOBODY

PATH = "/v1/helpdesk/request"
ANN = Person(Chat(Channel.TELEGRAM, 500), 500, "Ann")
FIELDS = [
    "request_id",
    "status",
    "channel",
    "telegram_link",
    "max_link",
    "subscriber_id",
    "expires_at",
]


async def made(client: Client, **body: object) -> Any:
    answer = await client.post(PATH, body)
    assert answer.status == 201, answer.body
    return answer.json


async def status(client: Client, request: Any, **query: object) -> Answer:
    return await client.get(f"{PATH}/{request['request_id']}/status", **query)


async def test_a_request_has_a_link_for_each_messenger(client: Client) -> None:
    answer = await client.post(PATH, {})
    request = answer.json
    request_id = request["request_id"]
    assert answer.status == 201
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", request_id)
    assert list(request) == FIELDS
    assert request == {
        "request_id": request_id,
        "status": "pending",
        "channel": None,
        "telegram_link": f"https://t.me/desk_bot?start=hd_{request_id}",
        "max_link": f"https://max.ru/desk_max?start=hd_{request_id}",
        "subscriber_id": None,
        "expires_at": "2026-03-01T12:15:00.250Z",
    }
    assert answer.headers["Location"] == f"{PATH}/{request_id}/status"
    assert (await client.get(answer.headers["Location"])).json == request


async def test_a_body_is_not_needed(client: Client) -> None:
    assert (await client.call("POST", PATH)).status == 201


async def test_with_a_channel_the_other_link_is_null(client: Client) -> None:
    telegram, other = await made(client, channel="telegram"), await made(client, channel="max")
    assert (telegram["channel"], telegram["max_link"]) == ("telegram", None)
    assert (other["channel"], other["telegram_link"]) == ("max", None)
    assert telegram["telegram_link"]
    assert other["max_link"]
    assert (await status(client, telegram)).json == telegram


async def test_no_two_requests_have_the_same_id(client: Client) -> None:
    assert len({(await made(client))["request_id"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "virtual"}, "channel"),
        ({"channel": "sms"}, "channel"),
        ({"ticket_type_id": "x"}, "ticket_type_id"),
        ({"context": {"page": 1}}, "context.page"),
        ({"context": {str(n): "" for n in range(21)}}, "context"),
        ({"text": "Hi"}, "text"),
    ],
)
async def test_what_does_not_fit_is_refused(client: Client, body: Any, field: str) -> None:
    assert list((await client.post(PATH, body)).wrong) == [field]


async def test_a_type_must_be_an_active_one_of_the_project(client: Client) -> None:
    types = "/v1/helpdesk/ticket-types"
    kind = (await client.post(types, {"name": "Delivery"})).json["id"]
    await made(client, ticket_type_id=kind)
    await client.patch(f"{types}/{kind}", {"active": False})
    for type_id in (kind, NOBODY):
        assert (await client.post(PATH, {"ticket_type_id": type_id})).code == "not_found"


async def test_only_configured_channels_have_links(serve: Serve) -> None:
    desk = await serve(channels=(Channel.TELEGRAM,))
    request = await made(desk.client)
    assert request["telegram_link"]
    assert request["max_link"] is None
    answer = await desk.client.post(PATH, {"channel": "max"})
    assert (answer.status, answer.code) == (409, "channel_unavailable")


async def test_without_any_messenger_there_is_no_channel(serve: Serve) -> None:
    desk = await serve(channels=())
    for body in ({}, {"channel": "telegram"}):
        answer = await desk.client.post(PATH, body)
        assert (answer.status, answer.code) == (409, "channel_unavailable")


async def test_while_the_bots_name_is_not_known_it_is_worth_another_try(desk: Desk) -> None:
    del desk.links.bots[Channel.MAX]
    request = await made(desk.client)
    assert request["telegram_link"]
    assert request["max_link"] is None
    answer = await desk.client.post(PATH, {"channel": "max"})
    assert (answer.status, answer.code, answer.json["retryable"]) == (503, "unavailable", True)
    desk.links.bots.clear()
    assert (await desk.client.post(PATH, {})).status == 503
    assert (await status(desk.client, request)).json["telegram_link"] is None


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("helpdesk_enabled", "helpdesk_disabled"),
        ("helpdesk_allow_create", "helpdesk_create_disabled"),
    ],
)
async def test_the_settings_may_forbid_requests(client: Client, setting: str, code: str) -> None:
    request = await made(client)
    await client.patch("/v1/helpdesk/settings", {setting: False})
    answer = await client.post(PATH, {})
    assert (answer.status, answer.code) == (403, code)
    assert (await status(client, request)).status == 200


async def test_the_settings_come_before_a_channel_that_is_not_configured(serve: Serve) -> None:
    desk = await serve(channels=())
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_allow_create": False})
    assert (await desk.client.post(PATH, {})).code == "helpdesk_create_disabled"


async def test_consent_is_told_with_the_subscriber(desk: Desk) -> None:
    request = await made(desk.client)
    opened = await desk.db.write(requests.accept, request["request_id"], ANN)
    assert opened.subscriber is not None
    told = (await status(desk.client, request)).json
    assert (told["status"], told["subscriber_id"]) == ("accepted", str(opened.subscriber.id))
    assert (
        await desk.client.get(f"/v1/helpdesk/subscribers/{told['subscriber_id']}")
    ).status == 200


async def test_a_refusal_is_told(desk: Desk) -> None:
    request = await made(desk.client)
    await desk.db.write(requests.cancel, request["request_id"], ANN)
    told = (await status(desk.client, request)).json
    assert (told["status"], told["subscriber_id"]) == ("cancelled", None)


async def test_a_request_expires_after_15_minutes_and_is_forgotten_a_day_later(desk: Desk) -> None:
    request = await made(desk.client)
    desk.clock.move(minutes=14, seconds=59)
    assert (await status(desk.client, request)).json["status"] == "pending"
    desk.clock.move(seconds=1)
    assert (await status(desk.client, request)).json["status"] == "expired"
    desk.clock.move(hours=24)
    assert (await status(desk.client, request)).json["status"] == "expired"
    desk.clock.move(seconds=1)
    answer = await status(desk.client, request)
    assert (answer.status, answer.code) == (404, "request_not_found")


async def test_an_unknown_request_is_404_with_and_without_wait(client: Client) -> None:
    for request_id in ("A" * 22, "x", "a" * 23, "-" * 22, NOBODY):
        for wait in (0, 25):
            answer = await status(client, {"request_id": request_id}, wait=wait)
            assert (answer.status, answer.code) == (404, "request_not_found")


@pytest.mark.parametrize("wait", ["-1", "26", "25.1", "x", "", "1_0", "NaN", "inf", "9" * 40])
async def test_a_wait_has_0_to_25_seconds(client: Client, wait: str) -> None:
    assert list((await status(client, await made(client), wait=wait)).wrong) == ["wait"]


async def waiting(desk: Desk, request: Any, wait: float = 25) -> "asyncio.Task[Answer]":
    """A request for the status that the server is known to wait with."""
    listening = asyncio.Event()
    listen = desk.db.listen

    def told(*topics: str, look: Any = None) -> Any:
        listening.set()
        return listen(*topics, look=look)

    desk.db.listen = told  # type: ignore[method-assign]
    task = asyncio.ensure_future(status(desk.client, request, wait=wait))
    await listening.wait()
    desk.db.listen = listen  # type: ignore[method-assign]
    return task


@pytest.mark.parametrize(
    ("decide", "told"), [(requests.accept, "accepted"), (requests.cancel, "cancelled")]
)
async def test_a_wait_ends_with_the_decision(desk: Desk, decide: Any, told: str) -> None:
    request = await made(desk.client)
    tasks = [await waiting(desk, request) for _ in range(3)]
    async with asyncio.timeout(10):
        await desk.db.write(decide, request["request_id"], ANN)
        assert [(await task).json["status"] for task in tasks] == [told] * 3


async def test_a_wait_ends_with_the_last_moment_of_the_request(desk: Desk) -> None:
    request = await made(desk.client)
    started = desk.db.clock()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    almost = timedelta(minutes=15) - timedelta(milliseconds=200)

    def running_on() -> Any:
        return started + almost + timedelta(seconds=loop.time() - begun)

    desk.db.clock = running_on
    async with asyncio.timeout(10):
        assert (await status(desk.client, request, wait=25)).json["status"] == "expired"


async def test_a_wait_ends_with_its_time(desk: Desk) -> None:
    request = await made(desk.client)
    async with asyncio.timeout(10):
        assert (await status(desk.client, request, wait=0.1)).json["status"] == "pending"


async def test_a_request_that_is_decided_is_not_waited_for(desk: Desk) -> None:
    request = await made(desk.client)
    await desk.db.write(requests.cancel, request["request_id"], ANN)
    async with asyncio.timeout(10):
        assert (await status(desk.client, request, wait=25)).json["status"] == "cancelled"


async def test_a_wait_ends_when_the_server_stops(desk: Desk) -> None:
    request = await made(desk.client)
    task = await waiting(desk, request)
    async with asyncio.timeout(10):
        await desk.runner.cleanup()
        answer = await task
    assert (answer.status, answer.json["status"]) == (200, "pending")


async def test_other_changes_wake_nobody(desk: Desk) -> None:
    one, two = await made(desk.client), await made(desk.client)
    task = await waiting(desk, one)
    await desk.db.write(requests.accept, two["request_id"], ANN)
    assert (await status(desk.client, one)).json["status"] == "pending"
    assert not task.done()
    task.cancel()


async def test_who_waits_does_not_keep_others_waiting(desk: Desk) -> None:
    request = await made(desk.client)
    tasks = [await waiting(desk, request) for _ in range(50)]
    async with asyncio.timeout(10):
        await desk.client.ticket()
        await desk.db.write(requests.cancel, request["request_id"], ANN)
        await asyncio.gather(*tasks)
