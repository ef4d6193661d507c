"""Everything that runs beside the requests: started, watched and ended in this one place."""

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
    """The nursery. A task that must live is restarted; one that raises Fatal ends the desk."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._end: asyncio.Future[str] = loop.create_future()

    def start(self, name: str, work: Callable[[], Awaitable[None]], *, lives: bool = True) -> None:
        """Run `work`; while it `lives`, its end by an error is logged and it is run again."""
        self._tasks.append(asyncio.create_task(self._watch(name, work, lives=lives), name=name))

    async def _watch(self, name: str, work: Callable[[], Awaitable[None]], *, lives: bool) -> None:
        while True:
            try:
                await work()
            except Fatal as error:
                self._settle(str(error))
                return
            except Exception:
                log.exception("task failed", task=name)
                if not lives:
                    return
                await asyncio.sleep(RESTART_AFTER)
            else:
                return

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
