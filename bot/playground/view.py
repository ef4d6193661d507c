"""What an open page sees of the playground: all of it at first, then what changed."""

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from bot.playground.calls import call_state, is_news
from bot.playground.cast import Person
from bot.playground.stand_in.checks import Json
from storage import backlog

if TYPE_CHECKING:
    from bot.playground.playground import Playground

OLD_CALLS = 60
"""How many of the calls made before a page was opened it gets to see."""


class View:
    """One page's view; it remembers which calls the page knows, and whether anything waited."""

    def __init__(self, playground: "Playground") -> None:
        self.at_rest = True
        self._playground = playground
        self._known = {
            channel: max(0, messenger.calls.total - OLD_CALLS)
            for channel, messenger in playground.messengers.items()
        }

    async def everything(self) -> Json:
        """For a page that has just been opened."""
        playground = self._playground
        cast = playground.cast
        return {
            "started": playground.started,
            "project": {"name": playground.project.name, "slug": playground.project.slug},
            "messengers": {
                channel: {"bot": messenger.bot.name, "username": messenger.bot.username}
                for channel, messenger in playground.messengers.items()
            },
            "customers": {channel: _described(them) for channel, them in cast.customers.items()},
            "agents": {channel: _described(them) for channel, them in cast.agents.items()},
            "groups": {name: group.id for name, group in cast.groups.items()},
            **await self.changes(),
        }

    async def changes(self, chat_ids: Container[int | None] | None = None) -> Json:
        """These chats, or all of them, as they are now, and all that is short."""
        playground = self._playground
        return {
            "chats": [
                {"channel": channel, **chat}
                for channel, messenger in playground.messengers.items()
                for chat in messenger.snapshot(chat_ids)
            ],
            "linked": playground.linked,
            "trouble": {channel: each.mode for channel, each in playground.trouble.items()},
            "desk": await self._desk(),
            "calls": self._calls(),
        }

    async def _desk(self) -> Json:
        """Whether it lives, and how much is on its way: at the messengers, inside, going out."""
        playground = self._playground
        desk = playground.desk
        updates = sum(each.updates_pending for each in playground.messengers.values())
        on_the_way = {"updates": updates, "inbox": 0, "outbox": 0}
        for queue in await playground.db.read(backlog.queues):
            if queue.channel != "webhook":
                on_the_way[queue.where] += queue.waiting
        self.at_rest = not any(on_the_way.values())
        return {
            "alive": desk is None or desk.alive,
            "lives": 1 if desk is None else desk.lives,
            **on_the_way,
        }

    def _calls(self) -> list[Json]:
        found = []
        for channel, messenger in self._playground.messengers.items():
            since, journal = self._known[channel], messenger.calls
            for number, call in enumerate(journal.since(since), since):
                if is_news(call):
                    found.append(call_state(channel, messenger, number, call))
            self._known[channel] = journal.total
        return sorted(found, key=lambda call: float(call["at"]))


def _described(people: Sequence[Person]) -> list[Json]:
    return [
        {
            "id": person.id,
            "chat": person.chat.id,
            "name": person.name,
            "first_name": person.first_name,
            "language": person.language,
        }
        for person in people
    ]
