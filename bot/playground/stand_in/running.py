"""A stand-in as a running thing: it listens, goes down, comes back, and tells what changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self, TypeVar

from aiohttp import web

from .changes import Changes, Listener

T = TypeVar("T")


class Running(ABC):
    """A context manager; inside it the stand-in answers at `url`."""

    url = ""
    _runner: web.AppRunner | None = None

    @property
    @abstractmethod
    def changes(self) -> Changes:
        """The news of the stand-in."""

    @abstractmethod
    def application(self) -> web.Application:
        """The HTTP side alone, to be served by somebody else's runner."""

    @abstractmethod
    def down(self) -> None:
        """The whole messenger is gone: connections are closed at once, and new ones too."""

    @abstractmethod
    def up(self) -> None:
        """Undoes `down`."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens; `url` is then the base URL for the bot. Port 0 takes a free one."""
        self.up()
        self._runner = web.AppRunner(
            self.application(), access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Closes all connections and stops listening and delivering."""
        self.down()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def until(
        self,
        condition: Callable[[], T | None],
        *,
        timeout: float = 30.0,  # noqa: ASYNC109 - as in Changes.until
        what: str = "",
    ) -> T:
        """The condition's first true value, asked again at every change; see `Changes.until`."""
        return await self.changes.until(condition, timeout=timeout, what=what)

    def listen(self) -> Listener:
        """Changes from now on: `with messenger.listen() as news: async for change in news`."""
        return self.changes.listen()
