"""Conditions on events: `when` tests them where they are, on the event loop.

aiogram runs a filter that is no coroutine, a magic one too, in a thread of its own: several a
message cost more than all else that is done with it.
"""

from collections.abc import Awaitable, Callable

from aiogram.types import TelegramObject
from aiogram.utils.magic_filter import MagicFilter


def when(condition: MagicFilter) -> Callable[[TelegramObject], Awaitable[bool]]:
    """The filter that lets events through of which `condition` is true."""

    async def matches(event: TelegramObject) -> bool:
        return bool(condition.resolve(event))

    return matches
