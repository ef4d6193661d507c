"""The pace after a restart: what was sent before still counts with the messenger."""

from bot.messengers import Messenger
from storage import message_map
from storage.database import Database, to_ms

LONGEST_WINDOW = 60_000
"""Milliseconds; no window of a messenger is longer."""


async def restore_pace(db: Database, messenger: Messenger) -> None:
    """Count what was recorded as sent lately, and one message in doubt for each chat of those."""
    now = to_ms(db.clock())
    recent = await db.read(message_map.sent_since, messenger.channel, now - LONGEST_WINDOW)
    in_doubt = {chat_id: now for chat_id, _ in recent}
    for chat_id, sent_at in [*recent, *in_doubt.items()]:
        messenger.pace.remember(
            chat_id, group=messenger.is_group(chat_id), age=(now - sent_at) / 1000
        )
