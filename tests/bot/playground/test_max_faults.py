"""Faults strike the calls they are meant for, and leave behind exactly what they should."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground.max import MaxStandIn, Person, faults
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def said(person: Person) -> list[str]:
    return [message.text for message in person.chat.messages if message.from_bot]


async def test_too_many_requests(wire: Wire, ann: Person) -> None:
    rule = wire.messenger.faults.add(faults.too_many_requests(), "sendMessage", times=2)
    for _ in range(2):
        refused = await wire.error("POST", "/messages", {"text": "x"}, user_id=ann.id)
        assert refused[:2] == (429, "too.many.requests")
    await wire.send(ann.chat.id, "y")
    assert (rule.struck, said(ann)) == (2, ["y"])
    outcomes = [call.outcome for call in wire.messenger.calls]
    assert outcomes == ["too_many_requests", "too_many_requests", "ok"]


async def test_rejection_with_any_error_and_pages_of_proxies(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.reject(503, "service.unavailable", "later"))
    assert await wire.error("GET", "/me") == (503, "service.unavailable", "later")
    wire.messenger.faults.add(faults.status(502), "sendMessage")
    async with wire.client.post(
        f"{wire.messenger.url}/messages",
        params={"user_id": str(ann.id)},
        json={"text": "x"},
        headers={"Authorization": wire.messenger.token},
    ) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    assert said(ann) == []


async def test_connections_cut_before_and_after_the_work(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.cut_before())
    wire.messenger.faults.add(faults.cut_after())
    for seen in ([], ["x"]):
        with pytest.raises(aiohttp.ClientConnectionError):
            await wire.send(ann.chat.id)
        assert said(ann) == seen


async def test_silence_and_delay(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.hang())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wire.send(ann.chat.id), 0.1)
    assert said(ann) == []
    wire.messenger.faults.add(faults.delay(0.05))
    await wire.send(ann.chat.id)
    assert said(ann) == ["x"]


async def test_rules_choose_by_operation_chat_and_predicate(wire: Wire, ann: Person) -> None:
    bob = wire.messenger.add_person("Bob")
    bob.open()
    mid = (await wire.send(bob.chat.id))["body"]["mid"]
    add = wire.messenger.faults.add
    always = add(faults.reject(400, "in.bobs.chat"), chat_id=bob.chat.id, times=None)
    add(faults.reject(400, "no.cake"), when=lambda _, params: "cake" in params.get("text", ""))
    await wire.send(ann.chat.id)
    assert (await wire.error("POST", "/messages", {"text": "cake"}, user_id=ann.id))[1] == "no.cake"
    # A chat is known by its id, its person, or any of its messages.
    for call in (
        wire.error("POST", "/messages", {"text": "x"}, user_id=bob.id),
        wire.error("POST", "/messages", {"text": "x"}, chat_id=bob.chat.id),
        wire.error("PUT", "/messages", {"text": "x"}, message_id=mid),
        wire.error("GET", f"/messages/{mid}"),
        wire.error("GET", f"/chats/{bob.chat.id}"),
    ):
        assert (await call)[1] == "in.bobs.chat"
    wire.messenger.faults.remove(always)
    await wire.ok("GET", f"/chats/{bob.chat.id}")


async def test_a_messenger_that_is_down_cuts_everything_and_comes_back(
    wire: Wire, ann: Person
) -> None:
    await wire.updates()
    waiting = asyncio.create_task(wire.updates(timeout=30))
    await wire.messenger.until(lambda: wire.messenger.polling)
    wire.messenger.down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await waiting
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.ok("GET", "/me")
    ann.say("meanwhile")
    wire.messenger.up()
    [told] = await wire.updates()
    assert told["message"]["body"]["text"] == "meanwhile"
