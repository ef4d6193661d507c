"""Ids: UUIDs that grow with time, so that a new row goes to the end of its index (RFC 9562, 7)."""

import os
import time
from functools import lru_cache
from uuid import UUID

parse = lru_cache(maxsize=8192)(UUID)
"""A UUID from its text. The same ones are read over and over, and parsing is slow."""
text = lru_cache(maxsize=8192)(str)
"""The text of a UUID that is written over and over, such as a project's."""

_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_RANDOM = 0xFFF << 64 | (1 << 62) - 1
_drawn: list[int] = []


def new() -> UUID:
    """48 bits of milliseconds since the Unix epoch, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | _draw())


def _draw() -> int:
    """Random bits from a stock: each call of the system would give the turn to another thread."""
    try:
        return _drawn.pop()
    except IndexError:
        fresh = os.urandom(10 * 256)
        parts = (fresh[start : start + 10] for start in range(0, len(fresh), 10))
        _drawn.extend(int.from_bytes(part, "big") & _RANDOM for part in parts)
        return _drawn.pop()
