"""Ids: UUIDs that grow with time, so that a new row goes to the end of its index (RFC 9562, 7)."""

import os
import time
from functools import lru_cache
from uuid import UUID

parse = lru_cache(maxsize=8192)(UUID)
"""A UUID from its text. The same ones are read over and over, and parsing is slow."""


def new() -> UUID:
    """48 bits of milliseconds since the Unix epoch, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    version = 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    return UUID(int=milliseconds << 80 | version | 0b10 << 62 | random & (1 << 62) - 1)
