"""Turns for one row. Who had to wait for the first reads again what there is to merge by then."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import Token

from bot.messengers import Messenger
from bot.pacing import current_turn, made_nothing
from bot.turn import Turn
from storage.outbox import Audience

PRIORITY = {Audience.CUSTOMER: 0, Audience.AGENTS: 1}
"""Answers to customers go first."""


class Turns:
    def __init__(self, messenger: Messenger, chat_id: int, audience: Audience) -> None:
        self._pace = messenger.pace
        self._idle = messenger.idle
        self._chat_id = chat_id
        self._group = messenger.is_group(chat_id)
        self._priority = PRIORITY[audience]
        self._first: Turn | None = None

    async def take(self) -> bool:
        """Take the first turn, if it is not taken yet; whether that had to be waited for."""
        if self._first is None:
            self._first = await self._turn()
            return self._first.waited_for
        return False

    async def give_way(self, seconds: float) -> bool:
        """Let a pause of the chat pass, and let those go first who could be sent a message and wait
        for their turn, or whose words are being handled, `seconds` at most; whether anything could
        happen meanwhile."""
        waited = seconds > 0 and await self._calm(seconds)
        while (pause := self._pace.paused(self._chat_id)) > 0:
            waited = True
            await asyncio.sleep(pause)
        return waited

    async def _calm(self, seconds: float) -> bool:
        waited = False
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (self._idle.is_set() and self._pace.calm.is_set()):
                    waited = True
                    await self._idle.wait()
                    await self._pace.calm.wait()
        return waited

    @contextmanager
    def held(self) -> Iterator[None]:
        """Inside, something beside the message is recorded that this turn was taken for."""
        assert self._first is not None
        self._first.hold()
        try:
            yield
        finally:
            self._first.release()

    async def _turn(self) -> Turn:
        return await self._pace.turn(self._chat_id, group=self._group, priority=self._priority)

    def free(self) -> float:
        """How many messages the chat could take beside the turn that is taken."""
        return self._pace.free(self._chat_id, group=self._group)

    def headroom(self) -> float:
        """The part of the chat's window that is free, from 1 down to 0."""
        return self._pace.headroom(self._chat_id, group=self._group)

    def one(self) -> "_Room":
        """Room for one message: make it and record it inside."""
        return _Room(self)

    async def next(self) -> Turn:
        """The turn that is taken already, or another."""
        turn = self._first or await self._turn()
        self._first = None
        return turn

    def close(self) -> None:
        """Give back a turn that was not needed."""
        if self._first is not None:
            self._first.void()
            self._first = None


class _Room:
    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._turn: Turn
        self._before: Token[Turn | None]

    async def __aenter__(self) -> None:
        self._turn = await self._turns.next()
        self._before = current_turn.set(self._turn)

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        current_turn.reset(self._before)
        if isinstance(error, Exception) and made_nothing(error):
            self._turn.void()
        self._turn.done()
