"""Faults between the desk and its messengers: cut, refused, hanging, gone for long or short."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.playground.max import faults as max_faults
from bot.playground.stand_in import faults as line
from bot.playground.stand_in.faults import Fault
from bot.playground.telegram import TelegramStandIn
from bot.playground.telegram import faults as telegram_faults
from tests.faults.endpoint import Mood
from tests.faults.strike import Do, Strike, stopped
from tests.faults.town import StandIn, Town
from tests.faults.waiting import passed

RETRY_AFTER = 3
HOUR = 3600.0
HOUR_LASTS = 6.0
"""Real seconds for a simulated hour."""
BACK = 20.0
"""How many times as fast as real time it is while a desk finds its messenger again."""
WEATHER = 0.05
"""The part of all calls that each fault of the network strikes in bad weather; limits twice."""
STUMBLES = 0.01
"""The part of all statements that fail in bad weather."""


def struck(name: str, fault: Callable[[StandIn], Fault], often: float = 0.4) -> Do:
    async def strike_calls(strike: Strike, seconds: float) -> None:
        """A part of the calls to all messengers, by chance."""
        rules = [
            (
                standin.faults,
                standin.faults.add(
                    fault(standin), when=lambda *_: strike.chance.random() < often, times=None
                ),
            )
            for standin in strike.town.standins.values()
        ]
        await passed(seconds)
        for faults, rule in rules:
            faults.remove(rule)
            strike.done[name] += rule.struck

    return strike_calls


def _too_many(standin: StandIn) -> Fault:
    if isinstance(standin, TelegramStandIn):
        return telegram_faults.too_many_requests(RETRY_AFTER)
    return max_faults.too_many_requests()


NETWORK: dict[str, Callable[[StandIn], Fault]] = {
    "cut before the work": lambda _: line.cut_before(),
    "cut during the answer": lambda _: line.cut_during(),
    "cut after the work": lambda _: line.cut_after(),
    "429": _too_many,
    "500": lambda _: line.status(500, "<html>Internal Server Error</html>"),
    "502": lambda _: line.status(502),
    "hanging": lambda _: line.hang(3),
}
MAKES = ("send", "createForumTopic", "upload")
AMBIGUOUS = ("cut_after", "cut_during")


def ambiguous(town: Town) -> int:
    """How many messages and topics were made without anybody being told."""
    return sum(
        call.outcome in AMBIGUOUS and call.error is None and call.method.startswith(MAKES)
        for standin in town.standins.values()
        for call in standin.calls
    )


async def weather(strike: Strike, seconds: float) -> None:
    """A little of everything that a network does, and of what a bad disk does."""
    strike.town.control.stumble(STUMBLES)
    async with asyncio.TaskGroup() as group:
        for name, fault in NETWORK.items():
            often = WEATHER * 2 if name == "429" else WEATHER
            group.create_task(_as_coroutine(struck(name, fault, often)(strike, seconds)))
    strike.town.control.stumble(0.0)


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work


async def away(strike: Strike, seconds: float) -> None:
    """A messenger that is gone for some seconds."""
    standin = strike.standin
    standin.down()
    await passed(strike.chance.uniform(0.5, seconds))
    standin.up()
    strike.done["messenger away"] += 1


async def hour_away(strike: Strike, _: float) -> None:
    """All messengers gone for an hour of simulated time, also while the desk starts."""
    town = strike.town
    for standin in town.standins.values():
        standin.down()
    async with town.life:
        await stopped(strike)
        await town.start(loop="simulated")
        town.endpoint.mood = lambda: Mood.BUSY
        town.control.run_at(HOUR / HOUR_LASTS)
        await passed(HOUR_LASTS)
        town.control.run_at(BACK)
        town.endpoint.mood = lambda: Mood.HONEST
        for standin in town.standins.values():
            standin.up()
        await town.connected()
        town.control.run_at(1.0)
    strike.done["hour away"] += 1
