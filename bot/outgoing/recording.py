"""Recording what a messenger took, until it is recorded: sending again instead would repeat it."""

import asyncio
from typing import ParamSpec, TypeVar

import structlog

from bot.failures import backoff
from bot.pacing import current_turn
from storage.database import Database, Operation
from storage.errors import Unavailable

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")


async def record(db: Database, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`db.write` that outlasts a full disk and a locked database.

    Meanwhile the messenger's pace stands still: a crash then leaves one message in doubt, not one
    of every chat.
    """
    if (turn := current_turn.get()) is not None:
        turn.hold()
    attempt = 0
    while True:
        try:
            return await db.write(operation, *args, **kwargs)
        except Unavailable as error:
            log.warning("cannot record what was sent", reason=error.detail)
            await asyncio.sleep(backoff(attempt))
            attempt = min(attempt + 1, 5)
