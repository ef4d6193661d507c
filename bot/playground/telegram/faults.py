"""Faults on demand, with those that answer in the Bot API's own words."""

from __future__ import annotations

from ..stand_in.faults import *  # noqa: F403 - all that may befall any messenger
from ..stand_in.faults import Fault
from .errors import ApiError
from .errors import too_many_requests as retry_after_error


def too_many_requests(retry_after: int = 1) -> Fault:
    """Answers 429 with `retry_after` seconds; the call has no effect."""
    return Fault("too_many_requests", error=retry_after_error(retry_after))


def reject(code: int, description: str) -> Fault:
    """Answers with that Bot API error; the call has no effect."""
    return Fault("reject", error=ApiError(code, description))
