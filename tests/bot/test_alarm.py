"""Alarms: they ring by their moment, and one that is put off is left as it is."""

import asyncio

from bot.alarm import Alarm
from tests.bot.virtual_time import clock, elapse, run


def rung_at(*moments: float, cancelled: bool = False) -> list[float]:
    """When an alarm rings that is set to these moments, one after the other, at the start."""

    async def scenario() -> list[float]:
        alarm, rung = Alarm(), []
        for moment in moments:
            alarm.set(moment, clock(), lambda: rung.append(clock()))
        if cancelled:
            alarm.cancel()
        await elapse(100)
        return rung

    return run(scenario())


def test_it_rings_once_by_the_moment_it_is_set_to() -> None:
    assert rung_at(30) == [30]
    assert rung_at(30, 20) == [20]
    assert rung_at(float("inf")) == []


def test_one_that_is_put_off_rings_as_before() -> None:
    assert rung_at(20, 30) == [20]


def test_one_that_is_cancelled_rings_no_more() -> None:
    assert rung_at(20, cancelled=True) == []


def test_it_can_be_set_again_when_it_rang_and_when_it_was_cancelled() -> None:
    async def scenario() -> list[float]:
        alarm, rung = Alarm(), []

        def ring() -> None:
            rung.append(clock())
            if clock() < 30:
                alarm.set(clock() + 10, clock(), ring)

        alarm.set(10, clock(), ring)
        alarm.cancel()
        alarm.set(20, clock(), ring)
        await elapse(100)
        return rung

    assert run(scenario()) == [20, 30]


def test_a_moment_that_is_all_but_now_does_not_spin() -> None:
    async def scenario() -> float:
        loop = asyncio.get_running_loop()
        rung: asyncio.Future[float] = loop.create_future()
        Alarm().set(1e-9, clock(), lambda: rung.set_result(clock()))
        return await rung

    assert run(scenario()) == 0.001
