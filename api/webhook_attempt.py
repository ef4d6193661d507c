"""One attempt at an endpoint: signed as Standard Webhooks 1.0, sent, and the outcome in words."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import structlog
from standardwebhooks import Webhook
from yarl import URL

from api.guard import Guard, Refused
from storage.deliveries import Attempt
from storage.webhook_queue import Due

TIMEOUT = 10.0
"""Seconds from the lookup of the name to the status of the answer."""
LONGEST_PAUSE = timedelta(hours=24)
"""What a Retry-After can ask for at most."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`pause` is how long the endpoint asked to be left alone."""

    attempt: Attempt
    pause: timedelta | None


class Poster:
    """Sends to endpoints over connections that the guard admits, and follows nobody elsewhere."""

    def __init__(self, guard: Guard, clock: Callable[[], datetime]) -> None:
        self._guard = guard
        self._clock = clock
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def post(self, due: Due) -> Outcome:
        """Make an attempt, whatever comes of it."""
        at, started = self._clock(), time.monotonic()
        status, error, pause = None, None, None
        try:
            async with asyncio.timeout(TIMEOUT):
                status, pause = await self._send(due, at)
        except Exception as failure:
            error = _words(failure)
            if error is None:
                error = "could not be sent"
                log.exception("webhook failed", delivery=str(due.id))
        if status is not None and 300 <= status < 400:
            error = "redirects are not followed"
        duration_ms = round((time.monotonic() - started) * 1000)
        return Outcome(Attempt(at, status, error, duration_ms), pause)

    async def _send(self, due: Due, at: datetime) -> tuple[int, timedelta | None]:
        """Status and Retry-After. The body is not read: it is cut off with the connection."""
        url = URL(due.url)
        response = await self._session(url.scheme).post(
            url, data=due.body.encode(), headers=headers(due, at), allow_redirects=False
        )
        response.release()
        return response.status, retry_after(response.headers.get("Retry-After"), at)

    def _session(self, scheme: str) -> aiohttp.ClientSession:
        if scheme not in self._sessions:
            self._sessions[scheme] = aiohttp.ClientSession(
                connector=self._guard.connector(scheme),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),
                auto_decompress=False,
            )
        return self._sessions[scheme]


def headers(due: Due, at: datetime) -> dict[str, str]:
    """Those of Standard Webhooks 1.0, with a signature for each secret that is valid."""
    signatures = (Webhook(s).sign(str(due.id), at, due.body) for s in due.secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Deskwire",
        "webhook-id": str(due.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """How long to wait: seconds, or the time until a date (RFC 9110, 10.2.3)."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), LONGEST_PAUSE.total_seconds()))
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), LONGEST_PAUSE) or None


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, f"no answer within {TIMEOUT:.0f} seconds"),
    (aiohttp.ClientConnectorCertificateError, "the certificate is not valid for this host"),
    (aiohttp.ClientSSLError, "TLS could not be agreed on"),
    (aiohttp.ClientConnectorDNSError, "the name could not be looked up"),
    (aiohttp.ClientConnectorError, "could not connect"),
    (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
    (aiohttp.ClientError, "the connection broke, or the answer was no HTTP"),
    (OSError, "the connection broke"),
)


def _words(error: Exception) -> str | None:
    """What went wrong, without addresses or what a library says; None for what was not foreseen."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Refused):
        return str(error.os_error)
    return next((words for kind, words in _WORDS if isinstance(error, kind)), None)
