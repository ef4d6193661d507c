"""Every call the bot made, so that tests can count and read them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .checks import Json
from .refusals import Refusal

KEPT = 200_000


@dataclass(slots=True)
class Call:
    """One call. `outcome`: `ok`, `error`, or the name of the fault that struck it.

    `at` is the messenger's clock in seconds, `seconds` how long the answer took, `params` what
    the bot sent, checked or raw, `chat_id` the chat it was about.
    """

    method: str
    params: Json
    at: float
    outcome: str = "ok"
    error: Refusal | None = None
    result: Any = None
    chat_id: int | str | None = None
    seconds: float = 0.0


class Journal:
    """The last 200,000 calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self.total = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def since(self, total: int) -> list[Call]:
        """The calls after the first so many, as far as they are kept."""
        return list(self._calls)[total - self.total :] if total < self.total else []

    def add(self, call: Call) -> None:
        """Remembers a call."""
        self._calls.append(call)
        self.total += 1

    def of(
        self, *methods: str, chat_id: int | None = None, outcome: str | None = None
    ) -> list[Call]:
        """Calls of these methods (all, if none is named), in that chat, with that outcome."""
        return [
            call
            for call in self._calls
            if (not methods or call.method in methods)
            and (chat_id is None or call.chat_id == chat_id)
            and (outcome is None or call.outcome == outcome)
        ]

    @property
    def errors(self) -> list[Call]:
        """Calls that were refused."""
        return [call for call in self._calls if call.error is not None]

    @property
    def broken_contracts(self) -> list[Call]:
        """Calls that broke the schema or used what is not simulated: bugs of the bot's code."""
        return [call for call in self._calls if call.error and call.error.is_broken_contract]

    def clear(self) -> None:
        """Forgets the calls so far."""
        self._calls.clear()
