"""Promises broken on purpose, in a running desk and never in its code: the laboratory must see it.

One that no longer finds what it is to break fails at once.
"""

import asyncio
from collections.abc import Callable
from typing import Any


def savepoint() -> None:
    """What an operation that failed had changed stays, and is committed with its neighbours'."""
    from storage import database

    run_one = database._run_one

    def keep_all(*args: Any) -> bool:
        run_one(*args)
        return True

    database._run_one = keep_all  # type: ignore[assignment]


def confirm() -> None:
    """Updates are confirmed while they are being committed, and not once they are."""
    from bot.messengers.telegram.feed import TelegramReader
    from storage.database import Database

    class Hasty:
        def __init__(self, db: Database) -> None:
            self._db = db
            self._writing: set[asyncio.Future[None]] = set()

        async def write(self, *args: Any) -> None:
            self._writing.add(self._db.write(*args))

    begin = TelegramReader.__init__

    def hastily(self: TelegramReader, bot: Any, db: Database) -> None:
        begin(self, bot, Hasty(db))  # type: ignore[arg-type]

    TelegramReader.__init__ = hastily  # type: ignore[method-assign]


def source() -> None:
    """It is not remembered what a messenger's message became."""
    from storage import message_map

    message_map.record_source  # noqa: B018 - it must be there to be forgotten
    message_map.record_source = lambda *_: None


def retry_after() -> None:
    """What a messenger asks for, when it refuses by a limit, is not heard."""
    from bot import failures, intake, lanes, sender, service
    from bot.pace import Pace

    def unheard(error: Exception, attempt: int) -> float:
        return failures.backoff(attempt)

    for module in (failures, intake, lanes, sender, service):
        assert hasattr(module, "wait_after")
        module.wait_after = unheard  # type: ignore[attr-defined]
    assert hasattr(Pace, "pause")
    Pace.pause = lambda *_: None  # type: ignore[method-assign]


BREAKS: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (savepoint, confirm, source, retry_after)
}
