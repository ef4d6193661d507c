"""Waiting for what no event tells: a condition that is asked ten times a second."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

ASKS_EVERY = 0.1
PATIENCE = 60.0


class Impatient(Exception):
    """What was waited for did not come."""


async def until(
    condition: Callable[[], T | None], *, seconds: float = PATIENCE, what: str = ""
) -> T:
    """The condition's first true value. Raises Impatient after so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (value := condition()):
        if loop.time() > end:
            raise Impatient(f"waited {seconds:g} s in vain for {what}")
        await passed(ASKS_EVERY)
    return value


async def passed(seconds: float) -> None:
    """Let so many seconds pass."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()
