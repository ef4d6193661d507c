"""How fast messages may be made: true sliding windows, a chat's and everybody's.

Owns who may send next and when. Sending, retrying and merging are the sender's.
"""

import asyncio
import math
import time
from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from bot.alarm import Alarm
from bot.turn import Turn

PATIENCE = 0.25
"""Seconds that other chats wait for a call: longer than a messenger takes as a rule, so that a
crash leaves one message in doubt, and short, as all chats together get one message a call."""


@dataclass(frozen=True)
class Window:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float

    def __post_init__(self) -> None:
        if self.count < 1 or not 0 < self.seconds < math.inf:
            raise ValueError(f"a window needs a count and a time above zero: {self}")


class _Waiter(NamedTuple):
    priority: int
    number: int
    given: asyncio.Future[Turn]


@dataclass
class _Places:
    """The places of one window: taken by messages in flight, and for its length after each."""

    window: Window | None = None
    flying: int = 0
    ends: list[float] = field(default_factory=list)

    def free_at(self, landing: float = math.inf) -> float:
        """When the next place is free, if what flies now lands at `landing`; -inf is at once."""
        if self.window is None:
            return -math.inf
        nth = len(self.ends) + self.flying - self.window.count
        if nth < 0:
            return -math.inf
        return (self.ends[nth] if nth < len(self.ends) else landing) + self.window.seconds

    def free(self, now: float) -> float:
        """How many places are free now; infinite without a window."""
        if self.window is None:
            return math.inf
        over = bisect_right(self.ends, now - self.window.seconds)
        return self.window.count - (len(self.ends) - over) - self.flying

    def empty_at(self) -> float:
        if self.flying:
            return math.inf
        return self.ends[-1] + self.window.seconds if self.window and self.ends else -math.inf

    def stamp(self, end: float) -> None:
        if self.window is not None:
            insort(self.ends, end)
            del self.ends[: -self.window.count]


@dataclass(eq=False)
class _Chat:
    id: int
    places: _Places = field(default_factory=_Places)
    waiters: list[_Waiter] = field(default_factory=list)
    paused_until: float = -math.inf
    alarm: Alarm = field(default_factory=Alarm)

    def free_at(self) -> float:
        """One at a time: while a message flies, nobody knows."""
        return math.inf if self.places.flying else max(self.paused_until, self.places.free_at())

    def empty_at(self) -> float:
        return max(self.paused_until, self.places.empty_at())


