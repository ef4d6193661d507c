"""No connection is opened to what is not admitted, whatever a name stood for before."""

import asyncio
import socket
import threading

import aiohttp
import pytest

from api.guard import Guard, Refused, system_lookup
from tests.api.lookups import PUBLIC, names
from tests.api.receiver import Receiver


async def get(guard: Guard, url: str) -> int:
    """The status of a POST over a guarded connection."""
    connector = guard.connector(url.partition(":")[0])
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.post(url, json={}, allow_redirects=False) as response,
    ):
        return response.status


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "shop.example"])
async def test_no_connection_is_opened_to_what_is_not_admitted(host: str) -> None:
    lookup = names(shop_example=["127.0.0.1", "::1"], localhost=["127.0.0.1"])
    guard = Guard(allow_private=False, lookup=lookup)
    async with Receiver() as receiver:
        with pytest.raises(aiohttp.ClientConnectorError) as failure:
            await get(guard, f"https://{host}:{receiver.port}/")
        assert isinstance(failure.value.os_error, Refused)
        assert receiver.received == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
async def test_no_spelling_of_an_address_gets_past_the_connection(host: str) -> None:
    guard = Guard(allow_private=False)
    async with Receiver() as receiver:
        with pytest.raises(aiohttp.ClientError):
            await get(guard, f"https://{host}:{receiver.port}/")
        assert receiver.received == []


async def test_a_name_that_turns_private_after_registration_is_not_followed() -> None:
    known = [[PUBLIC], ["127.0.0.1"]]

    async def turning(host: str) -> list[str]:
        return known.pop(0)

    guard = Guard(allow_private=False, lookup=turning)
    async with Receiver() as receiver:
        url = f"https://rebinding.example:{receiver.port}/"
        await guard.check(url)
        with pytest.raises(aiohttp.ClientConnectorError):
            await get(guard, url)
        assert receiver.received == []
    assert known == []


async def test_the_address_that_was_judged_is_the_one_that_is_reached() -> None:
    asked: list[str] = []

    async def once(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    guard = Guard(allow_private=True, lookup=once)
    async with Receiver() as receiver:
        assert await get(guard, f"http://shop.example:{receiver.port}/") == 200
    assert asked == ["shop.example"]


async def test_http_reaches_private_addresses_only() -> None:
    guard = Guard(allow_private=True, lookup=names(shop_example=[PUBLIC]))
    with pytest.raises(aiohttp.ClientConnectorError) as failure:
        await get(guard, "http://shop.example/")
    assert isinstance(failure.value.os_error, Refused)


async def test_a_silent_name_server_holds_up_no_other_lookup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = threading.Event()
    real = socket.getaddrinfo

    def patchy(host: str, *rest: object, **more: object) -> object:
        if host.startswith("silent"):
            silent.wait(30)
            raise socket.gaierror
        return real("127.0.0.1", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", patchy)
    hanging = [asyncio.create_task(system_lookup(f"silent{n}.example")) for n in range(100)]
    try:
        async with asyncio.timeout(5):
            assert await system_lookup("shop.example") == ["127.0.0.1"]
    finally:
        silent.set()
    failures = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(failure, OSError) for failure in failures)


async def test_a_name_that_is_none_is_an_error_like_any_other() -> None:
    with pytest.raises(OSError, match="no such name"):
        await system_lookup("a" * 64 + ".example")
