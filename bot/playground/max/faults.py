"""Faults on demand, with those that answer in MAX's own words."""

from __future__ import annotations

from ..stand_in.faults import *  # noqa: F403 - all that may befall any messenger
from ..stand_in.faults import Fault
from .errors import TOO_MANY_REQUESTS, ApiError


def too_many_requests() -> Fault:
    """Answers 429, which in MAX does not tell when to come back; the call has no effect."""
    return Fault("too_many_requests", error=TOO_MANY_REQUESTS)


def reject(status: int, code: str, message: str = "") -> Fault:
    """Answers with that error of MAX; the call has no effect."""
    return Fault("reject", error=ApiError(status, code, message))
