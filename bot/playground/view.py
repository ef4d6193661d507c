"""What an open page sees of the playground: all of it at first, then what changed."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bot.playground import max as max_
from bot.playground import telegram
from bot.playground.calls import call_state, is_news
from bot.playground.cast import Person
from bot.playground.max.snapshot import chat_state as max_chat_state
from bot.playground.stand_in.checks import Json
from bot.playground.telegram.snapshot import chat_state as telegram_chat_state
from storage import backlog

if TYPE_CHECKING:
    from bot.playground.playground import Playground

OLD_CALLS = 60
"""How many of the calls made before a page was opened it gets to see."""


class View:
    """One page's view; it remembers which calls the page knows."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._known = {
            channel: max(0, messenger.calls.total - OLD_CALLS)
            for channel, messenger in playground.messengers.items()
        }

    async def everything(self) -> Json:
        """For a page that has just been opened."""
        playground = self._playground
        cast = playground.cast
        ids = {chat.id for each in playground.messengers.values() for chat in each.chats}
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
            **await self.changes(ids),
        }

    async def changes(self, chat_ids: Collection[int | None]) -> Json:
        """These chats as they are now, and all that is short."""
        playground = self._playground
        return {
            "chats": [
                {"channel": channel, **_chat_state(chat)}
                for channel, messenger in playground.messengers.items()
                for chat in messenger.chats
                if chat.id in chat_ids
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
        queues = await playground.db.read(backlog.queues)
        inside = {"inbox": 0, "outbox": 0}
        for queue in queues:
            if queue.channel != "webhook":
                inside[queue.where] += queue.waiting
        return {
            "alive": desk is None or desk.alive,
            "lives": 1 if desk is None else desk.lives,
            "updates": sum(each.updates_pending for each in playground.messengers.values()),
            **inside,
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


def _chat_state(chat: telegram.Chat | max_.Chat) -> Json:
    return max_chat_state(chat) if isinstance(chat, max_.Chat) else telegram_chat_state(chat)


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
