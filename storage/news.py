"""Who is told of what was committed, and what they look at in the same transaction."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from storage.transaction import Signal, Transaction

Look = Callable[[Transaction, Any], Any]


class News(asyncio.Event):
    """Set by signals; keeps what they are about, and what was seen of it, until it is taken."""

    def __init__(self, look: Look | None) -> None:
        super().__init__()
        self._look = look
        self._seen: dict[Any, Any] = {}

    def look(self, tx: Transaction, about: object) -> Any:
        """What there is to see of it, before the commit; None where that fails: it must not undo
        what is committed, and who is told can look for themselves."""
        try:
            return None if self._look is None else self._look(tx, about)
        except Exception:
            return None

    def tell(self, about: object, seen: object) -> None:
        self._seen[about] = seen
        self.set()

    def take(self) -> dict[Any, Any]:
        """Clear it; what the signals since the last time were about, with what was seen of it."""
        self.clear()
        seen, self._seen = self._seen, {}
        return seen


Told = list[tuple[News, object, Any]]
"""Whom to tell, what it is about, and what was seen of it."""


class Listeners:
    """Who listens to which topics. Changed on the event loop, asked on the writer's thread."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[str, set[News]] = defaultdict(set)

    @contextmanager
    def listen(self, *topics: str, look: Look | None) -> Iterator[News]:
        news = News(look)
        for topic in topics:
            self._by_topic[topic].add(news)
        try:
            yield news
        finally:
            for topic in topics:
                self._by_topic[topic].discard(news)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def told(self, tx: Transaction, signals: Iterable[Signal]) -> Told:
        """What is to be told once the transaction is committed, all of a batch together."""
        return [
            (news, about, news.look(tx, about))
            for topic, about in signals
            for news in tuple(self._by_topic.get(topic, ()))
        ]
