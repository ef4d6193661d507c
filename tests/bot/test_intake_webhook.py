"""The receiver of webhooks: 200 once an update is committed, to who knows the secret alone."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot import intake
from bot.messengers import Messenger
from bot.messengers.telegram.feed import lane_of
from storage.database import Database
from tests.bot.full_disk import FullDisk
from tests.bot.received import received
from tests.serving import serving

SECRET = "a-secret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def hook(db: Database, messenger: Messenger) -> AsyncIterator[ClientSession]:
    app = web.Application()
    app.router.add_post("/", intake.webhook_handler(db, messenger, SECRET))
    async with serving(app) as url, ClientSession(url) as http:
        yield http


UPDATE = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 5}, "text": "Hello"}}


async def post(hook: ClientSession, body: object = UPDATE, secret: str | None = SECRET) -> int:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {} if secret is None else {HEADER: secret}
    async with hook.post("/", data=data, headers=headers) as answer:
        return answer.status


async def test_200_comes_after_the_commit(db: Database, hook: ClientSession) -> None:
    assert await post(hook) == 200
    (row,) = await received(db)
    assert (row["update_id"], row["chat_id"], row["status"]) == (7, 5, "pending")


async def test_503_is_the_answer_while_nothing_can_be_committed(
    db: Database, hook: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(db, monkeypatch)
    assert await post(hook) == 503
    disk.full = False
    assert await post(hook) == 200
    assert len(await received(db)) == 1


async def test_the_same_update_again_is_confirmed_and_taken_in_once(
    db: Database, hook: ClientSession
) -> None:
    assert await post(hook) == 200
    assert await post(hook) == 200
    assert len(await received(db)) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ключ", "\udce9"])
async def test_without_the_secret_nothing_is_taken_in(
    db: Database, hook: ClientSession, secret: str | None
) -> None:
    assert await post(hook, secret=secret) == 401
    assert await received(db) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"no JSON", [], "text", 7, None, {}, {"update_id": None}, {"update_id": "x"}],
    ids=repr,
)
async def test_what_is_no_update_is_refused(
    db: Database, hook: ClientSession, body: object
) -> None:
    assert await post(hook, body) == 400
    assert await received(db) == []


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"update_id":' * DEEP,
        b'{"update_id": 7, "message": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
        b'{"update_id": 1e999}',
        b'{"update_id": ' + b"9" * 4_000 + b"}",
        b'{"update_id": 99999999999999999999}',
    ],
    ids=["lists", "objects", "inside", "infinite", "endless", "too large"],
)
async def test_json_that_is_meant_to_harm_is_refused(
    db: Database, hook: ClientSession, body: bytes
) -> None:
    assert await post(hook, body) in (400, 413)
    assert await received(db) == []
    assert await post(hook) == 200


async def test_a_huge_body_is_refused(db: Database, hook: ClientSession) -> None:
    assert await post(hook, b"x" * (2 * 1024 * 1024)) == 413
    assert await received(db) == []


# --- odd updates --------------------------------------------------------------------------------


async def test_half_a_surrogate_pair_costs_a_sign_and_no_update(
    db: Database, hook: ClientSession
) -> None:
    """Other programs cut texts in the middle of an emoji; SQLite takes no such text."""
    halves = b'{"update_id": 1, "message": {"chat": {"id": 5}, "text": "a\\ud83d \\ud83d\\ude00"}}'
    assert await post(hook, halves) == 200
    (row,) = await received(db)
    assert json.loads(row["payload"])["message"]["text"] == "a� 😀"


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": -5}}}}, -5),
        ({"callback_query": {"from": {"id": 6}}}, 6),
        ({"my_chat_member": {"chat": {"id": -7}, "from": {"id": 6}}}, -7),
        ({"new_kind": {"message": "words", "thing": 1}}, 0),
        ({"message": {"chat": {"id": "@name"}}}, 0),
        ({}, 0),
    ],
)
def test_an_update_goes_to_the_lane_of_its_chat(update: dict[str, Any], lane: int) -> None:
    assert lane_of({"update_id": 1, **update}) == lane
