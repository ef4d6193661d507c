"""A turn: leave to make one message, given by the pace and handed back to it."""

from collections.abc import Callable
from types import TracebackType
from typing import Self


class Turn:
    """Leave to make one message; `async with` it, or call `done()` when the outcome is known.

    While it is open the message is in flight: its chat waits, and it holds its places.
    """

    def __init__(
        self, close: Callable[["Turn", bool], None], hold: Callable[["Turn", bool], None]
    ) -> None:
        self._close = close
        self._hold = hold
        self._open = True
        self.waited_for = False
        """Whether something else could happen before it was given."""

    def hold(self) -> None:
        """Nobody else gets a turn before this one is over, or released, however long it takes:
        what was made is not recorded yet, and it shall be the only one."""
        if self._open:
            self._hold(self, True)

    def release(self) -> None:
        """What was made is recorded; the turn goes on as any other."""
        if self._open:
            self._hold(self, False)

    def done(self) -> None:
        """The messenger may have made the message, at the latest now. Twice does no harm."""
        self._end(made=True)

    def void(self) -> None:
        """No message was made: the places are free again. Does nothing once the turn is over."""
        self._end(made=False)

    def _end(self, *, made: bool) -> None:
        if self._open:
            self._open = False
            self._close(self, made)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.done()
