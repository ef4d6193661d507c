"""The pace of sending: pauses, restarts, giving up, and what is kept in memory."""

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from bot.pace import Pace, Window
from bot.turn import Turn
from tests.bot.virtual_time import clock, elapse, run

# A timer never waits for less than a millisecond, so a turn may come so much late.
LATE = 0.0021


def scene(
    play: Callable[[Pace], Awaitable[None]],
    *,
    everybody: Window | None = None,
    chat: Window | None = None,
    group: Window | None = None,
) -> None:
    async def scenario() -> None:
        await play(Pace(everybody=everybody, chat=chat, group=group, clock=clock))

    run(scenario())


async def make(pace: Pace, chat: int, *, group: bool = False) -> float:
    """Make one message at once when its turn comes; when that was."""
    async with await pace.turn(chat, group=group, priority=0):
        return clock()


def test_a_pause_stops_one_chat_alone() -> None:
    async def play(pace: Pace) -> None:
        pace.pause(1, 30)
        assert pace.behind(1) == 30
        assert pace.behind(2) == 0
        assert await make(pace, 2) == 0
        assert await make(pace, 1) == pytest.approx(30, abs=LATE)

    scene(play)


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    async def play(pace: Pace) -> None:
        pace.pause(1, 30)
        pace.pause(1, 2)
        assert await make(pace, 1) == pytest.approx(30, abs=LATE)

    scene(play)


def test_a_pause_reaches_those_who_wait_already() -> None:
    async def play(pace: Pace) -> None:
        for _ in range(3):
            await make(pace, 1)
        waiting = asyncio.create_task(make(pace, 1))
        await elapse(1)
        pace.pause(1, 10)
        assert await waiting == pytest.approx(11, abs=LATE)

    scene(play, chat=Window(3, 3))


def test_messages_from_before_a_restart_count_as_long_as_they_would_have() -> None:
    async def play(pace: Pace) -> None:
        for age in (1.0, 2.5, 0.5, 90.0):
            pace.remember(1, group=False, age=age)
        assert pace.behind(1) == pytest.approx(0.5)
        assert await make(pace, 1) == pytest.approx(0.5, abs=LATE)
        assert await make(pace, 1) == pytest.approx(2.0, abs=LATE)

    scene(play, chat=Window(3, 3))


def test_messages_from_before_a_restart_count_for_everybody() -> None:
    async def play(pace: Pace) -> None:
        pace.remember(1, group=False, age=0.4)
        assert await make(pace, 2) == pytest.approx(0.6, abs=LATE)

    scene(play, everybody=Window(1, 1))


def test_a_message_from_the_future_counts_from_now() -> None:
    async def play(pace: Pace) -> None:
        pace.remember(1, group=False, age=-100)
        assert await make(pace, 1) == pytest.approx(1, abs=LATE)

    scene(play, chat=Window(1, 1))


def test_behind_tells_when_a_chat_could_be_next() -> None:
    async def play(pace: Pace) -> None:
        for _ in range(3):
            await make(pace, 1)
        assert pace.behind(1) == pytest.approx(3, abs=LATE)
        await elapse(2)
        assert pace.behind(1) == pytest.approx(1, abs=LATE)
        await elapse(1.1)
        assert pace.behind(1) == 0

    scene(play, chat=Window(3, 3))


def test_behind_counts_the_limit_that_all_share() -> None:
    async def play(pace: Pace) -> None:
        await make(pace, 1)
        assert pace.behind(2) == pytest.approx(1)

    scene(play, everybody=Window(1, 1))


def test_behind_takes_a_message_in_flight_as_answered_now() -> None:
    async def play(pace: Pace) -> None:
        async with await pace.turn(1, group=False, priority=0):
            await elapse(1)
            assert pace.behind(1) == pytest.approx(2)

    scene(play, chat=Window(1, 2))


def test_free_counts_what_a_chat_could_take_now() -> None:
    async def play(pace: Pace) -> None:
        assert pace.free(1, group=False) == math.inf
        assert pace.headroom(1, group=False) == 1
        assert pace.free(-1, group=True) == 4
        await make(pace, -1, group=True)
        async with await pace.turn(-1, group=True, priority=0):
            assert pace.free(-1, group=True) == 2
            assert pace.headroom(-1, group=True) == 0.5
        await elapse(61)
        assert pace.free(-1, group=True) == 4

    scene(play, group=Window(4, 60))


def test_without_a_group_limit_groups_keep_to_the_limit_of_a_chat() -> None:
    async def play(pace: Pace) -> None:
        assert [await make(pace, -1, group=True) for _ in range(3)] == pytest.approx(
            [0, 0, 1], abs=LATE
        )

    scene(play, chat=Window(2, 1), group=None)


# --- giving up -----------------------------------------------------------------------------------


