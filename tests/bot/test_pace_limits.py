"""The pace of sending: never above a window, never slower than it has to be, fair in between."""

import asyncio
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pace import Pace, Window
from tests.bot.virtual_time import clock, elapse, run

EVERYBODY, CHAT, GROUP = Window(30, 1), Window(3, 3), Window(20, 60)
PATIENCE = 0.1
# A timer never waits for less than a millisecond, so a turn may come so much late.
LATE = 0.0021
ROUNDED = 1e-9
"""What sums of such times are off by."""


@dataclass(frozen=True)
class Wish:
    """A message that somebody comes to send at `at`, and how that goes."""

    at: float
    chat: int
    priority: int
    latency: float
    made: bool = True
    patience: float | None = None


@dataclass
class Sent:
    """A message on its way from `start` to `end`; the messenger counted it in between, if made."""

    wish: Wish
    order: int
    start: float
    end: float = 0.0


class Desk:
    """A Pace, with Telegram's windows unless told otherwise, and what was sent by it.

    Chats below zero are groups.
    """

    def __init__(
        self,
        everybody: Window | None = EVERYBODY,
        chat: Window | None = CHAT,
        group: Window | None = GROUP,
    ) -> None:
        self.everybody, self.chat, self.group = everybody, chat, group
        self.pace = Pace(
            everybody=everybody, chat=chat, group=group, patience=PATIENCE, clock=clock
        )
        self.sent: list[Sent] = []
        self.arrived = 0

    def window(self, chat: int) -> Window | None:
        return (self.group or self.chat) if chat < 0 else self.chat

    async def send(self, wish: Wish) -> None:
        if wish.at:
            await elapse(wish.at)
        order = self.arrived = self.arrived + 1
        try:
            async with asyncio.timeout(wish.patience):
                turn = await self.pace.turn(wish.chat, group=wish.chat < 0, priority=wish.priority)
        except TimeoutError:
            return
        sent = Sent(wish, order, clock())
        self.sent.append(sent)
        async with turn:
            await elapse(wish.latency)
            sent.end = clock()
            if not wish.made:
                turn.void()

    async def send_all(self, wishes: list[Wish]) -> list[Sent]:
        await asyncio.gather(*map(self.send, wishes))
        return self.sent


def numbered(chats: list[int], *, latency: float = 0.0) -> list[Wish]:
    return [Wish(at=0.0, chat=chat, priority=0, latency=latency) for chat in chats]


# --- the promise, held to a reckoning that knows all intervals -----------------------------------


def most_at_once(sent: list[Sent], seconds: float) -> int:
    """The most messages that the messenger may have counted within any `seconds`."""
    return max(
        (
            sum(one.start < edge + seconds and one.end >= edge for one in sent)
            for edge in [one.end for one in sent] + [one.start for one in sent]
        ),
        default=0,
    )


def soonest(sent: Sent, before: list[Sent], desk: Desk) -> float:
    """When this message could be sent at the earliest, after those that were sent before it."""
    mine = [one for one in before if one.wish.chat == sent.wish.chat]
    due = [sent.wish.at, *(one.end for one in mine)]
    if before:
        due.append(min(before[-1].end, before[-1].start + PATIENCE))
    for window, others in ((desk.everybody, before), (desk.window(sent.wish.chat), mine)):
        if window is not None and len(others) >= window.count:
            freed = sorted(one.end + window.seconds if one.wish.made else one.end for one in others)
            due.append(freed[-window.count])
    return max(due)


windows = st.none() | st.builds(Window, st.integers(1, 4), st.sampled_from([0.5, 1.0, 2.7]))
wishes = st.builds(
    Wish,
    at=st.sampled_from([0.0, 0.05, 0.3, 1.0, 1.7]) | st.floats(0, 5, width=16),
    chat=st.sampled_from([1, 2, 3, -1, -2]),
    priority=st.integers(0, 2),
    latency=st.sampled_from([0.0, 0.03, 0.2, 1.5]),
    made=st.sampled_from([True, True, True, False]),
    patience=st.sampled_from([None, None, None, 0.2, 1.0]),
)


