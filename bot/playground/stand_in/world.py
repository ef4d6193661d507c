"""What the state of every messenger has: a clock, news, numbers, and ways in and out."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .changes import Changes
from .updates import UpdateQueue
from .webhook import Sender
from .windows import Windows


class World(ABC):
    """One messenger with one bot under test."""

    updates: UpdateQueue[Any]
    webhook: Sender[Any]
    pace: Windows

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.changes = Changes(self.describe)
        self._numbers = itertools.count(1)

    def count_from(self, base: int) -> None:
        """Identifiers from now on are above `base`, those of updates too."""
        self._numbers = itertools.count(base + 1)
        self.updates.count_from(base)

    def number(self) -> int:
        """A number that was not given before, for identifiers."""
        return next(self._numbers)

    @abstractmethod
    def describe(self) -> str:
        """All chats as text: the last messages of each, for failure messages."""
