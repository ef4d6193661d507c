"""Faults on demand, with those that answer in MAX's own words."""

from __future__ import annotations

from ..stand_in.faults import (
    Fault,
    Faults,
    Rule,
    cut_after,
    cut_before,
    cut_during,
    delay,
    hang,
    status,
)
from .errors import TOO_MANY_REQUESTS, ApiError

__all__ = [
    "Fault",
    "Faults",
    "Rule",
    "cut_after",
    "cut_before",
    "cut_during",
    "delay",
    "hang",
    "reject",
    "status",
    "too_many_requests",
]


def too_many_requests() -> Fault:
    """Answers 429, which in MAX does not tell when to come back; the call has no effect."""
    return Fault("too_many_requests", error=TOO_MANY_REQUESTS)


def reject(status: int, code: str, message: str = "") -> Fault:
    """Answers with that error of MAX; the call has no effect."""
    return Fault("reject", error=ApiError(status, code, message))
