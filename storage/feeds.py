"""Who the desk's bot is in each messenger, remembered for when the messenger cannot be asked."""

from storage import inbox, message_map
from storage.model import Channel
from storage.transaction import Transaction


def know_bot(tx: Transaction, channel: Channel, bot_id: int, username: str | None) -> None:
    """Remember the bot. What is known of the numbers of another one before it is forgotten."""
    row = tx.one("SELECT bot_id FROM feeds WHERE channel = :channel", channel=channel)
    if row is not None and row["bot_id"] not in (None, bot_id):
        inbox.forget_other_bot(tx, channel)
        if channel is Channel.TELEGRAM:
            message_map.forget_other_bot(tx)
    tx.run(
        "INSERT INTO feeds (channel, bot_id, bot_username) VALUES (:channel, :id, :username)"
        " ON CONFLICT (channel) DO UPDATE"
        " SET bot_id = excluded.bot_id, bot_username = excluded.bot_username",
        channel=channel,
        id=bot_id,
        username=username,
    )


def bot_username(tx: Transaction, channel: Channel) -> str | None:
    """The bot's user name when it was last asked for."""
    row = tx.one("SELECT bot_username FROM feeds WHERE channel = :channel", channel=channel)
    return None if row is None else row["bot_username"]
