"""A stand-in as a running thing: it listens, goes down, comes back, and tells what changed.

Also what tests ask of any messenger: its updates, its faults, the calls that the bot made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self, TypeVar

from aiohttp import web

from .changes import Changes, Listener
from .faults import Faults
from .journal import Journal
from .line import Line
from .webhook import Attempt
from .world import World

T = TypeVar("T")


class Running(ABC):
    """A context manager; inside it the stand-in answers at `url` the bot that has `token`."""

    url = ""
    world: World
    _runner: web.AppRunner | None = None

    def __init__(self, token: str, world: World) -> None:
        self.token = token
        self.world = world
        self.faults = Faults()
        self.calls = Journal()
        self._line = Line(self.faults, self.calls, world.changes)

    @abstractmethod
    def application(self) -> web.Application:
        """The HTTP side alone, for somebody else's runner, who also sets `url`."""

    def down(self) -> None:
        """The whole messenger is gone: connections are closed at once, and new ones too."""
        self._line.down()
        self.world.updates.interrupt()
        self.world.webhook.stop()

    def up(self) -> None:
        """Undoes `down`."""
        self._line.up()
        self.world.webhook.start()

    def count_from(self, base: int) -> None:
        """All identifiers from now on are above `base`: for a bot that remembers an earlier run."""
        self.world.count_from(base)

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

    @property
    def changes(self) -> Changes:
        """The news of this messenger."""
        return self.world.changes

    def describe(self) -> str:
        """The chats as text."""
        return self.world.describe()

    @property
    def refused(self) -> int:
        """Calls refused for going over the limits."""
        return self.world.pace.refused

    # Updates

    @property
    def updates_pending(self) -> int:
        """Updates that the bot has not confirmed."""
        return self.world.updates.pending

    @property
    def polling(self) -> bool:
        """Whether the bot waits for updates in a long poll."""
        return self.world.updates.polling

    @property
    def confirmed_offset(self) -> int:
        """The number after that of the last update that the bot confirmed."""
        return self.world.updates.confirmed_offset

    def hold(self) -> None:
        """Keeps updates from the bot until `release` hands them over in one batch."""
        self.world.updates.hold()

    def release(self) -> None:
        """Hands over what was held."""
        self.world.updates.release()

    def limit_batches(self, size: int) -> None:
        """At most that many updates an answer, so that an album comes in several."""
        self.world.updates.batch_size = size

    def repeat_update(self) -> None:
        """Sends the last update again, confirmed or not."""
        self.world.updates.repeat()

    def route_webhook(self, public_url: str, local_url: str) -> None:
        """Requests for the public origin go to the local one, as a reverse proxy would do it."""
        self.world.webhook.routes.add(public_url, local_url)

    @property
    def webhook_attempts(self) -> list[Attempt]:
        """Every POST to a webhook."""
        return self.world.webhook.attempts
