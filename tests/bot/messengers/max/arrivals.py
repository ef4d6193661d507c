"""What comes in from MAX, as the desk takes it in and as aiogram's handlers would get it."""

from collections.abc import Callable, Sequence
from typing import Any

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

from bot.messengers import Feed
from storage import inbox
from storage.database import Database
from storage.model import Channel
from storage.transaction import Row
from tests.bot.received import received, until


class Arrivals:
    """A reader, and the inbox behind it."""

    def __init__(self, db: Database, feed: Feed) -> None:
        self.db = db
        self.feed = feed
        self._seen = 0

    async def read(self) -> None:
        """One request for updates by a reader that made none before."""
        await self.feed.reader(self.db).read(wait=False)

    async def take_in(self, *updates: Any) -> None:
        """As a webhook brings them."""
        await self.db.write(self.feed.take_in, updates)

    async def pending(self) -> list[inbox.Update]:
        """Rows that came since this was asked last."""
        rows = await self.db.read(inbox.pending, Channel.MAX, self._seen)
        self._seen = max([self._seen, *(row.id for row in rows)])
        return rows

    async def updates(self) -> list[Update]:
        """All of them as handlers get them; each is read twice, as after a crash."""
        found: list[Update] = []
        for row in await self.pending():
            parsed = self.feed.parse(row.payload)
            assert parsed == self.feed.parse(row.payload)
            found += parsed
        return found

    async def read_updates(self) -> list[Update]:
        await self.read()
        return await self.updates()

    async def messages(self) -> list[Message]:
        """What was said, after a request for it."""
        return [update.message for update in await self.read_updates() if update.message]

    async def message(self) -> Message:
        [message] = await self.messages()
        return message

    async def press(self) -> CallbackQuery:
        [update] = await self.read_updates()
        assert update.callback_query is not None
        return update.callback_query

    async def until(self, condition: Callable[[Sequence[Row]], object]) -> Sequence[Row]:
        """The rows of the inbox, once they are as they should be."""
        return await until(self.db, condition)

    async def rows(self) -> Sequence[Row]:
        return await received(self.db)


def membership(update: Update) -> tuple[str, int, int, str]:
    """Of a change of membership: in which type of chat, which, whose, and what they are now."""
    event = update.my_chat_member or update.chat_member
    assert isinstance(event, ChatMemberUpdated)
    member = event.new_chat_member
    return event.chat.type, event.chat.id, member.user.id, member.status
