"""Webhooks as aiogram has them: one or none. MAX has a list of subscriptions."""

from typing import Any

from aiogram import Bot
from aiogram.methods import DeleteWebhook, GetWebhookInfo, SetWebhook, TelegramMethod
from aiogram.types import WebhookInfo

from bot.messengers.max.connection import MaxApi
from bot.messengers.max.errors import NothingThere


class Subscriptions:
    def __init__(self, api: MaxApi) -> None:
        self._api = api

    async def info(self, bot: Bot, method: GetWebhookInfo) -> WebhookInfo:
        """The first of the list."""
        urls = await self._urls(method)
        url = urls[0] if urls else ""
        return WebhookInfo(url=url, has_custom_certificate=False, pending_update_count=0)

    async def set(self, bot: Bot, method: SetWebhook) -> bool:
        """Subscribe to all kinds of updates; others' subscriptions end, as they do in Telegram.

        Asked for again it renews one that MAX has dropped.
        """
        body = {"url": method.url, "secret": method.secret_token}
        await self._api.call("POST", "/subscriptions", body=body, method=method)
        await self._end(method, keep=method.url)
        return True

    async def delete(self, bot: Bot, method: DeleteWebhook) -> bool:
        """Updates are kept for who polls, whatever the method says."""
        await self._end(method)
        return True

    async def _end(self, method: TelegramMethod[Any], keep: str = "") -> None:
        for url in await self._urls(method):
            if url != keep:
                await self._api.call("DELETE", "/subscriptions", query={"url": url}, method=method)

    async def _urls(self, method: TelegramMethod[Any]) -> list[str]:
        """A server that knows of no such list has none set."""
        try:
            found = await self._api.call("GET", "/subscriptions", method=method)
        except NothingThere:
            return []
        return [each["url"] for each in found.get("subscriptions") or ()]
