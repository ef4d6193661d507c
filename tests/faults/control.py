"""What the laboratory and the desk in it share: one page of memory with the time and its tricks.

Both see the same simulated time: it runs at the real pace, faster, or with its clock set anew.
"""

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class State(NamedTuple):
    """`simulated` is the monotonic time, in seconds, at `real`, the machine's own; it goes on at
    `speed`. `epoch` makes of it the time of day. `stumbling` is the chance that a statement of
    an operation fails as on a bad disk.
    """

    real: float
    simulated: float
    speed: float
    epoch: float
    stumbling: float


PAGE = struct.Struct("<q5d")


class Control:
    """The page, in a file that both map. The laboratory alone writes."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._page = mmap.mmap(opened.fileno(), PAGE.size)

    @classmethod
    def create(cls, file: Path) -> Self:
        file.write_bytes(bytes(PAGE.size))
        control = cls(file)
        now = time.monotonic()
        control.state = State(now, now, 1.0, time.time() - now, 0.0)
        return control

    @property
    def state(self) -> State:
        while True:
            before, *values = PAGE.unpack_from(self._page)
            (after,) = struct.unpack_from("<q", self._page)
            if before == after and before % 2 == 0:
                return State(*values)

    @state.setter
    def state(self, state: State) -> None:
        """An odd number in front tells a reader that the rest is not whole."""
        (number,) = struct.unpack_from("<q", self._page)
        struct.pack_into("<q", self._page, 0, number + 1)
        struct.pack_into("<5d", self._page, 8, *state)
        struct.pack_into("<q", self._page, 0, number + 2)

    def monotonic(self) -> float:
        """Simulated seconds that never go back."""
        state = self.state
        return state.simulated + (time.monotonic() - state.real) * state.speed

    def now(self) -> datetime:
        """The simulated time of day, which may be set to anything."""
        return EPOCH + timedelta(seconds=self.monotonic() + self.state.epoch)

    def run_at(self, speed: float) -> None:
        """Let simulated time run so many times as fast as real time from now on."""
        state, now = self.state, time.monotonic()
        simulated = state.simulated + (now - state.real) * state.speed
        self.state = state._replace(real=now, simulated=simulated, speed=speed)

    def set_clock(self, by: float) -> None:
        """Set the time of day by so many seconds, back where they are below 0."""
        self.state = self.state._replace(epoch=self.state.epoch + by)

    def stumble(self, chance: float) -> None:
        self.state = self.state._replace(stumbling=chance)
