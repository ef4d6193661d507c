"""Calm: when those can go who let others go first."""

import asyncio

from bot.pace import Pace
from bot.turn import Turn
from tests.bot.virtual_time import clock, elapse, run


async def make(pace: Pace, chat: int) -> None:
    async with await pace.turn(chat, group=False, priority=0):
        pass


def quick() -> Pace:
    """Without limits: who waits, waits for others or for a pause."""
    return Pace(everybody=None, chat=None, clock=clock)


async def held(pace: Pace) -> Turn:
    """A turn that nobody gets another beside."""
    turn = await pace.turn(1, group=False, priority=0)
    turn.hold()
    return turn


def test_it_is_calm_while_nobody_waits_but_for_their_own_limits() -> None:
    async def play() -> None:
        pace = quick()
        pace.pause(1, 3600)
        limited = asyncio.create_task(make(pace, 1))
        await elapse(1)
        assert pace.calm.is_set()
        limited.cancel()

    run(play())


def test_calm_comes_when_the_last_has_a_turn_who_waited_for_others() -> None:
    async def play() -> None:
        pace = quick()
        turn = await held(pace)
        others = [asyncio.create_task(make(pace, chat)) for chat in (2, 3)]
        await elapse(1)
        calm = asyncio.create_task(pace.calm.wait())
        await elapse(10)
        assert not calm.done()
        turn.done()
        assert await calm
        assert all(task.done() for task in others)
        assert clock() == 11

    run(play())