@given(everybody=windows, chat=windows, group=windows, wishes=st.lists(wishes, max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_window_is_ever_exceeded_and_no_turn_comes_later_than_needed(
    everybody: Window | None, chat: Window | None, group: Window | None, wishes: list[Wish]
) -> None:
    desk = Desk(everybody, chat, group)

    async def scenario() -> int:
        await desk.send_all(wishes)
        await elapse(10)
        return len(desk.pace)

    left = run(scenario())

    made = [one for one in desk.sent if one.wish.made]
    if everybody is not None:
        assert most_at_once(made, everybody.seconds) <= everybody.count
    for place in {wish.chat for wish in wishes}:
        here = [one for one in desk.sent if one.wish.chat == place]
        assert all(after.start >= before.end for before, after in pairwise(here))
        if (window := desk.window(place)) is not None:
            there = [one for one in here if one.wish.made]
            assert most_at_once(there, window.seconds) <= window.count
    for index, one in enumerate(desk.sent):
        assert -ROUNDED <= one.start - soonest(one, desk.sent[:index], desk) <= LATE
    assert len(desk.sent) >= sum(wish.patience is None for wish in wishes)
    assert left == 0


@given(everybody=windows, chat=windows, wishes=st.lists(wishes, max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_turn_passes_over_somebody_who_could_have_had_it_first(
    everybody: Window | None, chat: Window | None, wishes: list[Wish]
) -> None:
    patient = [Wish(w.at, w.chat, w.priority, w.latency, w.made) for w in wishes]
    desk = Desk(everybody, chat, None)

    sent = run(desk.send_all(patient))

    for index, one in enumerate(sent):
        for later in sent[index + 1 :]:
            could = soonest(later, sent[:index], desk) <= one.start - LATE
            first = (later.wish.priority, later.order) < (one.wish.priority, one.order)
            assert not (could and first)


# --- throughput ----------------------------------------------------------------------------------


LATENCY = 0.02


@pytest.mark.parametrize(
    ("chats", "windows_full", "seconds", "last"),
    [
        ([1] * 90, 29, 3, 3),
        ([-1] * 100, 4, 60, 20),
        (list(range(1, 301)), 9, 1, 30),
        ([1, 2, 3] * 50 + list(range(10, 160)), 16, 3, 6),
        (list(range(1, 3001)), 99, 1, 30),
    ],
    ids=["one customer", "one group", "everybody", "mixed", "thousands"],
)
def test_a_backlog_takes_at_most_a_twentieth_longer_than_the_limits_force(
    chats: list[int], windows_full: int, seconds: int, last: int
) -> None:
    """The least is the full windows, and after them the `last` messages, one at a time."""
    least = windows_full * seconds + last * LATENCY

    sent = run(Desk().send_all(numbered(chats, latency=LATENCY)))

    assert len(sent) == len(chats)
    assert least <= sent[-1].end <= least * 1.05


# --- one at a time, with patience ----------------------------------------------------------------


def test_one_message_is_in_flight_at_a_time_while_the_messenger_is_quick() -> None:
    sent = run(Desk().send_all(numbered(list(range(1, 20)), latency=0.05)))
    assert all(after.start >= before.end for before, after in pairwise(sent))


def test_a_hanging_request_holds_up_other_chats_for_the_patience_and_no_longer() -> None:
    hanging = Wish(at=0.0, chat=1, priority=0, latency=60.0)
    sent = run(Desk().send_all([hanging, *numbered([2, 3], latency=0.01)]))
    assert [one.start for one in sent] == pytest.approx([0, 0.1, 0.11], abs=LATE)


def test_a_hanging_request_keeps_its_own_chat_in_order() -> None:
    hanging = Wish(at=0.0, chat=1, priority=0, latency=60.0)
    sent = run(Desk().send_all([hanging, *numbered([1])]))
    assert sent[1].start >= 60


# --- who comes first -----------------------------------------------------------------------------


def test_answers_to_customers_go_before_messages_to_agents_when_all_must_share() -> None:
    desk = Desk(everybody=Window(1, 1), chat=None)
    agents = [Wish(at=0.0, chat=-chat, priority=1, latency=0) for chat in (1, 2, 3)]
    customers = [Wish(at=0.1 * chat, chat=chat, priority=0, latency=0) for chat in (1, 2, 3)]
    sent = run(desk.send_all(agents + customers))
    assert [one.wish.chat for one in sent] == [-1, 1, 2, 3, -2, -3]


def test_a_chat_that_must_wait_holds_up_no_other() -> None:
    sent = run(Desk().send_all(numbered([1] * 6 + [2])))
    assert [one.wish.chat for one in sent] == [1, 1, 1, 2, 1, 1, 1]
    assert sent[3].start == pytest.approx(0, abs=LATE)


def test_turns_of_equal_priority_come_in_the_order_of_asking() -> None:
    chats = [5, 3, 9, 1, 7]
    sent = run(Desk(everybody=Window(1, 1)).send_all(numbered(chats)))
    assert [one.wish.chat for one in sent] == chats
