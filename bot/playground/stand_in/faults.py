"""Faults on demand: which calls they strike, how often, and what then happens to the call."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

from .checks import Json
from .refusals import Refusal

__all__ = [
    "Fault",
    "Faults",
    "Rule",
    "cut_after",
    "cut_before",
    "cut_during",
    "delay",
    "hang",
    "status",
]

Predicate: TypeAlias = Callable[[str, Json], bool]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call. Build one with the functions of this module or a messenger's own."""

    name: str
    error: Refusal | None = None
    status: int = 0
    body: str = ""
    seconds: float = 0.0


def status(code: int, body: str = "<html><body>Bad Gateway</body></html>") -> Fault:
    """Answers with that HTTP status and a body that is no JSON; the call has no effect."""
    return Fault("status", status=code, body=body)


def cut_before() -> Fault:
    """Closes the connection; the call has no effect."""
    return Fault("cut_before")


def cut_during() -> Fault:
    """Does the work, then closes the connection in the middle of the answer."""
    return Fault("cut_during")


def cut_after() -> Fault:
    """Does the work, then closes the connection without an answer."""
    return Fault("cut_after")


def hang(seconds: float = 3600.0) -> Fault:
    """Says nothing for that long, then closes the connection; the call has no effect."""
    return Fault("hang", seconds=seconds)


def delay(seconds: float) -> Fault:
    """Waits that long, then does the work and answers."""
    return Fault("delay", seconds=seconds)


@dataclass(slots=True)
class Rule:
    """Strikes the next `times` calls that match; None of the conditions means every call."""

    fault: Fault
    methods: frozenset[str] | None = None
    chat_id: int | None = None
    when: Predicate | None = field(default=None, repr=False)
    times: int | None = 1
    struck: int = 0

    def matches(self, method: str, params: Json, chat_id: object) -> bool:
        """Whether this call, about that chat, is one to strike."""
        if self.times is not None and self.struck >= self.times:
            return False
        if self.methods is not None and method not in self.methods:
            return False
        if self.chat_id is not None and str(chat_id) != str(self.chat_id):
            return False
        return self.when is None or self.when(method, params)


class Faults:
    """Rules in the order they were added; the first that matches strikes."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(
        self,
        fault: Fault,
        method: str | Collection[str] | None = None,
        *,
        chat_id: int | None = None,
        when: Predicate | None = None,
        times: int | None = 1,
    ) -> Rule:
        """Adds a rule; `times=None` strikes until it is removed. `rule.struck` counts."""
        methods = None
        if method is not None:
            methods = frozenset([method] if isinstance(method, str) else method)
        rule = Rule(fault, methods, chat_id, when, times)
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """That rule strikes no more."""
        if rule in self.rules:
            self.rules.remove(rule)

    def clear(self) -> None:
        """No rule strikes any more."""
        self.rules.clear()

    def strike(self, method: str, params: Json, chat_id: object) -> Fault | None:
        """The fault for this call, counted; None for none."""
        for rule in self.rules:
            if rule.matches(method, params, chat_id):
                rule.struck += 1
                return rule.fault
        return None
