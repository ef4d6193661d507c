"""MAX's names of messages (`mid`) and the numbers that stand for them everywhere else in the desk;
and whose dialog is which, for updates that name the person alone.

One message of MAX may be an album: each of its parts has a number of its own, the first part 0.
"""

from storage.model import Channel, Chat
from storage.transaction import Transaction


def remember(tx: Transaction, chat_id: int, mid: str, parts: int = 1) -> list[int]:
    """The numbers of a message's first `parts` parts; new ones for those not seen before.

    A number is never given twice, not even after its message is forgotten.
    """
    known = by_mid(tx, mid)
    made = [
        tx.insert("max_messages", chat_id=chat_id, mid=mid, part=part)
        for part in range(len(known), parts)
    ]
    return (known + made)[:parts]


def mid_of(tx: Transaction, message_id: int) -> tuple[int, str] | None:
    """(chat id, mid) of the message that has this number; None for an unknown one."""
    row = tx.one("SELECT chat_id, mid FROM max_messages WHERE message_id = :id", id=message_id)
    return None if row is None else (row["chat_id"], row["mid"])


def by_mid(tx: Transaction, mid: str) -> list[int]:
    """The numbers of a message's parts, first part first; empty for an unknown message."""
    rows = tx.all("SELECT message_id FROM max_messages WHERE mid = :mid ORDER BY part", mid=mid)
    return [row["message_id"] for row in rows]


def chat_of(tx: Transaction, mid: str) -> int | None:
    """The chat of a message; None for an unknown one."""
    row = tx.one("SELECT chat_id FROM max_messages WHERE mid = :mid LIMIT 1", mid=mid)
    return None if row is None else row["chat_id"]


def met(tx: Transaction, user_id: int, chat_id: int) -> None:
    """A person's dialog with the bot has this id."""
    tx.run(
        "INSERT INTO max_dialogs (user_id, chat_id) VALUES (:user_id, :chat_id)"
        " ON CONFLICT (user_id) DO UPDATE SET chat_id = excluded.chat_id"
        " WHERE max_dialogs.chat_id <> excluded.chat_id",
        user_id=user_id,
        chat_id=chat_id,
    )


def dialog_of(tx: Transaction, user_id: int) -> int | None:
    """The chat id of a person's dialog with the bot; None where there was none yet."""
    row = tx.one("SELECT chat_id FROM max_dialogs WHERE user_id = :user_id", user_id=user_id)
    return None if row is None else row["chat_id"]


def forget(tx: Transaction, chat: Chat) -> None:
    """Nothing tells any more what a chat's messages were, nor whose it is."""
    if chat.channel is Channel.MAX:
        for table in ("max_messages", "max_dialogs"):
            tx.run(f"DELETE FROM {table} WHERE chat_id = :chat_id", chat_id=chat.id)
