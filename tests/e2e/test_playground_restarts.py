"""The playground opened again on its file: tickets are there, and new messages find them."""

from pathlib import Path

import aiohttp

from tests.bot.playground.playground_page import Feed, Json
from tests.e2e.desk import Desk

ANN = 710_000_001


def texts(state: Json, chat_id: int) -> list[str]:
    return [message["text"] for message in state["chats"][chat_id]["messages"]]


async def act(desk: Desk, what: str, **body: object) -> None:
    status, answer = await desk.call("POST", f"/playground/actions/{what}", body)
    assert status == 200, answer


async def offered(feed: Feed, label: str) -> Json:
    """Ann's last message, once it has a button with that label."""
    state = await feed.until(lambda state: label in str(state["chats"][ANN]["messages"][-1:]))
    message: Json = state["chats"][ANN]["messages"][-1]
    return message


async def press(desk: Desk, feed: Feed, label: str) -> None:
    message = await offered(feed, label)
    await act(desk, "press", person=ANN, chat=ANN, message=message["id"], label=label)


async def test_tickets_and_customers_are_still_there(tmp_path: Path) -> None:
    async with Desk(tmp_path, playground="auto") as desk, aiohttp.ClientSession() as http:
        async with http.get(f"{desk.url}/playground/feed") as answer:
            feed = Feed(answer)
            await act(desk, "open", person=ANN)
            await press(desk, feed, "Subscribe")
            await press(desk, feed, "Create ticket")
            await offered(feed, "Cancel")
            await act(desk, "say", person=ANN, chat=ANN, text="My lamp has no plug")
            await feed.until(lambda state: "My lamp" in str(texts(state, state["group"])))
        assert await desk.stop() == 0

        await desk.begin()
        async with http.get(f"{desk.url}/playground/feed") as answer:
            feed = Feed(answer)
            state = await feed.until(lambda state: "My lamp" in str(texts(state, state["group"])))
            (topic,) = state["chats"][state["group"]]["topics"]
            assert topic["name"].startswith("#1 My lamp has no plug")
            await act(desk, "say", person=ANN, chat=ANN, text="It came today")
            await feed.until(lambda state: "It came today" in str(texts(state, state["group"])))
            agent = state["agents"][0]["id"]
            where = {"person": agent, "chat": state["group"], "topic": topic["id"]}
            await act(desk, "say", **where, text="Good to hear")
            await feed.until(lambda state: "Good to hear" in str(texts(state, ANN)))
