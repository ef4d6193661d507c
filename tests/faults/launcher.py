"""Starts the desk as run.py does, with its clock, its disk or one of its promises in other hands.

`launcher.py <page> <loop> <seed> <broken> [arguments]`: what is shared with the laboratory; the
event loop, the desk's `own` or one in `simulated` time; the seed of chance; a promise to break.
"""

import asyncio
import faulthandler
import random
import selectors
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.control import Control

NOTICES = 0.05
"""Seconds after which a loop in simulated time sees that its speed was changed."""


class _Selector(selectors.DefaultSelector):
    """Waits in simulated seconds."""

    control: Control

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        real = NOTICES if timeout is None else timeout / self.control.state.speed
        return super().select(min(real, NOTICES))


def simulated_loop(control: Control) -> Callable[[], asyncio.AbstractEventLoop]:
    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return control.monotonic()

    def make() -> asyncio.AbstractEventLoop:
        selector = _Selector()
        selector.control = control
        return Loop(selector)

    return make


def take_the_clock(control: Control, *, loop: str) -> None:
    from bot import pace, tasks
    from storage.database import Database

    replace_default(Database.open.__func__, "clock", control.now)  # type: ignore[attr-defined]
    if loop == "simulated":
        replace_default(pace.Pace.__init__, "clock", control.monotonic)
        tasks.new_event_loop = simulated_loop(control)


def replace_default(function: Any, name: str, value: object) -> None:
    """KeyError where there is no such default any more: then the laboratory would test nothing."""
    function.__kwdefaults__[name]
    function.__kwdefaults__[name] = value


def take_the_disk(control: Control, chance: random.Random) -> None:
    """Statements that change something fail now and then, in the middle of their operation."""
    from storage.transaction import Transaction

    def stumbling(statement: Callable[..., int]) -> Callable[..., int]:
        def run(tx: Transaction, sql: str, /, **values: object) -> int:
            if chance.random() < control.state.stumbling:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR
                raise error
            return statement(tx, sql, **values)

        return run

    for name in ("run", "insert"):
        setattr(Transaction, name, stumbling(getattr(Transaction, name)))


def main(page: str, loop: str, seed: str, broken: str, *arguments: str) -> int:
    import run
    from tests.faults.breaking import BREAKS

    faulthandler.register(signal.SIGUSR1)
    control = Control(Path(page))
    take_the_clock(control, loop=loop)
    take_the_disk(control, random.Random(seed))
    if broken:
        BREAKS[broken]()
    return run.main(list(arguments))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
