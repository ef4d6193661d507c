"""Recording what a messenger took, until it is recorded: sending again instead would repeat it."""

import asyncio
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import structlog

from bot.failures import backoff
from bot.pacing import current_turn
from storage.database import Database, Operation
from storage.errors import Unavailable
from storage.transaction import Transaction

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")


class Sequel:
    """What follows what is recorded, and is read in the same transaction; here, nothing."""

    def begin(self) -> None:
        """Before each try to record."""

    def read(self, tx: Transaction) -> Any:
        """In the transaction, after what is recorded."""

    def end(self, read: Any) -> None:
        """Once it is committed, with what `read` returned."""


sequel: ContextVar[Sequel] = ContextVar("sequel", default=Sequel())  # noqa: B039 (it has no state)
"""Of all that is recorded in its context."""


async def record(db: Database, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`db.write` that outlasts a full disk and a locked database.

    Meanwhile the messenger's pace stands still: a crash then leaves one message in doubt, not one
    of every chat. The context's `sequel` reads what follows in the same transaction.
    """
    if (turn := current_turn.get()) is not None:
        turn.hold()
    follows = sequel.get()
    attempt = 0
    while True:
        follows.begin()
        try:
            recorded, read = await db.write(
                lambda tx: (operation(tx, *args, **kwargs), follows.read(tx))
            )
        except Unavailable as error:
            log.warning("cannot record what was sent", reason=error.detail)
            await asyncio.sleep(backoff(attempt))
            attempt = min(attempt + 1, 5)
        else:
            follows.end(read)
            return recorded
