"""The calls that a page is shown: those that say something, short, and with no secret in them."""

import json

import pytest

from bot.playground.calls import shown
from tests.bot.playground.playground_page import Json, Page

TOKEN = "42:a-token-of-the-bot"


async def calls(page: Page) -> list[Json]:
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    found: list[Json] = state["calls"]
    return found


async def test_a_call_is_shown_with_what_it_asked_and_what_was_answered(page: Page) -> None:
    await page.done("open", person=page.ann)
    await page.bot("sendMessage", chat_id=page.ann, text="Hello")
    (call,) = await calls(page)
    assert (call["method"], call["channel"], call["chat"]) == ("sendMessage", "telegram", page.ann)
    assert (call["status"], call["outcome"]) == (200, "ok")
    assert call["params"]["text"] == "Hello"
    assert call["answer"]["text"] == "Hello"
    assert 0 <= call["seconds"] < 5


async def test_polls_are_shown_when_they_bring_something(page: Page) -> None:
    await page.bot("getUpdates", timeout=0)
    await page.max_bot("GET", "/updates", timeout=0, marker=0)
    assert await calls(page) == []
    vera, _ = page.vera
    await page.done("open", person=page.ann)
    await page.done("open", person=vera)
    await page.bot("getUpdates", timeout=0)
    await page.max_bot("GET", "/updates", timeout=0, marker=0)
    assert [call["channel"] for call in await calls(page)] == ["telegram", "max"]


async def test_refusals_and_faults_are_shown(page: Page) -> None:
    await page.done("make-trouble", channel="max", mode="limited")
    await page.max_bot("GET", "/me")
    await page.done("make-trouble", channel="max", mode="works")
    await page.max_bot("GET", "/me")
    assert [call["status"] for call in await calls(page)] == [429, 200]


@pytest.mark.parametrize(
    "value",
    [
        {"secret_token": "hush"},
        {"url": "http://127.0.0.1:9/files/image/1/hush.jpg"},
        {"attachments": [{"payload": {"token": "hush"}}]},
        {"photo": [{"file_id": "hush", "file_unique_id": "hush"}]},
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        {"deep": {"a": {"b": {"c": {"d": {"e": {"f": {"text": "hush"}}}}}}}},
    ],
)
def test_no_secret_is_shown(value: object) -> None:
    text = json.dumps(shown(value, TOKEN))
    assert "hush" not in text
    assert TOKEN not in text


def test_what_is_long_is_cut() -> None:
    assert len(shown("x" * 5000, TOKEN)) < 200
    assert shown(list(range(100)), TOKEN)[-1] == "… and 92 more"
    assert shown({"photo": b"bytes"}, TOKEN) == {"photo": "(bytes)"}
    assert shown({"url": "https://shop.example"}, TOKEN) == {"url": "https://shop.example"}
