"""aiogram's storage of conversations over `storage.dialogs`, so that a restart loses none.

What a conversation keeps there is its scene's business.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.messengers import Messenger
from storage import dialogs
from storage.database import Database


class DialogStorage(BaseStorage):
    """Keyed by channel, chat, user, thread and destiny: aiogram's scenes keep a history of theirs.

    `messenger_of` tells the messenger that a bot (by its id) belongs to.
    """

    def __init__(self, db: Database, messenger_of: Callable[[int], Messenger]) -> None:
        self._db = db
        self._messenger_of = messenger_of

    def key_of(self, key: StorageKey) -> dialogs.DialogKey:
        """aiogram's key as storage has it."""
        return dialogs.DialogKey(
            chat=self._messenger_of(key.bot_id).chat(key.chat_id),
            user_id=key.user_id,
            thread_id=key.thread_id or 0,
            destiny=key.destiny,
        )

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self._db.write(dialogs.set_state, self.key_of(key), name)

    async def get_state(self, key: StorageKey) -> str | None:
        if self._messenger_of(key.bot_id).is_group(key.chat_id):
            return None  # scenes are for private chats alone
        state, _ = await self._db.read(dialogs.get, self.key_of(key))
        return state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._db.write(dialogs.set_data, self.key_of(key), data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        _, data = await self._db.read(dialogs.get, self.key_of(key))
        return data

    async def close(self) -> None:
        """The database is closed by who opened it."""
