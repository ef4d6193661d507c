"""A bot that is nothing but an HTTP client: what tests of the stand-in talk with."""

from typing import Any

import aiohttp

from bot.playground.telegram import TelegramStandIn
from tests.bot.playground.wire import AnyWire


class Wire(AnyWire[TelegramStandIn]):
    def url(self, method: str) -> str:
        return f"{self.messenger.url}/bot{self.messenger.token}/{method}"

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole answer; its HTTP status agrees with it."""
        async with self.client.post(self.url(method), json=params) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == (200 if body["ok"] else body["error_code"])
            return body

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that succeeds."""
        body = await self.call(method, **params)
        assert body["ok"], body
        return body["result"]

    async def error(self, method: str, **params: Any) -> str:
        """The description of a call that is refused."""
        body = await self.call(method, **params)
        assert not body["ok"], body
        return str(body["description"])

    async def upload(self, method: str, files: dict[str, bytes], **params: str) -> dict[str, Any]:
        """The answer to a multipart call."""
        form = aiohttp.FormData(params, default_to_multipart=True)
        for name, data in files.items():
            form.add_field(name, data, filename=f"{name}.bin")
        async with self.client.post(self.url(method), data=form) as answer:
            body: dict[str, Any] = await answer.json()
            return body

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.ok("getUpdates", **params)
        return found
