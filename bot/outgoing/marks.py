"""Marks on what agents wrote: that their answer arrived."""

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import ReactionTypeEmoji

from bot.outgoing.outlet import Outlet
from storage.outbox import OutboxRow

DELIVERED = "👍"
"""The reaction on an agent's message once the customer's messenger took it; bots may use only
Telegram's own list (core.telegram.org/bots/api#reactiontypeemoji)."""
DELIVERED_IN_WORDS = "✓"
"""The reply to it where there are no reactions."""


async def react(outlet: Outlet, row: OutboxRow) -> bool:
    """Whether nothing is left to show: False where the messenger or the chat has no reactions."""
    try:
        await outlet.messenger.bot.set_message_reaction(
            row.chat.id, row.payload["native_id"], [ReactionTypeEmoji(emoji=DELIVERED)]
        )
    except TelegramBadRequest as error:
        return "message to react not found" in error.message
    return True