def test_a_void_turn_gives_its_place_back_at_once() -> None:
    async def play(pace: Pace) -> None:
        for _ in range(5):
            async with await pace.turn(1, group=False, priority=0) as turn:
                turn.void()
        assert await make(pace, 1) == 0

    scene(play, chat=Window(1, 60))


def test_a_turn_that_ended_in_an_error_counts() -> None:
    async def play(pace: Pace) -> None:
        with pytest.raises(ConnectionError):
            async with await pace.turn(1, group=False, priority=0):
                raise ConnectionError
        assert await make(pace, 1) == pytest.approx(60, abs=LATE)

    scene(play, chat=Window(1, 60))


def test_only_the_first_end_of_a_turn_counts() -> None:
    async def play(pace: Pace) -> None:
        turn = await pace.turn(1, group=False, priority=0)
        turn.done()
        turn.void()
        turn.done()
        assert pace.behind(1) == 60

    scene(play, chat=Window(1, 60))


def test_a_cancelled_waiter_leaves_no_trace() -> None:
    async def play(pace: Pace) -> None:
        await make(pace, 1)
        waiting = [asyncio.create_task(make(pace, 1)) for _ in range(3)]
        await elapse(1)
        waiting[0].cancel()
        waiting[2].cancel()
        assert await waiting[1] == pytest.approx(60, abs=LATE)
        assert await make(pace, 1) == pytest.approx(120, abs=LATE)

    scene(play, chat=Window(1, 60))


def test_a_cancelled_waiter_is_forgotten_at_once_however_long_it_would_have_waited() -> None:
    async def play(pace: Pace) -> None:
        async with await pace.turn(1, group=False, priority=0):
            waiting = asyncio.create_task(make(pace, 2))
            await elapse(1)
            assert len(pace) == 2
            waiting.cancel()
            await elapse(1)
            assert len(pace) == 1

    scene(play, everybody=Window(1, 60))


def test_a_turn_given_in_the_moment_of_cancelling_goes_to_the_next() -> None:
    async def play(pace: Pace) -> None:
        first = await pace.turn(1, group=False, priority=0)
        gone, stays = (asyncio.create_task(make(pace, 1)) for _ in range(2))
        await elapse(1)
        first.void()
        gone.cancel()
        assert await stays == 1
        assert gone.cancelled()

    scene(play, chat=Window(1, 60))


def test_a_turn_is_not_given_to_somebody_who_is_just_cancelled() -> None:
    async def play(pace: Pace) -> None:
        first = await pace.turn(1, group=False, priority=0)
        gone, stays = (asyncio.create_task(make(pace, 1)) for _ in range(2))
        await elapse(1)
        gone.cancel()
        first.void()
        assert await stays == 1
        assert gone.cancelled()

    scene(play, chat=Window(1, 60))


# --- memory and timers ---------------------------------------------------------------------------


def test_a_chat_is_forgotten_once_its_windows_are_empty() -> None:
    async def play(pace: Pace) -> None:
        for chat in range(1, 40):
            await make(pace, chat)
        pace.pause(99, 20)
        assert len(pace) == 40
        await elapse(4)
        assert len(pace) == 1
        await elapse(17)
        assert len(pace) == 0

    scene(play, chat=Window(3, 3))


def test_nothing_runs_while_nobody_may_send() -> None:
    async def play(pace: Pace) -> None:
        readings = 0

        def counting() -> float:
            nonlocal readings
            readings += 1
            return clock()

        watched = Pace(everybody=None, chat=Window(1, 3600), clock=counting)
        await make(watched, 1)
        waiting = asyncio.create_task(make(watched, 1))
        await elapse(1)
        before = readings
        await elapse(3500)
        assert readings == before
        assert await waiting == pytest.approx(3600, abs=LATE)

    scene(play)


@pytest.mark.parametrize(("count", "seconds"), [(0, 1), (1, 0), (1, float("inf"))])
def test_a_window_that_nothing_could_pass_is_refused(count: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(count, seconds)


@pytest.mark.parametrize("end", [Turn.done, Turn.release])
def test_a_turn_that_is_held_is_the_only_one(end: Callable[[Turn], None]) -> None:
    async def play(pace: Pace) -> None:
        turn = await pace.turn(1, group=False, priority=0)
        turn.hold()
        others = [asyncio.create_task(make(pace, chat)) for chat in (2, 3)]
        await elapse(3600)
        assert not any(task.done() for task in others)
        end(turn)
        assert await asyncio.gather(*others) == pytest.approx([3600] * 2, abs=1)

    scene(play)


def test_a_turn_that_is_over_holds_up_nobody() -> None:
    async def play(pace: Pace) -> None:
        turn = await pace.turn(1, group=False, priority=0)
        turn.done()
        turn.hold()
        assert await make(pace, 2) == 0

    scene(play)
