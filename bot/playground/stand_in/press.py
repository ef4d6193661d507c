"""A pressed button, as its presser sees it: the spinner, and the answer when it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .changes import Changes

MessageT = TypeVar("MessageT")


@dataclass(eq=False)
class Press(Generic[MessageT]):
    """One press. `text`, `alert` and `url` are those of the bot's answer, once it is there."""

    id: str
    message: MessageT
    label: str
    data: str
    changes: Changes = field(repr=False)
    forget: Callable[[], object] = field(repr=False)
    done: bool = False
    text: str = ""
    alert: bool = False
    url: str | None = None

    def answer(self, *, text: str, alert: bool = False, url: str | None = None) -> None:
        """The bot answered."""
        self.done, self.text, self.alert, self.url = True, text, alert, url

    async def answered(self, timeout: float = 30.0) -> Press[MessageT]:  # noqa: ASYNC109 - as in until
        """This press once the bot answered it; AssertionError if it does not in time."""
        what = f"an answer to the press of {self.label!r}"
        await self.changes.until(lambda: self.done, timeout=timeout, what=what)
        return self

    def expire(self) -> None:
        """Makes the press too old to answer, as messengers do after a while."""
        self.forget()
