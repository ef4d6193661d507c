"""What an error of a messenger or of the database means: try again, mend something, or give up."""

import random

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
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

LONGEST_WAIT = 60.0


def backoff(attempt: int) -> float:
    """Seconds before the next try: 1, 2, 4 … 60, less up to a half so that tries do not gather."""
    return min(2.0**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
