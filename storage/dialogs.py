"""Where each conversation stands: state and data of scenes, keyed as aiogram keys them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from storage.model import Chat
from storage.transaction import Transaction


class DialogKey(NamedTuple):
    chat: Chat
    user_id: int
    thread_id: int
    destiny: str

    def columns(self) -> dict[str, object]:
        return {
            "channel": self.chat.channel,
            "chat_id": self.chat.id,
            "user_id": self.user_id,
            "thread_id": self.thread_id,
            "destiny": self.destiny,
        }


KEY = (
    "channel = :channel AND chat_id = :chat_id AND user_id = :user_id"
    " AND thread_id = :thread_id AND destiny = :destiny"
)


def get(tx: Transaction, key: DialogKey) -> tuple[str | None, dict[str, Any]]:
    """State and data; None and empty where there are none."""
    row = tx.one(f"SELECT state, data FROM dialogs WHERE {KEY}", **key.columns())
    if row is None:
        return None, {}
    return row["state"], json.loads(row["data"])


def set_state(tx: Transaction, key: DialogKey, state: str | None) -> None:
    """What holds already is not written again, so that leaving twice costs no commit."""
    if state is None:
        tx.run(
            f"UPDATE dialogs SET state = NULL, updated_at = :now WHERE {KEY} AND state IS NOT NULL",
            **key.columns(),
            now=tx.now_ms,
        )
        return
    tx.run(
        "INSERT INTO dialogs (channel, chat_id, user_id, thread_id, destiny, state, updated_at)"
        " VALUES (:channel, :chat_id, :user_id, :thread_id, :destiny, :state, :now)"
        " ON CONFLICT (channel, chat_id, user_id, thread_id, destiny)"
        " DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at"
        " WHERE dialogs.state IS NULL OR dialogs.state <> excluded.state",
        **key.columns(),
        state=state,
        now=tx.now_ms,
    )


def set_data(tx: Transaction, key: DialogKey, data: Mapping[str, Any]) -> None:
    """Replace the data; see `set_state`."""
    if not data:
        tx.run(
            f"UPDATE dialogs SET data = '{{}}', updated_at = :now WHERE {KEY} AND data <> '{{}}'",
            **key.columns(),
            now=tx.now_ms,
        )
        return
    tx.run(
        "INSERT INTO dialogs (channel, chat_id, user_id, thread_id, destiny, data, updated_at)"
        " VALUES (:channel, :chat_id, :user_id, :thread_id, :destiny, :data, :now)"
        " ON CONFLICT (channel, chat_id, user_id, thread_id, destiny)"
        " DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at"
        " WHERE dialogs.data <> excluded.data",
        **key.columns(),
        data=json.dumps(data),
        now=tx.now_ms,
    )


def forget(tx: Transaction, chat: Chat) -> None:
    """End every conversation of a chat."""
    tx.run(
        "DELETE FROM dialogs WHERE channel = :channel AND chat_id = :chat_id",
        channel=chat.channel,
        chat_id=chat.id,
    )
