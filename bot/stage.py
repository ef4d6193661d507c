"""Where a person sees screens: in the message whose button was pressed, else in a new one.

A screen drawn twice, after a crash or by a second tap, is the same screen.
"""

from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, LinkPreviewOptions

from bot.failures import UNCHANGED
from bot.screens import Screen

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Stage:
    """A private chat during one update; `over` is the message whose button was pressed."""

    def __init__(self, bot: Bot, chat_id: int, over: int | None = None) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._over = over

    async def show(self, screen: Screen) -> int:
        """Show the screen; the id of the message that has it now.

        Raises TelegramForbiddenError and TelegramBadRequest where nobody can be written to.
        """
        if self._over is not None and await self.rewrite(self._over, screen):
            return self._over
        return await self.add(screen)

    async def add(self, screen: Screen) -> int:
        """Show the screen below what there is. Raises as `show` does."""
        message = await self._bot.send_message(
            self._chat_id,
            screen.html,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.keyboard,
            link_preview_options=NO_PREVIEW,
        )
        return message.message_id

    async def rewrite(self, message_id: int, screen: Screen) -> bool:
        """Make a message of ours the screen; False where it is deleted or can't be edited."""
        try:
            await self._bot.edit_message_text(
                screen.html,
                chat_id=self._chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=screen.keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except TelegramBadRequest as error:
            return UNCHANGED in error.message
        return True


async def end_wait(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """End the waiting of who pressed a button; after an outage it is over by itself."""
    try:
        await query.answer(text, show_alert=alert)
    except TelegramBadRequest as error:
        if "query is too old" not in error.message:
            raise
