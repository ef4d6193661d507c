"""Faults strike the calls they are meant for, and leave behind exactly what they should."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground.telegram import Person, TelegramStandIn, faults
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def said(person: Person) -> list[str]:
    return [message.text for message in person.chat.messages if message.from_bot]


async def test_too_many_requests(wire: Wire, ann: Person) -> None:
    rule = wire.messenger.faults.add(faults.too_many_requests(7), "sendMessage", times=2)
    for _ in range(2):
        refused = await wire.call("sendMessage", chat_id=ann.id, text="x")
        assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 7})
    await wire.ok("sendMessage", chat_id=ann.id, text="y")
    assert (rule.struck, said(ann)) == (2, ["y"])
    outcomes = [call.outcome for call in wire.messenger.calls]
    assert outcomes == ["too_many_requests", "too_many_requests", "ok"]


async def test_a_proxys_error_page(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.status(502))
    async with wire.client.post(
        wire.url("sendMessage"), json={"chat_id": ann.id, "text": "x"}
    ) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    assert said(ann) == []


async def test_rejection_with_any_error(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.reject(403, "Forbidden: bot was kicked"))
    assert await wire.error("getMe") == "Forbidden: bot was kicked"


async def test_connection_cut_before_the_work(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.cut_before())
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.call("sendMessage", chat_id=ann.id, text="x")
    assert said(ann) == []
    await wire.ok("sendMessage", chat_id=ann.id, text="x")


async def test_connection_cut_in_the_middle_of_the_answer(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.cut_during())
    with pytest.raises(aiohttp.ClientPayloadError):
        await wire.call("sendMessage", chat_id=ann.id, text="x")
    assert said(ann) == ["x"]


async def test_connection_cut_after_the_work(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.cut_after())
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.call("sendMessage", chat_id=ann.id, text="x")
    assert said(ann) == ["x"]


async def test_silence_ends_with_the_callers_patience(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.hang())
    with pytest.raises(TimeoutError):
        async with wire.client.post(
            wire.url("sendMessage"),
            json={"chat_id": ann.id, "text": "x"},
            timeout=aiohttp.ClientTimeout(total=0.1),
        ):
            pass
    assert said(ann) == []


async def test_a_delay_does_the_work_in_the_end(wire: Wire, ann: Person) -> None:
    wire.messenger.faults.add(faults.delay(0.05))
    await wire.ok("sendMessage", chat_id=ann.id, text="x")
    assert said(ann) == ["x"]


async def test_rules_choose_by_method_chat_and_predicate(wire: Wire, ann: Person) -> None:
    bob = wire.messenger.add_person("Bob")
    bob.open()
    add = wire.messenger.faults.add
    add(faults.reject(400, "in Bob's chat"), chat_id=bob.id)
    add(faults.reject(400, "no cake"), when=lambda method, params: "cake" in params.get("text", ""))
    always = add(faults.reject(400, "no dice"), {"sendDice", "sendPoll"}, times=None)
    await wire.ok("sendMessage", chat_id=ann.id, text="x")
    assert await wire.error("sendMessage", chat_id=ann.id, text="cake") == "no cake"
    assert await wire.error("sendMessage", chat_id=bob.id, text="x") == "in Bob's chat"
    for _ in range(3):
        assert await wire.error("sendDice", chat_id=ann.id) == "no dice"
    wire.messenger.faults.remove(always)
    await wire.ok("sendDice", chat_id=ann.id)


async def test_rules_see_typed_parameters_however_they_travel(wire: Wire, ann: Person) -> None:
    seen = []

    def look(method: str, params: dict[str, Any]) -> bool:
        seen.append(params)
        return False

    wire.messenger.faults.add(faults.reject(400, "never"), when=look)
    form = {"chat_id": str(ann.id), "text": "x", "disable_notification": "true"}
    async with wire.client.post(wire.url("sendMessage"), data=form) as answer:
        assert answer.status == 200
    assert seen == [{"chat_id": ann.id, "text": "x", "disable_notification": True}]


async def test_a_messenger_that_is_down_cuts_everything_and_comes_back(
    wire: Wire, ann: Person
) -> None:
    offset = (await wire.updates())[-1]["update_id"] + 1
    poll = asyncio.create_task(wire.updates(offset=offset, timeout=50))
    await wire.messenger.until(lambda: wire.messenger.polling)
    wire.messenger.down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await poll
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.call("getMe")
    ann.say("meanwhile")
    wire.messenger.up()
    assert [update["message"]["text"] for update in await wire.updates()] == ["meanwhile"]


async def test_a_hanging_call_ends_when_the_messenger_goes_down(wire: Wire) -> None:
    wire.messenger.faults.add(faults.hang())
    call = asyncio.create_task(wire.call("getMe"))
    rules = wire.messenger.faults.rules
    with wire.messenger.listen() as news:
        async for change in news:
            if change.kind == "fault":
                break
    assert rules[0].struck == 1
    wire.messenger.down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await call


async def test_downloads_fail_too(wire: Wire, ann: Person) -> None:
    file = ann.send_document(b"data").content.file
    assert file
    url = f"{wire.messenger.url}/file/bot{wire.messenger.token}/{file.path}"
    wire.messenger.faults.add(faults.status(500), "file")
    async with wire.client.get(url) as answer:
        assert answer.status == 500
    async with wire.client.get(url) as answer:
        assert await answer.read() == b"data"
