"""Where the bytes of a file in MAX are."""

from urllib.parse import quote

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import GetFile
from aiogram.types import File

from bot.messengers.max.connection import MaxApi
from bot.messengers.max.file_ids import MaxFile, unpack

QUALITIES = ("mp4_1080", "mp4_720", "mp4_480", "mp4_360", "mp4_240", "mp4_144")
"""Of a video, the best first (dev.max.ru/docs-api/methods/GET/videos/-videoToken-)."""
LIMIT = 50 * 1024 * 1024
"""Bytes of a file that the desk passes on; as many as a bot may send in Telegram."""


class Downloads:
    def __init__(self, api: MaxApi) -> None:
        self._api = api

    async def file(self, bot: Bot, method: GetFile) -> File:
        """The file with its address for a path. Raises TelegramBadRequest where there is none."""
        try:
            found = unpack(method.file_id)
        except ValueError:
            raise TelegramBadRequest(method, "Bad Request: wrong file_id") from None
        url = await self._video(method, found) if found.kind == "video" else found.url
        if url is None:
            raise TelegramBadRequest(method, "Bad Request: the file has no address")
        return File(file_id=method.file_id, file_unique_id=method.file_id, file_path=url)

    async def _video(self, method: GetFile, video: MaxFile) -> str | None:
        """Videos have their addresses asked for: what comes with a message may be a page. The best
        quality that is not too large; where a size is not told, it is not too large."""
        if video.token is None:
            return video.url
        path = f"/videos/{quote(video.token, safe='')}"
        urls = (await self._api.call("GET", path, method=method)).get("urls") or {}
        found: list[str] = [urls[each] for each in QUALITIES if urls.get(each)]
        for url in found[:-1]:
            if (await self._api.size(url) or 0) <= LIMIT:
                return url
        return found[-1] if found else video.url
