"""News of every change of state: for tests that wait, and for pages that show it live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: `message`, `edit`, `delete`, `reaction`, `topic`, `member`, `press`, `call`…"""

    kind: str
    chat_id: int | None = None
    message_id: int | str | None = None


class Listener:
    """Changes from the moment it was made, in order: `async for change in listener`.

    It keeps what was not read yet; `close()` ends the loop. A context manager closes it.
    Several sources are heard as one.
    """

    def __init__(self, *sources: Changes) -> None:
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue()
        self._sources = sources
        for source in sources:
            source.add(self)

    def put(self, change: Change | None) -> None:
        """Adds a change; None ends the loop."""
        self._queue.put_nowait(change)

    def close(self) -> None:
        """No more changes come; those not read yet can still be."""
        for source in self._sources:
            source.forget(self)
        self.put(None)

    def __aiter__(self) -> Listener:
        return self

    async def __anext__(self) -> Change:
        change = await self._queue.get()
        if change is None:
            raise StopAsyncIteration
        return change

    async def take(self) -> list[Change]:
        """All changes not read yet, at least one; none where the listener was closed."""
        found = [await self._queue.get()]
        while not self._queue.empty():
            found.append(self._queue.get_nowait())
        return [change for change in found if change is not None]

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Changes:
    """Tells listeners of changes, and wakes those who wait for a condition."""

    def __init__(self, describe: Callable[[], str] = str) -> None:
        self._describe = describe
        self._listeners: set[Listener] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(
        self, kind: str, chat_id: int | None = None, message_id: int | str | None = None
    ) -> None:
        """Something changed."""
        if self._listeners:
            change = Change(kind, chat_id, message_id)
            for listener in self._listeners:
                listener.put(change)
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def listen(self) -> Listener:
        """A listener that hears everything from now on."""
        return Listener(self)

    def add(self, listener: Listener) -> None:
        """That listener hears everything from now on."""
        self._listeners.add(listener)

    def forget(self, listener: Listener) -> None:
        """That listener hears nothing more."""
        self._listeners.discard(listener)

    async def until(
        self,
        condition: Callable[[], T | None],
        *,
        timeout: float = 30.0,  # noqa: ASYNC109 - it ends in the chats as they stand
        what: str = "",
    ) -> T:
        """The condition's first true value; it is asked again at every change, never on a clock.

        A condition that finds nothing to look at yet (LookupError) counts as false.
        AssertionError with the chats as they stand after `timeout` seconds.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            problem = ""
            try:
                if value := condition():
                    return value
            except LookupError as error:
                problem = f" ({error})"
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait_for(future, deadline - loop.time())
            except TimeoutError:
                waited = f"waited {timeout:g} s in vain for {what or 'the condition'}{problem}"
                raise AssertionError(f"{waited}\n{self._describe()}") from None
            finally:
                self._waiting.discard(future)
