"""Webhook mode: subscriptions, their secret, attempts until it is taken, and MAX's patience."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.playground.max import MaxStandIn, Person
from tests.bot.playground.clock import Clock
from tests.bot.playground.max_wire import Wire

PUBLIC = "https://desk.example"
URL = f"{PUBLIC}/hook"


class Desk:
    """What stands behind the public address: keeps what it gets, answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.headers.get("X-Max-Bot-Api-Secret"), await request.json()))
        return web.Response(status=self.status)


@pytest.fixture
async def wire(clock: Clock) -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn(clock=clock)) as ready:
        yield ready


@pytest.fixture
async def desk(wire: Wire) -> AsyncIterator[Desk]:
    behind = Desk()
    app = web.Application()
    app.router.add_post("/hook", behind.take)
    async with TestServer(app) as server:
        wire.messenger.route_webhook(PUBLIC, f"http://127.0.0.1:{server.port}")
        yield behind


@pytest.fixture
def ann(wire: Wire) -> Person:
    return wire.messenger.add_person("Ann")


async def test_updates_are_posted_one_by_one_with_the_secret(
    wire: Wire, desk: Desk, ann: Person
) -> None:
    ann.open("before")
    await wire.ok("POST", "/subscriptions", {"url": URL, "secret": "s3cret-s3cret"})
    ann.say("after")
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert [secret for secret, _ in desk.got] == ["s3cret-s3cret"] * 2
    started, said = [update for _, update in desk.got]
    assert (started["payload"], said["message"]["body"]["text"]) == ("before", "after")
    assert wire.messenger.confirmed_offset > 0


async def test_anything_but_200_is_a_failure_and_tried_again(
    wire: Wire, desk: Desk, ann: Person
) -> None:
    desk.status = 202
    await wire.ok("POST", "/subscriptions", {"url": URL})
    ann.open()
    await wire.messenger.until(lambda: len(wire.messenger.webhook_attempts) >= 2)
    desk.status = 200
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert [attempt.status for attempt in wire.messenger.webhook_attempts][:2] == [202, 202]
    assert desk.got[0] == desk.got[-1]
    assert desk.got[0][0] is None


async def test_after_8_hours_without_success_max_unsubscribes(
    wire: Wire, desk: Desk, ann: Person, clock: Clock
) -> None:
    desk.status = 500
    await wire.ok("POST", "/subscriptions", {"url": URL})
    ann.open()
    await wire.messenger.until(lambda: len(wire.messenger.webhook_attempts) >= 2)
    clock.now += 8 * 3600 - 1
    tried = len(wire.messenger.webhook_attempts)
    await wire.messenger.until(lambda: len(wire.messenger.webhook_attempts) > tried)
    assert len(wire.messenger.subscriptions) == 1
    clock.now += 1
    await wire.messenger.until(lambda: not wire.messenger.subscriptions)
    assert await wire.ok("GET", "/subscriptions") == {"subscriptions": []}
    # What was not delivered is there for polling.
    assert len(await wire.updates()) == 1


async def test_one_success_starts_the_8_hours_anew(
    wire: Wire, desk: Desk, ann: Person, clock: Clock
) -> None:
    messenger = wire.messenger
    desk.status = 500
    await wire.ok("POST", "/subscriptions", {"url": URL})
    ann.open()
    await messenger.until(lambda: messenger.webhook_attempts)
    clock.now += 5 * 3600
    desk.status = 200
    await messenger.until(lambda: messenger.updates_pending == 0)
    desk.status = 500
    ann.say("x")
    tried = len(messenger.webhook_attempts)
    await messenger.until(lambda: len(messenger.webhook_attempts) > tried)
    clock.now += 5 * 3600
    tried = len(messenger.webhook_attempts)
    await messenger.until(lambda: len(messenger.webhook_attempts) > tried)
    assert len(messenger.subscriptions) == 1


async def test_nobody_behind_the_address_is_a_failure_too(wire: Wire, ann: Person) -> None:
    wire.messenger.route_webhook("https://closed.example", "http://127.0.0.1:1")
    for url in ("https://nobody.example/hook", "https://closed.example/hook"):
        await wire.ok("POST", "/subscriptions", {"url": url})
    ann.open()
    await wire.messenger.until(lambda: len(wire.messenger.webhook_attempts) >= 2)
    assert [attempt.status for attempt in wire.messenger.webhook_attempts[:2]] == [0, 0]
    assert wire.messenger.updates_pending == 1


async def test_polling_is_closed_while_there_is_a_subscription(
    wire: Wire, desk: Desk, ann: Person
) -> None:
    await wire.ok("POST", "/subscriptions", {"url": URL})
    assert (await wire.error("GET", "/updates", timeout=0))[0] == 405
    assert await wire.ok("DELETE", "/subscriptions", url=URL) == {"success": True}
    assert await wire.updates() == []
    missing = await wire.ok("DELETE", "/subscriptions", url=URL)
    assert missing["success"] is False


async def test_only_kinds_asked_for_are_posted(wire: Wire, desk: Desk, ann: Person) -> None:
    body = {"url": URL, "update_types": ["message_created"]}
    await wire.ok("POST", "/subscriptions", body)
    ann.open()
    ann.say("x")
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert [update["update_type"] for _, update in desk.got] == ["message_created"]
    [listed] = (await wire.ok("GET", "/subscriptions"))["subscriptions"]
    assert (listed["url"], listed["update_types"]) == (URL, ["message_created"])


async def test_every_subscription_gets_every_update_once(
    wire: Wire, desk: Desk, ann: Person
) -> None:
    for url in (URL, f"{URL}?second"):
        await wire.ok("POST", "/subscriptions", {"url": url})
    ann.open()
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert len(desk.got) == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"url": "http://desk.example"}, "Webhook URL must start with https://"),
        ({"url": "https://desk.example:8443/x"}, "Only port 443 is supported for webhooks"),
        ({"url": URL, "secret": "four"}, "Field 'secret' size (4) must be at least 5"),
        ({"url": URL, "secret": "not allowed"}, "Field 'secret' must match"),
        ({}, "the body lacks 'url'"),
        ({"url": URL, "version": "1"}, "'version' is no field of SubscriptionRequestBody"),
    ],
)
async def test_subscriptions_max_does_not_take(
    wire: Wire, body: dict[str, Any], problem: str
) -> None:
    status, code, message = await wire.error("POST", "/subscriptions", body)
    assert (status, code) == (400, "proto.payload")
    assert problem in message


async def test_a_messenger_that_is_down_posts_nothing_until_it_is_back(
    wire: Wire, desk: Desk, ann: Person
) -> None:
    await wire.ok("POST", "/subscriptions", {"url": URL})
    wire.messenger.down()
    ann.open()
    assert desk.got == []
    wire.messenger.up()
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert len(desk.got) == 1
