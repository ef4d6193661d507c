"""Acme's desks as processes, one in each messenger, for the tests that share them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from tests.e2e.acme import PUBLIC_URL, Acme
from tests.e2e.desk import Desk
from tests.e2e.sides import MAX, SIDES, Side

SECRET = "only-the-messenger-knows"
WEBHOOK: dict[str, Any] = {
    "updates": "webhook",
    "public_url": PUBLIC_URL,
    "webhook_secret": SECRET,
}


def acme_at(side: Side, folder: Path, **settings: object) -> Acme:
    """Acme before its desk was started, without limits of pace."""
    known = {"project_name": "Acme", "project_description": "We mend things."}
    return Acme(side, Desk(folder, **{**side.settings, **known, **settings}))


@asynccontextmanager
async def running_acme(folder: Path, channel: str, **settings: object) -> AsyncIterator[Acme]:
    """Acme with its desk running, which many tests can share."""
    side = SIDES[channel]()
    async with side.running:
        acme = acme_at(side, folder, **settings)
        async with AsyncExitStack() as stack:
            stack.push_async_exit(acme.desk)
            await acme.start()
            yield acme
        assert side.messenger.calls.broken_contracts == []


class Companies:
    """Acme in each messenger, its desk started when it is first asked for.

    `prepare` is run then. In MAX updates come by webhook unless `settings` say otherwise: its
    polling waits half a second between two requests, which the tests of a whole session can't.
    """

    def __init__(
        self,
        folder: Path,
        prepare: Callable[[Acme], Awaitable[None]] | None = None,
        **settings: object,
    ) -> None:
        self._folder = folder
        self._prepare = prepare
        self._settings = settings
        self._stack = AsyncExitStack()
        self._running: dict[str, Acme] = {}

    async def at(self, channel: str) -> Acme:
        if channel not in self._running:
            folder = self._folder / channel
            folder.mkdir(exist_ok=True)
            settings = {**(WEBHOOK if channel == MAX else {}), **self._settings}
            acme = await self._stack.enter_async_context(running_acme(folder, channel, **settings))
            self._running[channel] = acme
            if self._prepare is not None:
                await self._prepare(acme)
        return self._running[channel]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
