"""A bot that is nothing but an HTTP client: what tests of MAX's stand-in talk with."""

from typing import Any

import aiohttp

from bot.playground.max import MaxStandIn
from tests.bot.playground.wire import AnyWire

Json = dict[str, Any]


class Wire(AnyWire[MaxStandIn]):
    marker: int | None = 0

    async def call(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> tuple[int, Json]:
        """Status and JSON of any call."""
        params = {name.rstrip("_"): str(value) for name, value in query.items()}
        headers = {"Authorization": self.messenger.token}
        async with self.client.request(
            method, self.messenger.url + path, json=body, params=params, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def ok(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        """The answer of a call that succeeds."""
        status, answer = await self.call(method, path, body, **query)
        assert status == 200, answer
        return answer

    async def error(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> tuple[int, str, str]:
        """Status, code and message of a call that is refused."""
        status, answer = await self.call(method, path, body, **query)
        assert status != 200, answer
        assert set(answer) == {"code", "message"}
        return status, answer["code"], answer["message"]

    async def send(self, chat_id: int, text: str | None = "x", **body: Any) -> Json:
        """The message made."""
        made = await self.ok("POST", "/messages", {"text": text, **body}, chat_id=chat_id)
        message: Json = made["message"]
        return message

    async def updates(self, **query: Any) -> list[Json]:
        """The updates that came since this was asked last."""
        found = await self.ok("GET", "/updates", **{"timeout": 0, "marker": self.marker, **query})
        self.marker = found["marker"]
        updates: list[Json] = found["updates"]
        return updates

    async def upload(self, kind: str, data: bytes, name: str = "a.bin") -> str:
        """The token of a file sent to MAX."""
        place = await self.ok("POST", "/uploads", type=kind)
        form = aiohttp.FormData()
        form.add_field("data", data, filename=name)
        async with self.client.post(place["url"], data=form) as answer:
            assert answer.status == 200, await answer.text()
            if "token" in place:
                return str(place["token"])
            made: Json = await answer.json()
        if kind == "image":
            return str(next(iter(made["photos"].values()))["token"])
        return str(made["token"])
