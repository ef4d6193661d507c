"""The end of an update, recorded in the transaction of the last thing that it leads to."""

from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import ParamSpec, Self, TypeVar

from storage import inbox
from storage.database import Operation
from storage.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")


class Handling:
    """One try to handle what came with these rows of the inbox: inside of it they are handled.

    `over` says that their end is recorded, once the handler has come to its own without an error.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids
        self.over = False

    def __enter__(self) -> Self:
        self._before = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._before)


_current: ContextVar[Handling | None] = ContextVar("handling", default=None)


def last(operation: Operation[P, T | None]) -> Operation[P, T | None]:
    """The operation with the end of the update that it is the last thing of: both, or neither.

    Where it returns None something is left to do, and the update stays as it is.
    """
    current = _current.get()
    return operation if current is None else partial(_ending, current, operation)


def _ending(
    current: Handling,
    operation: Operation[P, T | None],
    tx: Transaction,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | None:
    current.over = False  # a try before may have been undone
    result = operation(tx, *args, **kwargs)
    if result is not None:
        inbox.handled(tx, current.ids)
        current.over = True
    return result
