"""Ids: UUIDs that grow with time, so that a new row goes to the end of its index (RFC 9562, 7)."""

import os
import sqlite3
import time
from functools import lru_cache
from operator import attrgetter
from uuid import UUID, SafeUUID

_UNKNOWN = SafeUUID.unknown


class Id(UUID):
    """A UUID that keeps its text: each is written and asked for over and over."""

    __slots__ = ("text",)

    text: str

    def __init__(self, number: int) -> None:
        digits = f"{number:032x}"
        text = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        # What a UUID has, and as it sets it: its own way there is longer than all of this.
        set_ = object.__setattr__
        set_(self, "int", number)
        set_(self, "is_safe", _UNKNOWN)
        set_(self, "text", text)

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type["Id"], tuple[int]]:
        return Id, (self.int,)  # a UUID is copied without what is added here


# The texts of UUIDs are what the schema keeps.
sqlite3.register_adapter(Id, attrgetter("text"))
sqlite3.register_adapter(UUID, str)


@lru_cache(maxsize=8192)
def parse(text: str) -> Id:
    """An id from its text. The same ones are read over and over, and parsing is slow."""
    return Id(UUID(text).int)


_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_RANDOM = 0xFFF << 64 | (1 << 62) - 1
_drawn: list[int] = []


def new() -> Id:
    """48 bits of milliseconds since the Unix epoch, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    return Id(milliseconds << 80 | _VERSION_AND_VARIANT | _draw())


def _draw() -> int:
    """Random bits from a stock: each call of the system would give the turn to another thread."""
    try:
        return _drawn.pop()
    except IndexError:
        fresh = os.urandom(10 * 256)
        parts = (fresh[start : start + 10] for start in range(0, len(fresh), 10))
        _drawn.extend(int.from_bytes(part, "big") & _RANDOM for part in parts)
        return _drawn.pop()
