"""The way to MAX and back: calls, uploads, downloads, with maxapi as the layer of HTTP.

Owns that no call is made twice and what went wrong on the way. What calls say is not known here.
"""

import io
import logging
import mimetypes
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

import maxapi
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiohttp import ClientError, ClientSession, ClientTimeout, FormData
from maxapi.client import DefaultConnectionProperties
from maxapi.client.ssl import create_default_connector
from maxapi.enums.http_method import HTTPMethod
from maxapi.exceptions.max import InvalidToken, MaxApiError, MaxConnection

from bot.messengers.max.errors import refusal, upload_refusal

Json = dict[str, Any]

CALL_SECONDS = 60.0
UPLOAD_SECONDS = 300.0
SIZE_SECONDS = 10.0
UPLOAD = "upload"
"""What all uploads count as, each of which has an address of its own."""
LONGEST_RETRY = 32
"""Seconds. MAX's 429 does not tell when to come back: 1, 2, 4 … of one call's in a row."""


# maxapi's way to try again, which is off, calls every failure an error of its own.
logging.getLogger("backoff").setLevel(logging.CRITICAL)


class MaxCall(TelegramMethod[Json]):
    """Stands in aiogram's errors for a call that no method of aiogram's caused."""

    __returning__ = dict[str, Any]
    __api_method__ = "call"

    http: str
    path: str


class MaxApi:
    """One bot's connections. Files go another way than calls: the token stays out of theirs."""

    def __init__(self, token: str, api_url: str) -> None:
        self._client = maxapi.Bot(
            token,
            auto_requests=False,
            default_connection=DefaultConnectionProperties(max_retries=0),
        )
        self._client.set_api_url(api_url)
        self._files: ClientSession | None = None
        self._limited: dict[str, int] = {}

    async def call(
        self,
        http: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        method: TelegramMethod[Any] | None = None,
        seconds: float = CALL_SECONDS,
    ) -> Json:
        """The answer to one call, made once. None in `query` is left out.

        `method` is what aiogram was asked for, which words refusals as Telegram would. Raises
        aiogram's errors: TelegramRetryAfter, TelegramServerError and TelegramNetworkError pass,
        ClientDecodeError does not where MAX did its work; the others refuse.
        """
        behalf = method or MaxCall(http=http, path=path)
        # aiohttp itself would repeat what is no POST on a connection that was cut, past the limits.
        (await self._client.ensure_session())._retry_connection = False
        try:
            answer: Any = await self._client.request(
                HTTPMethod(http),
                path,
                is_return_raw=True,
                params=_in_query(query or {}),
                json=body,
                timeout=ClientTimeout(total=seconds),
            )
        except InvalidToken:
            raise TelegramUnauthorizedError(behalf, "Unauthorized") from None
        except MaxApiError as error:
            raise self._refused(behalf, f"{http} {path}", error) from None
        except (MaxConnection, ClientError, TimeoutError) as error:
            cause = error.__cause__ or error
            raise TelegramNetworkError(behalf, type(cause).__name__) from cause
        self._limited.pop(f"{http} {path}", None)
        if answer.get("success") is False:  # an edit's way to refuse
            raise refusal(behalf, 400, answer)
        return cast(Json, answer)

    def _refused(self, method: TelegramMethod[Any], call: str, error: MaxApiError) -> Exception:
        if error.code == 429:
            return self._too_many(method, call)
        return refusal(method, error.code, error.raw)

    def _too_many(self, method: TelegramMethod[Any], call: str) -> TelegramRetryAfter:
        times = self._limited.get(call, 0)
        self._limited[call] = times + 1
        wait = min(2**times, LONGEST_RETRY)
        return TelegramRetryAfter(method, "Too Many Requests", retry_after=wait)

    async def upload(self, url: str, data: bytes, name: str, method: TelegramMethod[Any]) -> str:
        """Send a file to the address that MAX gave for it; what is answered. Raises as `call`."""
        form = FormData(quote_fields=False)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        form.add_field("data", io.BytesIO(data), filename=name, content_type=kind)
        timeout = ClientTimeout(total=UPLOAD_SECONDS)
        try:
            async with self._file_session().post(url, data=form, timeout=timeout) as answer:
                text = await answer.text()
        except (ClientError, TimeoutError) as error:
            # The address is in aiohttp's words, and is as good as a password for one file.
            raise TelegramNetworkError(method, type(error).__name__) from None
        if answer.status == 429:
            raise self._too_many(method, UPLOAD)
        if not 200 <= answer.status < 300:
            raise upload_refusal(method, answer.status, text)
        self._limited.pop(UPLOAD, None)
        return text

    async def stream(
        self, url: str, *, seconds: float, chunk_size: int, raise_for_status: bool = True
    ) -> AsyncGenerator[bytes, None]:
        """A file's bytes. Raises what aiohttp raises, the address in its words."""
        timeout = ClientTimeout(total=seconds)
        async with self._file_session().get(
            url, timeout=timeout, raise_for_status=raise_for_status
        ) as answer:
            async for chunk in answer.content.iter_chunked(chunk_size):
                yield chunk

    async def size(self, url: str) -> int | None:
        """Of a file, in bytes; None where its host does not tell."""
        timeout = ClientTimeout(total=SIZE_SECONDS)
        try:
            async with self._file_session().head(
                url, timeout=timeout, allow_redirects=True
            ) as answer:
                return answer.content_length if answer.ok else None
        except (ClientError, TimeoutError):
            return None

    def _file_session(self) -> ClientSession:
        if self._files is None or self._files.closed:
            self._files = ClientSession(connector=create_default_connector())
        return self._files

    async def close(self) -> None:
        await self._client.close_session()
        if self._files is not None:
            await self._files.close()


def misunderstood(answer: object, error: Exception) -> ClientDecodeError:
    """MAX did what it was asked for, and told so in words that we don't know."""
    told = {"ok": True, "result": answer}
    return ClientDecodeError("MAX answers in an unknown way", error, told)


def unreadable(method: TelegramMethod[Any]) -> TelegramServerError:
    """An answer that is no answer of MAX's: a page of a proxy, or half of one."""
    return TelegramServerError(method, "the answer cannot be read")


def _in_query(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: _as_text(value) for name, value in query.items() if value is not None}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)
