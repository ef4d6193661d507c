"""A stand-in that runs, and a plain HTTP client for it: what a bot of no library would be."""

from typing import Generic, Self, TypeVar

import aiohttp

from bot.playground.cast import StandIn

StandInT = TypeVar("StandInT", bound=StandIn)


class AnyWire(Generic[StandInT]):
    def __init__(self, messenger: StandInT) -> None:
        self.messenger = messenger

    async def __aenter__(self) -> Self:
        await self.messenger.start()
        self.client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        await self.messenger.stop()
