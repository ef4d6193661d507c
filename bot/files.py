"""Files of customers and agents: fetched from the messenger that holds them, when wanted."""

from collections.abc import AsyncIterator, Mapping

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputFile

from bot.failures import PASSING
from bot.messengers import Messenger
from storage.errors import NotFound, Unavailable
from storage.model import Attachment, Channel

CHUNK = 64 * 1024


class Files:
    """Reads attachments from their messengers; sends them by id where the messenger is the same."""

    def __init__(self, messengers: Mapping[Channel, Messenger]) -> None:
        self._messengers = messengers

    async def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes. The first step raises NotFound where its messenger has it no more, and
        Unavailable where the messenger cannot be asked."""
        messenger = self._messengers.get(attachment.channel)
        if messenger is None:
            raise Unavailable(f"The channel {attachment.channel} is not configured.")
        try:
            file = await messenger.bot.get_file(attachment.file_id)
        except TelegramBadRequest as error:
            raise NotFound("The messenger does not give this file out.") from error
        except PASSING as error:
            raise Unavailable("The messenger cannot be reached.") from error
        if file.file_path is None:
            raise NotFound("The messenger does not give this file out.")
        url = messenger.bot.session.api.file_url(messenger.bot.token, file.file_path)
        content = messenger.bot.session.stream_content(url, chunk_size=CHUNK, raise_for_status=True)
        async for chunk in content:
            yield chunk

    async def for_channel(self, attachment: Attachment, bot: Bot) -> str | InputFile:
        """The attachment as `bot` can send it: by its id there, or uploaded."""
        messenger = self._messengers.get(attachment.channel)
        if messenger is not None and messenger.bot is bot:
            return attachment.file_id
        content = b"".join([chunk async for chunk in self.open(attachment)])
        return BufferedInputFile(content, attachment.file_name or attachment.kind)