class Pace:
    """The windows of one kind of call to one messenger; a kind that counts apart has its own Pace.

    A turn is given only when the one before is over, or `patience` seconds after it was given: so
    a crash leaves one message in doubt, and one hanging request does not hold up other chats.
    Works inside a running event loop; `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        *,
        everybody: Window | None,
        chat: Window | None,
        group: Window | None = None,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`group` counts for groups in place of `chat`; without it `chat` counts for all chats."""
        self._everybody = _Places(everybody)
        self._chat_window = chat
        self._group_window = group or chat
        self._patience = patience
        self._clock = clock
        self._numbers = count()
        self._chats: dict[int, _Chat] = {}
        self._ready: set[_Chat] = set()
        self.calm = asyncio.Event()
        """Set while nobody waits for a turn but for their own limits."""
        self.calm.set()
        self._holding: set[Turn] = set()
        self._latest: Turn | None = None
        self._next_at = -math.inf
        self._alarm = Alarm()

    def __len__(self) -> int:
        """How many chats are remembered: those that wait, send, pause, or sent a window ago."""
        return len(self._chats)

    async def turn(self, chat_id: int, *, group: bool, priority: int) -> Turn:
        """Wait until one message may be made in this chat: lower `priority` first, then first come.

        A chat that may not send yet holds up no other. Cancelling leaves no trace.
        """
        chat = self._known(chat_id, group)
        now = self._clock()
        if not chat.waiters and not self._ready and max(chat.free_at(), self._free_at()) <= now:
            return self._new_turn(chat, now)
        given: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(priority, next(self._numbers), given)
        insort(chat.waiters, waiter)
        self._review(chat)
        waits = not given.done()
        try:
            turn = await given
        except asyncio.CancelledError:
            if given.done() and not given.cancelled():
                given.result().void()
            elif waiter in chat.waiters:
                chat.waiters.remove(waiter)
                self._review(chat)
            raise
        turn.waited_for = waits
        return turn

    def pause(self, chat_id: int, seconds: float) -> None:
        """The messenger asked this chat, and it alone, to wait for `seconds` (retry_after)."""
        chat = self._chat(chat_id)
        chat.paused_until = max(chat.paused_until, self._clock() + seconds)
        self._review(chat)

    def paused(self, chat_id: int) -> float:
        """Seconds for which the messenger asked this chat to wait still; 0 is none."""
        chat = self._chats.get(chat_id)
        return 0.0 if chat is None else max(chat.paused_until - self._clock(), 0.0)

    def remember(self, chat_id: int, *, group: bool, age: float) -> None:
        """Count a message made `age` seconds ago, before this process started."""
        chat = self._known(chat_id, group)
        made = self._clock() - max(age, 0)
        chat.places.stamp(made)
        self._everybody.stamp(made)
        self._review(chat)

    def behind(self, chat_id: int) -> float:
        """Seconds before this chat can be next, by windows and pauses alone; 0 is now.

        A message in flight is taken to be answered now: the true wait is never shorter.
        """
        now = self._clock()
        due = self._everybody.free_at(landing=now)
        if chat := self._chats.get(chat_id):
            due = max(due, chat.paused_until, chat.places.free_at(landing=now))
        return max(due - now, 0)

    def window(self, *, group: bool) -> Window | None:
        """What holds for one group, or for one other chat."""
        return self._group_window if group else self._chat_window

    @property
    def longest(self) -> float:
        """Seconds of the longest window; 0 without any."""
        windows = (self._everybody.window, self._chat_window, self._group_window)
        return max((window.seconds for window in windows if window), default=0)

    def free(self, chat_id: int, *, group: bool) -> float:
        """How many messages this chat could take now, by its own windows; infinite without one."""
        window = self.window(group=group)
        if window is None:
            return math.inf
        chat = self._chats.get(chat_id)
        return window.count if chat is None else chat.places.free(self._clock())

    def headroom(self, chat_id: int, *, group: bool) -> float:
        """The part of this chat's window that is free, from 1 down to 0."""
        window = self.window(group=group)
        return 1.0 if window is None else self.free(chat_id, group=group) / window.count

    def _known(self, chat_id: int, group: bool) -> _Chat:
        chat = self._chat(chat_id)
        chat.places.window = self.window(group=group)
        return chat

    def _chat(self, chat_id: int) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = _Chat(chat_id)
        return chat

    def _review(self, chat: _Chat) -> None:
        self._place(chat)
        self._serve()

    def _place(self, chat: _Chat) -> None:
        """Put a chat that changed where it belongs: among the ready, to wait, or out."""
        now = self._clock()
        due = chat.free_at() if chat.waiters else chat.empty_at()
        if chat.waiters and due <= now:
            self._ready.add(chat)
            self.calm.clear()
        else:
            self._ready.discard(chat)
            if not self._ready:
                self.calm.set()
        if due > now:
            chat.alarm.set(due, now, lambda: self._review(chat))
        elif not chat.waiters:
            chat.alarm.cancel()
            del self._chats[chat.id]

    def _serve(self) -> None:
        """Give what may be given now, and wake up when the next may be."""
        now = self._clock()
        due = now
        while self._ready and (due := self._free_at()) <= now:
            self._give(min(self._ready, key=lambda chat: chat.waiters[0][:2]), now)
        if due > now:
            self._alarm.set(due, now, self._serve)

    def _free_at(self) -> float:
        """When the next turn may be given to whoever is ready."""
        return math.inf if self._holding else max(self._next_at, self._everybody.free_at())

    def _give(self, chat: _Chat, now: float) -> None:
        waiter = chat.waiters.pop(0)
        if not waiter.given.cancelled():
            waiter.given.set_result(self._new_turn(chat, now))
        self._place(chat)

    def _new_turn(self, chat: _Chat, now: float) -> Turn:
        turn = Turn(lambda turn, made: self._over(chat, turn, made), self._hold)
        self._latest, self._next_at = turn, now + self._patience
        self._everybody.flying += 1
        chat.places.flying += 1
        return turn

    def _hold(self, turn: Turn, held: bool) -> None:
        if held:
            self._holding.add(turn)
        else:
            self._holding.discard(turn)
            self._serve()

    def _over(self, chat: _Chat, turn: Turn, made: bool) -> None:
        now = self._clock()
        self._holding.discard(turn)
        for places in (self._everybody, chat.places):
            places.flying -= 1
            if made:
                places.stamp(now)
        if turn is self._latest:
            self._latest, self._next_at = None, -math.inf
        self._review(chat)
