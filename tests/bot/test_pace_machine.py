"""The pace under any order of asking, sending, refusing, pausing, leaving and holding."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.pace import Pace, Window
from bot.turn import Turn
from tests.bot.virtual_time import VirtualLoop, elapse

T = TypeVar("T")
CHATS = [1, 2, -1]
LATE = 0.0021
"""Seconds: a timer never waits for less than a millisecond, so a turn may come so much late."""
windows = st.none() | st.builds(Window, st.integers(1, 3), st.sampled_from([0.5, 1.0, 3.0]))


@dataclass(eq=False)
class Ask:
    """Somebody who wants to send; `turn` once it was given, at `start`."""

    chat: int
    task: asyncio.Task[None] | None = None
    turn: Turn | None = None
    start: float = 0.0
    holds: bool = False


@dataclass(frozen=True)
class Made:
    """A message that the messenger counted at some time from `start` to `end`."""

    chat: int
    start: float
    end: float


class Sending(RuleBasedStateMachine):
    @initialize(everybody=windows, chat=windows, group=windows)
    def begin(self, everybody: Window | None, chat: Window | None, group: Window | None) -> None:
        self.loop = VirtualLoop()
        self.windows = (everybody, chat, group or chat)
        self.pace = Pace(everybody=everybody, chat=chat, group=group, clock=self.loop.time)
        self.waiting: list[Ask] = []
        self.flying: list[Ask] = []
        self.made: list[Made] = []
        self.paused: dict[int, float] = {}

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def _act(self, act: Callable[[], object]) -> None:
        """Do something inside the loop, and let what follows from it happen."""

        async def work() -> None:
            act()
            await elapse(0)

        self._run(work())

    def teardown(self) -> None:
        """In the end everybody who waits gets a turn, and nothing is remembered."""
        if not hasattr(self, "loop"):
            return
        try:
            for _ in range(len(self.waiting) + len(self.flying) + 1):
                for ask in self.flying[:]:
                    self._act(partial(self._over, ask, made=True))
                self._run(elapse(40))
            assert self.waiting == []
            assert len(self.pace) == 0
        finally:
            for each in self.waiting:
                if each.task is not None:
                    each.task.cancel()
            self._run(elapse(0))
            self.loop.close()

    # --- what happens -----------------------------------------------------------------------------

    @rule(chat=st.sampled_from(CHATS), priority=st.integers(0, 1))
    def ask(self, chat: int, priority: int) -> None:
        ask = Ask(chat)

        async def wait() -> None:
            ask.turn = await self.pace.turn(chat, group=chat < 0, priority=priority)
            ask.start = self.loop.time()
            self.waiting.remove(ask)
            self._given(ask)

        self.waiting.append(ask)
        ask.task = self.loop.create_task(wait())
        self._run(elapse(0))

    def _given(self, ask: Ask) -> None:
        """Nobody holds, no other message of the chat flies, and the messenger's pause is over."""
        assert not any(other.holds for other in self.flying)
        assert ask.chat not in [other.chat for other in self.flying]
        assert ask.start >= self.paused.get(ask.chat, 0.0) - 1e-9
        self.flying.append(ask)

    @rule(made=st.booleans(), which=st.integers(0, 5))
    def answer(self, made: bool, which: int) -> None:
        if self.flying:
            self._act(partial(self._over, self.flying[which % len(self.flying)], made=made))

    def _over(self, ask: Ask, *, made: bool) -> None:
        assert ask.turn is not None
        self.flying.remove(ask)
        if made:
            self.made.append(Made(ask.chat, ask.start, self.loop.time()))
            ask.turn.done()
        else:
            ask.turn.void()
        ask.turn.void()  # what is over is over

    @rule(chat=st.sampled_from(CHATS), seconds=st.sampled_from([0.2, 2.0, 30.0]))
    def told_to_wait(self, chat: int, seconds: float) -> None:
        self.paused[chat] = max(self.paused.get(chat, 0.0), self.loop.time() + seconds)
        self._act(partial(self.pace.pause, chat, seconds))

    @rule(which=st.integers(0, 5))
    def hold(self, which: int) -> None:
        if self.flying:
            ask = self.flying[which % len(self.flying)]
            assert ask.turn is not None
            ask.holds = True
            self._act(ask.turn.hold)

    @rule(which=st.integers(0, 5))
    def release(self, which: int) -> None:
        if self.flying:
            ask = self.flying[which % len(self.flying)]
            assert ask.turn is not None
            ask.holds = False
            self._act(ask.turn.release)

    @rule(which=st.integers(0, 5))
    def leave(self, which: int) -> None:
        if self.waiting:
            ask = self.waiting.pop(which % len(self.waiting))
            assert ask.task is not None
            self._act(ask.task.cancel)

    @rule(seconds=st.sampled_from([0.01, 0.1, 0.5, 1.0, 3.0]))
    def time_passes(self, seconds: float) -> None:
        self._run(elapse(seconds))

    # --- what holds -------------------------------------------------------------------------------

    @invariant()
    def no_window_is_exceeded(self) -> None:
        """Wherever in their flight the messenger counts messages, those that still fly too."""
        if not hasattr(self, "loop"):
            return
        now = self.loop.time()
        everything = self.made + [Made(ask.chat, ask.start, now) for ask in self.flying]
        everybody, chat, group = self.windows
        _fits(everything, everybody)
        for place in CHATS:
            here = [one for one in everything if one.chat == place]
            _fits(here, group if place < 0 else chat)

    @invariant()
    def who_may_send_does(self) -> None:
        """Nobody waits while nothing flies, no pause lasts and all windows are empty."""
        if not hasattr(self, "loop") or self.flying:
            return
        now = self.loop.time()
        longest = max((window.seconds for window in self.windows if window), default=0.0)
        if any(one.end + longest + LATE > now for one in self.made):
            return
        free = [ask for ask in self.waiting if self.paused.get(ask.chat, 0.0) + LATE < now]
        assert free == []


def _fits(messages: list[Made], window: Window | None) -> None:
    if window is None:
        return
    for edge in [moment for one in messages for moment in (one.start, one.end)]:
        counted = sum(one.start < edge + window.seconds and one.end >= edge for one in messages)
        assert counted <= window.count


TestSending = Sending.TestCase
TestSending.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, derandomize=True
)
