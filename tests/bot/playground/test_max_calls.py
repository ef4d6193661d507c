"""Calls are taken as the schema has them and no other way, and every one is remembered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import MaxStandIn, Person
from tests.bot.playground.max_wire import Wire

KEYBOARD = {"type": "inline_keyboard", "payload": {"buttons": [[{"type": "link", "text": "x"}]]}}


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


async def test_the_bot_learns_who_it_is(wire: Wire) -> None:
    me = await wire.ok("GET", "/me")
    assert (me["user_id"], me["username"], me["is_bot"]) == (277639678, "deskwire_bot", True)


@pytest.mark.parametrize(
    ("headers", "query", "message"),
    [
        ({}, {}, "Empty access_token"),
        ({"Authorization": "wrong"}, {}, "Invalid access_token"),
        ({"Authorization": "Bearer f9LHodD0cOLTEST-TOKEN"}, {}, "Malformed access token"),
        (
            {},
            {"access_token": "f9LHodD0cOLTEST-TOKEN"},
            "access_token in the query is not supported, use the header",
        ),
    ],
)
async def test_the_token_goes_in_the_header_and_bare(
    wire: Wire, headers: dict[str, str], query: dict[str, str], message: str
) -> None:
    url = f"{wire.messenger.url}/me"
    async with wire.client.get(url, headers=headers, params=query) as answer:
        assert answer.status == 401
        assert await answer.json() == {"code": "verify.token", "message": message}


async def test_tokens_are_checked_before_anything_else(wire: Wire) -> None:
    for path in ("/nothing", "/messages", "/chats/x"):
        async with wire.client.post(wire.messenger.url + path) as answer:
            assert answer.status == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not.found"),
        ("GET", "/me/", 404, "not.found"),
        ("DELETE", "/me", 405, "method.not.allowed"),
        ("POST", "/updates", 405, "method.not.allowed"),
    ],
)
async def test_paths_and_methods_are_those_of_the_schema(
    wire: Wire, method: str, path: str, status: int, code: str
) -> None:
    assert (await wire.error(method, path))[:2] == (status, code)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"timeout": 1500}, "Field 'timeout' value (1500) must be at most 90"),
        ({"limit": 0}, "Field 'limit' value (0) must be at least 1"),
        ({"limit": 1001}, "Field 'limit' value (1001) must be at most 1000"),
        ({"marker": "last"}, "Field 'marker' must be an integer, not str"),
        ({"offset": 1}, "Unknown parameter: offset (getUpdates)"),
        ({"types": "message_created,message_created"}, "Field 'types' has the same item twice"),
    ],
)
async def test_queries_are_checked(wire: Wire, query: dict[str, Any], message: str) -> None:
    assert await wire.error("GET", "/updates", **query) == (400, "proto.payload", message)
    assert len(wire.messenger.calls.broken_contracts) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": "x" * 4001}, "Field 'text' size (4001) must be at most 4000"),
        ({"text": "😀" * 2001}, "Field 'text' size (4002) must be at most 4000"),
        ({"text": 5}, "Field 'text' must be a string, not int"),
        ({"txt": "x"}, "the body 'txt' is no field of NewMessageBody"),
        ({"text": "x", "notify": None}, "Field 'notify' cannot be null"),
        ({"text": "x", "format": "HTML"}, "Field 'format' value (HTML) must be one of"),
        ({"attachments": [{"type": "poll"}]}, "type (poll) is no kind of AttachmentRequest"),
        ({"attachments": [{"type": "file"}]}, "lacks 'payload'"),
        ({"attachments": [{"type": "location", "latitude": 1}]}, "lacks 'longitude'"),
        ({"attachments": [KEYBOARD]}, "Field 'attachments.0.payload.buttons.0.0' lacks 'url'"),
        ({"link": {"type": "reply"}}, "Field 'link' lacks 'mid'"),
        ({"link": {"type": "quote", "mid": "x"}}, "must be one of forward, reply"),
    ],
)
async def test_bodies_are_checked(
    wire: Wire, ann: Person, body: dict[str, Any], message: str
) -> None:
    status, code, problem = await wire.error("POST", "/messages", body, chat_id=ann.chat.id)
    assert (status, code) == (400, "proto.payload")
    assert message in problem
    assert [call.method for call in wire.messenger.calls.broken_contracts] == ["sendMessage"]


async def test_exactly_4000_characters_are_taken(wire: Wire, ann: Person) -> None:
    assert len((await wire.send(ann.chat.id, "x" * 4000))["body"]["text"]) == 4000


@pytest.mark.parametrize("data", [b"{", b"[]", b"text=x"])
async def test_a_body_is_a_json_object(wire: Wire, ann: Person, data: bytes) -> None:
    async with wire.client.post(
        f"{wire.messenger.url}/messages",
        params={"chat_id": str(ann.chat.id)},
        data=data,
        headers={"Authorization": wire.messenger.token, "Content-Type": "application/json"},
    ) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "proto.payload")


async def test_a_body_says_that_it_is_json(wire: Wire, ann: Person) -> None:
    async with wire.client.post(
        f"{wire.messenger.url}/messages",
        params={"chat_id": str(ann.chat.id)},
        data={"text": "x"},
        headers={"Authorization": wire.messenger.token},
    ) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "proto.payload")


async def test_no_body_where_none_belongs(wire: Wire) -> None:
    status, _, message = await wire.error("GET", "/me", {"a": 1})
    assert (status, message) == (400, "getMyInfo takes no body")


async def test_required_parameters(wire: Wire) -> None:
    missing = await wire.error("POST", "/uploads")
    assert missing == (400, "proto.payload", "Missing required parameter: type")
    wrong = await wire.error("POST", "/uploads", type="photo")
    assert "must be one of image, video, audio, file" in wrong[2]


async def test_what_is_not_simulated_says_so(wire: Wire, ann: Person) -> None:
    image = {"type": "image", "payload": {"url": "https://example.org/a.png"}}
    status, code, message = await wire.error(
        "POST", "/messages", {"attachments": [image]}, chat_id=ann.chat.id
    )
    assert (status, code) == (501, "not.implemented")
    assert "images fetched from a URL" in message
    assert len(wire.messenger.calls.broken_contracts) == 1


async def test_calls_are_remembered_with_what_they_were_about(wire: Wire, ann: Person) -> None:
    message = await wire.send(ann.chat.id, "one")
    await wire.ok("POST", "/messages", {"text": "two"}, user_id=ann.id)
    mid = message["body"]["mid"]
    await wire.ok("PUT", "/messages", {"text": "three"}, message_id=mid)
    await wire.error("GET", "/chats/1")
    calls = wire.messenger.calls
    assert [(call.method, call.chat_id, call.outcome) for call in calls] == [
        ("sendMessage", ann.chat.id, "ok"),
        ("sendMessage", ann.chat.id, "ok"),
        ("editMessage", ann.chat.id, "ok"),
        ("getChat", 1, "error"),
    ]
    assert [call.params["text"] for call in calls.of("sendMessage")] == ["one", "two"]
    assert calls.of("getChat") == calls.errors
    assert calls.broken_contracts == []


async def test_an_answer_that_breaks_the_schema_is_the_stand_ins_own_fault(
    wire: Wire, ann: Person
) -> None:
    ann.say("x").seq = "many"  # type: ignore[assignment]
    mid = ann.chat.messages[0].id
    status, code, message = await wire.error("GET", f"/messages/{mid}")
    assert (status, code) == (500, "internal.error")
    assert "getMessageById: body.seq: must be an integer" in message
    assert len(wire.messenger.calls.broken_contracts) == 1


async def test_the_bots_profile_can_be_changed(wire: Wire) -> None:
    commands = [{"name": "help", "description": "Help"}]
    changed = await wire.ok("PATCH", "/me", {"commands": commands, "description": "A desk"})
    assert (changed["commands"], changed["description"]) == (commands, "A desk")
    assert (await wire.ok("PATCH", "/me", {"commands": []})).get("commands") is None
    await wire.ok("PATCH", "/me/commands", {"commands": commands})
    assert (await wire.ok("GET", "/me"))["commands"] == commands
    for path in ("/me", "/me/commands"):
        too_many = await wire.error("PATCH", path, {"commands": commands * 33})
        assert "size (33) must be at most 32" in too_many[2]
