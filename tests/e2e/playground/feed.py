"""An open page without a browser: the live state, and acts, over HTTP."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from tests.bot.playground.playground_page import Feed, Json
from tests.e2e.desk import Desk

ANN = 710_000_001
EMMA = 730_000_003


class OpenPage:
    """`state` is as of the last event that was waited for."""

    def __init__(self, desk: Desk, feed: Feed) -> None:
        self._desk = desk
        self._feed = feed

    async def act(self, what: str, **body: object) -> None:
        status, answer = await self._desk.call("POST", f"/playground/actions/{what}", body)
        assert status == 200, answer

    async def until(self, condition: Callable[[Json], object]) -> Json:
        return await self._feed.until(condition)

    @property
    def state(self) -> Json:
        return self._feed.state

    def chat_of(self, person: int) -> int:
        people = [each for them in self.state["customers"].values() for each in them]
        found: int = next(each["chat"] for each in people if each["id"] == person)
        return found

    def group(self) -> Json:
        """The chat that the agents work in now."""
        found: Json = self.state["chats"][self.state["groups"][self.state["linked"]]]
        return found

    def texts(self, chat_id: int) -> list[str]:
        return [message["text"] for message in self.state["chats"][chat_id]["messages"]]

    async def press(self, person: int, label: str) -> None:
        """Press the button once the newest message has it."""
        chat = self.chat_of(person)
        await self.until(lambda state: label in str(state["chats"][chat]["messages"][-1:]))
        message = self.state["chats"][chat]["messages"][-1]["id"]
        await self.act("press", person=person, chat=chat, message=message, label=label)

    async def say(self, person: int, text: str) -> None:
        await self.act("say", person=person, chat=self.chat_of(person), text=text)

    async def show(self, person: int, photo: bytes, caption: str) -> None:
        """Send a photo."""
        file = {"name": "photo.jpg", "data": b64encode(photo).decode()}
        what = {"kind": "photo", "files": [file], "caption": caption}
        await self.act("send-files", person=person, chat=self.chat_of(person), **what)

    async def ask(self, person: int, text: str, photo: bytes | None = None) -> None:
        """Start, consent, and open a ticket, up to its arrival at the agents."""
        await self.until(lambda state: state)
        await self.act("open", person=person)
        await self.press(person, "Subscribe")
        await self.press(person, "Create ticket")
        chat = self.chat_of(person)
        await self.until(lambda state: "Cancel" in str(state["chats"][chat]["messages"][-1:]))
        if photo is None:
            await self.say(person, text)
        else:
            await self.show(person, photo, text)
        await self.until(lambda _: text in str(self.group()["messages"]))


@asynccontextmanager
async def open_page(desk: Desk) -> AsyncIterator[OpenPage]:
    timeout = aiohttp.ClientTimeout(total=100)
    url = f"{desk.url}/playground/feed"
    async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
        page = OpenPage(desk, Feed(answer))
        await page.until(lambda state: state)
        yield page
