"""What runs for as long as the desk does: started, watched and ended in this one place."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog

try:
    import uvloop

    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
except ImportError:  # it is not made for every platform
    new_event_loop = asyncio.new_event_loop

log = structlog.get_logger()

RESTART_AFTER = 1.0
"""Seconds before a task that failed by surprise runs again."""


class Fatal(Exception):
    """The desk cannot go on as it is configured; the message is one line for the owner."""


class Tasks:
    """The nursery. A task that fails is run again; one that raises Fatal ends the desk."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._end: asyncio.Future[str] = loop.create_future()

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work`, and again after each failure, which is logged."""
        self._tasks.append(asyncio.create_task(self._watch(name, work), name=name))

    async def _watch(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await work()
            except Fatal as error:
                return self._settle(str(error))
            except Exception:
                log.exception("task failed", task=name)
                await asyncio.sleep(RESTART_AFTER)

    def heed_signals(self) -> None:
        """From now on SIGTERM and SIGINT end these tasks, in place of the process."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._settle, "")

    async def end(self) -> str:
        """Wait until the process is asked to end, or until a task cannot go on, and say why."""
        return await self._end

    def _settle(self, why: str) -> None:
        if not self._end.done():
            self._end.set_result(why)

    async def stop(self) -> None:
        """Cancel what runs, the last started first, each ended before the next."""
        for task in reversed(self._tasks):
            task.cancel()
            await asyncio.wait([task])
        self._tasks.clear()
