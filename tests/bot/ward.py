"""Lanes under watch: what they hand out, in which order and how often."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiogram.types import Message, Update

from bot.lanes import Lanes
from bot.messengers import Messenger
from storage import inbox
from storage.database import Database
from storage.transaction import Row

PATIENCE = 60.0


class Ward:
    """Lanes whose handler writes down what it is given; `before` may hinder it."""

    def __init__(self, db: Database, messenger: Messenger) -> None:
        self.db = db
        self.messenger = messenger
        self.handled: list[tuple[int, str]] = []
        self.albums: list[list[int]] = []
        self.tries = 0
        self.before: Callable[[Update], Any] = lambda _: None
        self.lanes = Lanes(db, messenger, self._handle)
        self._running: asyncio.Task[None] | None = None
        self._update_id = 100

    async def _handle(self, update: Update, album: list[Message]) -> None:
        self.tries += 1
        hindrance = self.before(update)
        if asyncio.iscoroutine(hindrance):
            await hindrance
        message = album[0]
        self.handled.append((message.chat.id, update.message.html_text if update.message else ""))
        self.albums.append([part.message_id for part in album])

    def start(self) -> None:
        self._running = asyncio.create_task(self.lanes.run())

    async def stop(self, seconds: float = 5) -> None:
        """As at the end of the process; `start` is then the next process."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None
        await self.lanes.finish(seconds)
        self.lanes = Lanes(self.db, self.messenger, self._handle)

    async def receive(self, chat_id: int, text: str, **fields: object) -> None:
        self._update_id += 1
        chat = {"id": chat_id, "type": "private", "first_name": "Ann"}
        message = {"message_id": self._update_id, "date": 1, "chat": chat, **fields}
        message |= {"caption" if "photo" in fields else "text": text} if text else {}
        update = {"update_id": self._update_id, "message": message}
        await self.db.write(inbox.add, self.messenger.channel, [(self._update_id, chat_id, update)])

    async def photo(self, chat_id: int, caption: str = "", album: str | None = None) -> None:
        size = {"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}
        fields = {} if album is None else {"media_group_id": album}
        await self.receive(chat_id, caption, photo=[size], **fields)

    async def rows(self, status: str) -> list[Row]:
        sql = "SELECT * FROM inbox WHERE status = :status ORDER BY id"
        return await self.db.read(lambda tx: tx.all(sql, status=status))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.db.read(inbox.position, self.messenger.channel)

    async def done(self) -> None:
        """Nothing is left to handle."""
        async with asyncio.timeout(PATIENCE):
            while await self.rows("pending"):
                continue
