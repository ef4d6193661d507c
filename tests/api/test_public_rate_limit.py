"""An address makes ten requests a minute, whoever says what in front of it."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from api.addresses import caller
from tests.api.conftest import Answer, Desk, Serve
from tests.api.pages import PATH, SHOP, Page, allow

PROXIES = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("2001:db8:ff::/48"))


async def ask(desk: Desk, forwarded: str | None = None) -> Answer:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return await Page(desk).call("POST", PATH, json={}, headers=headers)


async def test_the_eleventh_request_in_a_minute_is_refused_and_told_when_to_come_back(
    desk: Desk,
) -> None:
    await allow(desk.client, SHOP)
    for left in range(9, -1, -1):
        answer = await ask(desk)
        assert answer.status == 201
        assert answer.headers["RateLimit-Limit"] == "10"
        assert answer.headers["RateLimit-Remaining"] == str(left)
    desk.clock.move(seconds=20)
    refused = await ask(desk)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused.json["retryable"] is True
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["Access-Control-Allow-Origin"] == SHOP
    desk.clock.move(seconds=40)
    assert (await ask(desk)).status == 201


async def test_what_is_refused_for_its_origin_costs_nothing(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    for _ in range(20):
        assert (await Page(desk, "https://evil.example").ask()).status == 404
    assert (await ask(desk)).headers["RateLimit-Remaining"] == "9"


async def test_questions_are_counted_apart_so_that_waiting_costs_no_request(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    request = await Page(desk).request()
    for left in range(119, -1, -1):
        answer = await Page(desk).about(request)
        assert (answer.status, answer.headers["RateLimit-Remaining"]) == (200, str(left))
    refused = await Page(desk).about(request)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert (await ask(desk)).status == 201


async def test_forwarded_addresses_count_where_the_proxy_is_trusted(serve: Serve) -> None:
    desk = await serve(trusted_proxies=PROXIES)
    await allow(desk.client, SHOP)
    for _ in range(10):
        assert (await ask(desk, "203.0.113.7")).status == 201
    assert (await ask(desk, "203.0.113.7")).status == 429
    assert (await ask(desk, "9.9.9.9, 203.0.113.7, 10.1.2.3")).status == 429
    assert (await ask(desk, "203.0.113.8")).status == 201


async def test_forwarded_addresses_do_not_count_where_no_proxy_is_trusted(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    for each in range(10):
        assert (await ask(desk, f"203.0.113.{each}")).status == 201
    assert (await ask(desk, "203.0.113.99")).status == 429


async def test_the_projects_own_limit_is_not_touched(serve: Serve) -> None:
    desk = await serve(rate_limit=2)
    await allow(desk.client, SHOP)
    for _ in range(5):
        assert (await ask(desk)).status == 201
    assert (await desk.client.get("/v1/helpdesk/settings")).status == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, junk, 10.9.9.9"], "10.9.9.9"),
        ("10.0.0.1", ["10.7.7.7, 10.9.9.9"], "10.7.7.7"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:4711"], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:aaaa::1", [], "2001:db8:1:2::/64"),
        ("2001:db8:ff::1", ["2001:db8:1:2:bbbb::2"], "2001:db8:1:2::/64"),
        ("", [], "None"),
    ],
)
def test_an_address_is_the_last_that_is_not_ours(
    peer: str, forwarded: list[str], counted: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", each) for each in forwarded])
    request = make_mocked_request("POST", PATH, headers=headers).clone(remote=peer)
    assert caller(request, PROXIES) == counted
