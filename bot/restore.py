"""The pace after a restart: what was sent before still counts with the messenger."""

from bot.messengers import Messenger
from storage import inbox, message_map
from storage.database import Database
from storage.model import Channel
from storage.transaction import Transaction, to_ms


async def restore_pace(db: Database, messenger: Messenger) -> None:
    """Count what was recorded as sent lately, a screen for each update that a customer's chat sent
    lately, as screens are not recorded, and one message in doubt for each chat of those."""
    now = to_ms(db.clock())
    since = now - round(messenger.pace.longest * 1000)
    sent, updates = await db.read(_recent, messenger.channel, since)
    recent = sent + [(chat, moment) for chat, moment in updates if not messenger.is_group(chat)]
    in_doubt = {chat_id: now for chat_id, _ in recent}
    for chat_id, moment in [*recent, *in_doubt.items()]:
        messenger.pace.remember(
            chat_id, group=messenger.is_group(chat_id), age=(now - moment) / 1000
        )


def _recent(
    tx: Transaction, channel: Channel, since_ms: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    return (
        message_map.sent_since(tx, channel, since_ms),
        inbox.handled_since(tx, channel, since_ms),
    )
