"""What an error of a messenger or of the database means: try again, mend something, or give up.

Its words go to the log, to the outbox and to `/readyz`: no secret may be in them.
"""

import random
from collections.abc import Sequence

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import (
    ClientConnectionError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientSSLError,
)

from storage.errors import Unavailable

PASSING = (
    Unavailable,
    TelegramRetryAfter,
    TelegramNetworkError,
    TelegramServerError,
    ClientDecodeError,
)
"""Errors that go by themselves: the same call may succeed later."""

REFUSED = (TelegramForbiddenError, TelegramBadRequest, TelegramEntityTooLarge)
"""The messenger's last word on a call; the last of them is a network error to aiogram."""

UNCHANGED = "message is not modified"
"""In the refusal to edit a message into what it is already."""

LONGEST_WAIT = 60.0


def backoff(attempt: int) -> float:
    """Seconds before the next try: 1, 2, 4 … 60, less up to a half so that tries do not gather."""
    return min(2.0 ** min(attempt, 10), LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)


def wait_after(error: Exception, attempt: int) -> float:
    """Seconds before the next try: `backoff`, or more where the messenger asks for more."""
    asked = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
    return max(backoff(attempt), asked)


def passes(error: Exception) -> bool:
    """Whether the same call may be made again, and may succeed then."""
    return isinstance(error, PASSING) and understood(error)


def understood(error: Exception) -> bool:
    """False where the messenger did what was asked, but told it in a way that aiogram cannot read:
    to ask again would do it again."""
    if isinstance(error, ClientDecodeError) and isinstance(error.data, dict):
        return not error.data.get("ok")
    return True


def made_in(error: ClientDecodeError) -> list[int]:
    """The ids of the messages that such an answer tells of; empty where not even they are told."""
    told = None if understood(error) else error.data.get("result")
    messages = told if isinstance(told, list) else [told]
    ids = [each.get("message_id") for each in messages if isinstance(each, dict)]
    return [each for each in ids if isinstance(each, int)]


_TROUBLES: Sequence[tuple[type[BaseException], str]] = (
    (ClientConnectorDNSError, "its name is not known here"),
    (ClientSSLError, "its certificate is not trusted here"),
    (ClientConnectorError, "nobody takes the connection"),
    (TimeoutError, "it does not answer in time"),
    (ClientConnectionError, "the connection was cut"),
)


def trouble(error: BaseException) -> str:
    """What keeps a call from being answered. The error's own words may have a secret in them."""
    return next((said for kind, said in _TROUBLES if isinstance(error, kind)), "no answer")


def words(error: Exception) -> str:
    """An error in one line. aiohttp's own words are left out: the URL in them has the token."""
    if isinstance(error, Unavailable):
        return error.detail
    if isinstance(error, TelegramUnauthorizedError):
        return "the messenger refuses the token"
    if isinstance(error, TelegramConflictError):
        return "another program reads the updates of this bot"
    if isinstance(error, TelegramNetworkError) and not isinstance(error, TelegramEntityTooLarge):
        return f"the messenger cannot be reached: {trouble(error.__cause__ or error)}"
    if isinstance(error, AiogramError):
        said = " ".join(str(getattr(error, "message", "")).split())
        return said[:200] or type(error).__name__
    return type(error).__name__
