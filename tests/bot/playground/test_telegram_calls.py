"""Every call is checked against the schema, however it travels."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.playground.stand_in.checks import SchemaError
from bot.playground.telegram import TelegramStandIn
from bot.playground.telegram.methods import METHODS
from bot.playground.telegram.schema import load
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
        yield ready


@pytest.fixture
def messenger(wire: Wire) -> TelegramStandIn:
    return wire.messenger


@pytest.fixture
def client(wire: Wire) -> aiohttp.ClientSession:
    return wire.client


def description(body: dict[str, Any], code: int = 400) -> str:
    assert (body["ok"], body["error_code"]) == (False, code)
    text: str = body["description"]
    return text


async def test_unknown_method_is_not_found(wire: Wire) -> None:
    assert description(await wire.call("sendTelepathy"), 404) == "Not Found: method not found"


async def test_unknown_parameter_is_refused_by_name(messenger: TelegramStandIn, wire: Wire) -> None:
    ann = messenger.add_person("Ann")
    ann.open()
    refused = description(await wire.call("sendMessage", chat_id=ann.id, text="x", txet="y"))
    assert 'unknown parameter "txet"' in refused
    assert [message.text for message in ann.chat.messages] == ["/start"]
    assert [broken.method for broken in messenger.calls.broken_contracts] == ["sendMessage"]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"text": "x"}, '"chat_id" is required'),
        ({"chat_id": 1}, '"text" is required'),
        ({"chat_id": 1, "text": 5}, "text: must be a String"),
        ({"chat_id": True, "text": "x"}, "chat_id: must be"),
        ({"chat_id": 1, "text": "x", "disable_notification": 1}, "must be a Boolean"),
        ({"chat_id": 1, "text": "x", "message_thread_id": "a"}, "must be an Integer"),
        ({"chat_id": 1, "text": "x", "entities": {}}, "entities: must be an Array"),
        ({"chat_id": 1, "text": "x", "entities": [{"type": "bold"}]}, "entities.0: MessageEntity"),
        ({"chat_id": 1, "text": "x", "link_preview_options": {"off": True}}, "'off' is no field"),
        ({"chat_id": 1, "text": "x", "reply_parameters": {"message_id": "1"}}, "message_id: must"),
        (
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"txt": "a"}]]}},
            "reply_markup.inline_keyboard.0.0: 'txt' is no field of InlineKeyboardButton",
        ),
    ],
)
async def test_parameters_of_the_wrong_shape_are_refused(
    wire: Wire, params: dict[str, Any], names: str
) -> None:
    assert names in description(await wire.call("sendMessage", **params))


@pytest.mark.parametrize(
    ("method", "params", "problem"),
    [
        ("getUpdates", {"limit": 101}, "limit: is 101, the Bot API takes 1 to 100 (value)"),
        ("createForumTopic", {"chat_id": 1, "name": "x" * 129}, "takes 1 to 128 (characters)"),
        ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "photo", "media": "a"}]}, "2 to 10"),
        ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "voice", "media": "a"}]}, "no kind"),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "x"}},
            "scope: type 'x' is no kind of",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "😀" * 101}, "is 202"),
    ],
)
async def test_limits_of_the_schema_hold_with_their_units(
    wire: Wire, method: str, params: dict[str, Any], problem: str
) -> None:
    assert problem in description(await wire.call(method, **params))


async def test_what_is_not_simulated_says_so(messenger: TelegramStandIn, wire: Wire) -> None:
    refused = description(await wire.call("getUserProfilePhotos", user_id=1), 501)
    assert "does not simulate the method getUserProfilePhotos" in refused
    refused = description(await wire.call("sendDice", chat_id=1, business_connection_id="b"), 501)
    assert 'the parameter "business_connection_id"' in refused
    assert len(messenger.calls.broken_contracts) == 2


@pytest.mark.parametrize(
    ("token", "code", "text"),
    [("nonsense", 404, "Not Found"), ("42:WRONG-TOKEN", 401, "Unauthorized")],
)
async def test_tokens(
    messenger: TelegramStandIn,
    client: aiohttp.ClientSession,
    token: str,
    code: int,
    text: str,
) -> None:
    for url in (f"{messenger.url}/bot{token}/getMe", f"{messenger.url}/file/bot{token}/a/b"):
        async with client.get(url) as answer:
            assert answer.status == code
            assert await answer.json() == {"ok": False, "error_code": code, "description": text}


async def test_any_other_path_is_not_found(
    messenger: TelegramStandIn, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{messenger.url}/") as answer:
        assert answer.status == 404
        assert (await answer.json())["description"] == "Not Found"


async def test_parameters_travel_in_four_ways(
    messenger: TelegramStandIn, client: aiohttp.ClientSession
) -> None:
    ann = messenger.add_person("Ann")
    ann.open()
    url = f"{messenger.url}/bot{messenger.token}/sendMessage"
    form = {"chat_id": str(ann.id), "text": "5", "disable_notification": "true"}
    parts = aiohttp.FormData(form, default_to_multipart=True)
    for sent in ({"params": form}, {"data": form}, {"data": parts}):
        async with client.post(url, **sent) as answer:
            assert answer.status == 200, await answer.text()
    async with client.post(url, json={"chat_id": ann.id, "text": "5"}) as answer:
        assert answer.status == 200
    async with client.get(url, params=form) as answer:
        assert answer.status == 200
    assert [message.text for message in ann.chat.messages] == ["/start", *"55555"]


async def test_broken_bodies_are_refused(
    messenger: TelegramStandIn, client: aiohttp.ClientSession
) -> None:
    url = f"{messenger.url}/bot{messenger.token}/sendMessage"
    json_type = {"Content-Type": "application/json"}
    for data in (b"{", b"[]"):
        async with client.post(url, data=data, headers=json_type) as answer:
            assert "can't parse request body" in description(await answer.json())
    form = {"chat_id": "1", "text": "x", "reply_markup": "{"}
    async with client.post(url, data=form) as answer:
        assert "reply_markup: can't be parsed as JSON" in description(await answer.json())


async def test_a_file_part_that_nothing_mentions_is_refused(
    messenger: TelegramStandIn, client: aiohttp.ClientSession
) -> None:
    url = f"{messenger.url}/bot{messenger.token}/sendMessage"
    form = aiohttp.FormData({"chat_id": "1", "text": "x"})
    form.add_field("photo", b"bytes", filename="a.jpg")
    async with client.post(url, data=form) as answer:
        assert 'unknown parameter "photo"' in description(await answer.json())


async def test_calls_are_remembered_with_their_outcome(
    messenger: TelegramStandIn, wire: Wire
) -> None:
    await wire.call("getMe")
    await wire.call("getChat", chat_id=1)
    assert [(made.method, made.outcome) for made in messenger.calls] == [
        ("getMe", "ok"),
        ("getChat", "error"),
    ]
    assert messenger.calls.errors == messenger.calls.of("getChat", chat_id=1)
    assert messenger.calls.total == 2


def test_every_simulated_method_is_in_the_schema() -> None:
    assert [name for name in METHODS if name not in load()] == []


def test_every_type_of_the_schema_compiles() -> None:
    schema = load()
    for name, parts in schema.document["types"].items():
        for part in parts["fields"].values():
            for type_name in part["types"]:
                with pytest.raises(SchemaError):
                    schema.check(type_name, object())
        with pytest.raises(SchemaError):
            schema.check(name, object())


async def test_a_wrong_answer_of_the_stand_in_never_leaves_it(
    wire: Wire, messenger: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METHODS, "getMe", lambda world, params: {"id": "42"})
    refused = description(await wire.call("getMe"), 500)
    assert "the stand-in is wrong about getMe: id: must be an Integer" in refused
    assert len(messenger.calls.broken_contracts) == 1


async def test_the_stand_in_cannot_answer_or_update_against_the_schema(
    messenger: TelegramStandIn,
) -> None:
    schema = load()
    with pytest.raises(SchemaError, match="lacks the required field 'date'"):
        schema.check_result("sendMessage", {"message_id": 1, "chat": {"id": 1, "type": "private"}})
    with pytest.raises(SchemaError, match=r"0\.message_id: must be an Integer"):
        schema.check_result("copyMessages", [{"message_id": "1"}])
    with pytest.raises(SchemaError, match=r"message\.chat\.id"):
        messenger.inject({"message": {"chat": {"id": "1", "type": "private"}}})
    assert messenger.updates_pending == 0
