"""Files on their way to MAX: an address, the bytes, the token that a message names them by.

https://dev.max.ru/docs-api/methods/POST/uploads
"""

import json
from pathlib import PurePath
from typing import Any, NamedTuple

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import TelegramMethod
from aiogram.types import InputFile

from bot.messengers.max.connection import Json, MaxApi, unreadable
from bot.messengers.max.file_ids import FileKind, MaxFile, unpack


class Form(NamedTuple):
    """What a file is in MAX, and the suffix of its name where it has none."""

    kind: FileKind
    suffix: str


PHOTO = Form("image", ".jpg")
VIDEO = Form("video", ".mp4")
AUDIO = Form("audio", ".mp3")
VOICE = Form("audio", ".ogg")
DOCUMENT = Form("file", "")
SIGNS = (
    (b"RIFF", Form("image", ".webp")),
    (b"GIF8", Form("image", ".gif")),
    (b"\x1a\x45\xdf\xa3", Form("video", ".webm")),
    (b"\x1f\x8b", Form("file", ".tgs")),
)
"""How files begin that are a sticker or an animation in Telegram; all others are videos."""


class Uploads:
    def __init__(self, api: MaxApi) -> None:
        self._api = api

    async def attached(
        self, bot: Bot, method: TelegramMethod[Any], media: object, form: Form | None
    ) -> Json:
        """A file as a message's attachment: one that MAX has by its `file_id`, else uploaded.

        `form` is None where the file itself tells. Raises TelegramBadRequest for a file that MAX
        does not take, and what `MaxApi` raises.
        """
        if isinstance(media, InputFile):
            data = b"".join([chunk async for chunk in media.read(bot)])
            file = await self._upload(method, data, media.filename or "", form or _form_of(data))
        else:
            file = _known(method, str(media))
        name = "code" if file.kind == "sticker" else "token"
        return {"type": file.kind, "payload": {name: file.token}}

    async def _upload(
        self, method: TelegramMethod[Any], data: bytes, filename: str, form: Form
    ) -> MaxFile:
        name = _name(filename, form)
        try:
            return MaxFile(form.kind, await self._token(method, data, name, form.kind), None)
        except TelegramBadRequest:
            if form.kind == "file":
                raise
        # Not every format is an image or music to MAX: any is a file.
        return MaxFile("file", await self._token(method, data, name, "file"), None)

    async def _token(
        self, method: TelegramMethod[Any], data: bytes, name: str, kind: FileKind
    ) -> str:
        place = await self._api.call("POST", "/uploads", query={"type": kind}, method=method)
        if not isinstance(url := place.get("url"), str):
            raise unreadable(method)
        answer = await self._api.upload(url, data, name, method)
        # Video and audio have their token from the start, the others in the end.
        token = place.get("token") or _told(answer)
        if not token:
            raise unreadable(method)
        return str(token)


def _known(method: TelegramMethod[Any], file_id: str) -> MaxFile:
    try:
        file = unpack(file_id)
    except ValueError:
        raise TelegramBadRequest(method, "Bad Request: wrong file identifier") from None
    if file.token is None:
        raise TelegramBadRequest(method, "Bad Request: the file cannot be sent again")
    return file


def _told(answer: str) -> str | None:
    """The token in what the server of files answers; images' are one level below."""
    try:
        told = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    photos = told.get("photos")
    if isinstance(photos, dict):
        told = next((each for each in photos.values() if isinstance(each, dict)), {})
    return told.get("token")


def _form_of(data: bytes) -> Form:
    return next((form for sign, form in SIGNS if data.startswith(sign)), VIDEO)


def _name(filename: str, form: Form) -> str:
    name = "".join(filter(str.isprintable, filename)) or form.kind
    return name if PurePath(name).suffix else name + form.suffix
