"""News for the pages that are open: which parts of the playground changed since each last looked.

What a part looks like now is asked of the playground.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Part = int | Literal["request"]
"""A chat by its id, or the website's request."""


class Reader:
    """One page's view: changes pile up until it takes them, each part once."""

    def __init__(self) -> None:
        self._parts: set[Part] = set()
        self._news = asyncio.Event()
        self.closed = False

    def add(self, part: Part) -> None:
        self._parts.add(part)
        self._news.set()

    def close(self) -> None:
        self.closed = True
        self._news.set()

    async def take(self, seconds: float) -> set[Part]:
        """What changed, as soon as something did; nothing once closed, or after `seconds`."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return set()
        self._news.clear()
        parts, self._parts = self._parts, set()
        return parts


class Live:
    """Passes on what changed to every reader."""

    def __init__(self) -> None:
        self._readers: set[Reader] = set()

    def changed(self, part: Part) -> None:
        for reader in self._readers:
            reader.add(part)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A reader of all changes from now on."""
        reader = Reader()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def close(self) -> None:
        """The readers of this moment hear nothing more."""
        for reader in self._readers:
            reader.close()
