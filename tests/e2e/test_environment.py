"""What the environment says of addresses, limits and channels reaches the running process."""

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from multidict import CIMultiDictProxy

from tests.e2e.desk import API_KEY, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = "/v1/helpdesk/settings"
TICKETS = "/v1/helpdesk/tickets"
SHOP = "https://shop.example"
A_MINUTE = 10
"""Requests that one address may make."""
NO_MESSENGER = 409
"""What a page's request meets with where there is none that it could lead to. It counts."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk without messenger, playground and limit, at an address of its own. At the usual one
    somebody else listens at the same port."""
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        settings = {"host": "127.0.0.2", "port": port, "playground": "off", "rate_limit": 0}
        async with Desk(tmp_path_factory.mktemp("bare"), **settings) as running:
            await running.works()
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk behind a proxy of ours, that takes two requests a minute. One of them is made."""
    settings = {"rate_limit": 2, "trusted_proxies": "192.0.2.1,127.0.0.0/8"}
    async with Desk(tmp_path_factory.mktemp("strict"), **settings) as running:
        await admit_the_shop(running)
        yield running


async def admit_the_shop(desk: Desk) -> None:
    assert (await desk.call("PATCH", SETTINGS, {"allowed_origins": [SHOP]}))[0] == 200


async def ask(desk: Desk, forwarded: str) -> int:
    """The status of a page's request for somebody who is said to be at this address."""
    headers = {"Origin": SHOP, "X-Forwarded-For": forwarded}
    return (await desk.call("POST", "/v1/public/main/request", {}, headers=headers))[0]


async def limits(desk: Desk) -> tuple[int, CIMultiDictProxy[str]]:
    """Status and headers of a request with a key."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with aiohttp.ClientSession(desk.url, headers=headers) as http, http.get(SETTINGS) as got:
        return got.status, got.headers


async def test_it_listens_at_the_named_address_alone(bare: Desk) -> None:
    assert bare.url == f"http://127.0.0.2:{bare.settings['port']}"
    assert (await bare.call("GET", "/healthz"))[0] == 200


async def test_without_messenger_and_playground_the_virtual_channel_is_left(bare: Desk) -> None:
    for path in ("/playground", "/playground/feed", "/playground/shop"):
        assert (await bare.call("GET", path))[0] == 404
    assert "playground" not in bare.output
    assert {path.name for path in bare.folder.glob("*.db")} == {"deskwire.db"}
    status, ticket = await bare.call("POST", TICKETS, {"text": "From the site"})
    assert (status, ticket["channel"]) == (201, "virtual")
    for channel in ("telegram", "max"):
        body = {"text": "From afar", "channel": channel, "chat_id": 5}
        status, problem = await bare.call("POST", TICKETS, body)
        assert (status, problem["code"]) == (409, "channel_unavailable")


async def test_a_limit_of_0_is_none(bare: Desk) -> None:
    status, headers = await limits(bare)
    assert status == 200
    assert [name for name in headers if name.lower().startswith("ratelimit")] == []


async def test_a_limit_of_2_refuses_the_third_request_and_says_when_to_come_back(
    strict: Desk,
) -> None:
    (second, left), (third, over) = [await limits(strict) for _ in range(2)]
    assert (second, third) == (200, 429)
    assert (left["RateLimit-Limit"], left["RateLimit-Remaining"]) == ("2", "0")
    assert 0 < int(over["Retry-After"]) <= 60


async def test_a_trusted_proxy_is_believed_for_whom_it_asks(strict: Desk) -> None:
    for _ in range(A_MINUTE):
        assert await ask(strict, "203.0.113.7") == NO_MESSENGER
    assert await ask(strict, "203.0.113.7") == 429
    assert await ask(strict, "203.0.113.8") == NO_MESSENGER


async def test_who_is_no_trusted_proxy_counts_as_one_address_whatever_it_says(bare: Desk) -> None:
    await admit_the_shop(bare)
    for number in range(A_MINUTE):
        assert await ask(bare, f"203.0.113.{number}") == NO_MESSENGER
    assert await ask(bare, "203.0.113.99") == 429
