"""Trouble on demand: what is wrong with a messenger until somebody says that it works again."""

from enum import StrEnum

from bot.playground import max as max_
from bot.playground.cast import StandIn
from bot.playground.max import MaxStandIn
from bot.playground.stand_in import faults
from bot.playground.stand_in.checks import Json
from bot.playground.stand_in.faults import Fault, Rule
from bot.playground.telegram.faults import too_many_requests

SLOW_SECONDS = 3.0
RETRY_AFTER = 3
"""Seconds that Telegram names in its 429; MAX names none."""


class Mode(StrEnum):
    WORKS = "works"
    SLOW = "slow"
    LIMITED = "limited"
    BROKEN = "broken"
    GONE = "gone"


class Trouble:
    """One messenger's trouble; none at first."""

    def __init__(self, messenger: StandIn) -> None:
        self.mode = Mode.WORKS
        self._messenger = messenger
        self._rule: Rule | None = None

    def make(self, mode: Mode) -> None:
        """This trouble from now on, in place of the one before."""
        if self._rule is not None:
            self._messenger.faults.remove(self._rule)
            self._rule = None
        if mode in (Mode.BROKEN, Mode.GONE):
            self._messenger.down()  # the poll that waits meets with it too
        if mode is not Mode.GONE:
            self._messenger.up()
        fault = self._fault(mode)
        if fault is not None:
            # Slowness and limits strike what is sent; updates come in as ever.
            when = None if mode is Mode.BROKEN else _is_no_poll
            self._rule = self._messenger.faults.add(fault, when=when, times=None)
        self.mode = mode
        self._messenger.changes.tell("trouble")

    def _fault(self, mode: Mode) -> Fault | None:
        if mode is Mode.SLOW:
            return faults.delay(SLOW_SECONDS)
        if mode is Mode.BROKEN:
            return faults.status(502)
        if mode is not Mode.LIMITED:
            return None
        if isinstance(self._messenger, MaxStandIn):
            return max_.faults.too_many_requests()
        return too_many_requests(RETRY_AFTER)


def _is_no_poll(method: str, params: Json) -> bool:
    return method != "getUpdates"
