"""Who is told of what was committed, and what they look at in the same transaction."""

import asyncio
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


Seen = dict[tuple[News, object], Any]
"""What was seen, by who looked and what it is about."""


class Listeners:
    """Who listens to which topics. Changed on the event loop; who looks is asked on the writer's
    thread too, so that the tuples are replaced, never changed."""

    def __init__(self) -> None:
        self._by_topic: dict[str, tuple[News, ...]] = {}

    @contextmanager
    def listen(self, *topics: str, look: Look | None) -> Iterator[News]:
        news = News(look)
        for topic in topics:
            self._by_topic[topic] = (*self._by_topic.get(topic, ()), news)
        try:
            yield news
        finally:
            for topic in topics:
                others = tuple(other for other in self._by_topic[topic] if other is not news)
                if others:
                    self._by_topic[topic] = others
                else:
                    del self._by_topic[topic]

    def look(self, tx: Transaction, signals: Iterable[Signal]) -> Seen:
        """What there is to see before the commit, of all signals of a batch together."""
        return {
            (news, about): news.look(tx, about)
            for topic, about in signals
            for news in self._by_topic.get(topic, ())
        }

    def tell(self, signals: Iterable[Signal], seen: Seen) -> None:
        """After the commit. Who began to listen meanwhile hears of it too, and saw nothing."""
        for topic, about in signals:
            for news in self._by_topic.get(topic, ()):
                news.tell(about, seen.get((news, about)))
