"""Files of customers and agents: fetched from the messenger that holds them, when wanted."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import BufferedInputFile, InputFile
from aiohttp import ClientError, ClientResponseError

from bot.failures import PASSING
from bot.messengers import Messenger
from bot.outgoing.parts import FileDelayed, FileRefused
from storage.errors import NotFound, Unavailable
from storage.model import Attachment, Channel

CHUNK = 64 * 1024
DOWNLOAD_SECONDS = 300
"""For a whole file, at the speed of whoever reads it."""
STALL_SECONDS = 30
"""Without another byte of a file that somebody waits for."""
GONE = {400, 403, 404, 410}
"""What a file's host answers for good: addresses of files are signed, and some of them expire."""
NOT_GIVEN_OUT = "The messenger does not give this file out."


class Files:
    """Reads attachments from their messengers; sends them by id where the messenger is the same."""

    def __init__(self, messengers: Mapping[Channel, Messenger]) -> None:
        self._messengers = messengers

    async def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes. The first step raises NotFound where its messenger has it no more;
        every step raises Unavailable where the messenger cannot be asked, or breaks off.

        No error leads back to aiohttp's: in its words there is the URL, and in that the token.
        """
        messenger = self._messengers.get(attachment.channel)
        if messenger is None:
            raise Unavailable(f"The channel {attachment.channel} is not configured.")
        try:
            async for chunk in _stream(messenger, attachment):
                yield chunk
        except TelegramBadRequest:
            raise NotFound(NOT_GIVEN_OUT) from None
        except ClientResponseError as error:
            if error.status in GONE:
                raise NotFound(NOT_GIVEN_OUT) from None
            raise Unavailable(f"The messenger answers {error.status}.") from None
        except (*PASSING, TelegramAPIError, ClientError, TimeoutError):
            raise Unavailable("The messenger cannot be reached.") from None

    async def for_channel(self, attachment: Attachment, bot: Bot) -> str | InputFile:
        """The attachment as `bot` can send it: by its id there, or uploaded. Raises FileRefused
        where that is impossible for good, and FileDelayed where it may be possible later."""
        messenger = self._messengers.get(attachment.channel)
        if messenger is None:
            raise FileRefused
        if messenger.bot is bot:
            return attachment.file_id
        content = await self._whole(attachment, messenger.capabilities.download_limit)
        return BufferedInputFile(content, attachment.file_name or attachment.kind)

    async def _whole(self, attachment: Attachment, limit: int) -> bytes:
        content = bytearray()
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(STALL_SECONDS) as patience:
                async for chunk in self.open(attachment):
                    patience.reschedule(now() + STALL_SECONDS)
                    content += chunk
                    if len(content) > limit:
                        raise FileRefused
        except NotFound as error:
            raise FileRefused from error
        except TimeoutError:
            raise FileDelayed("The messenger gives nothing more of a file.") from None
        except Unavailable as error:
            raise FileDelayed(error.detail) from error
        return bytes(content)


async def _stream(messenger: Messenger, attachment: Attachment) -> AsyncIterator[bytes]:
    bot = messenger.bot
    file = await bot.get_file(attachment.file_id)
    if file.file_path is None:
        raise NotFound(NOT_GIVEN_OUT)
    async for chunk in bot.session.stream_content(
        bot.session.api.file_url(bot.token, file.file_path),
        timeout=DOWNLOAD_SECONDS,
        chunk_size=CHUNK,
        raise_for_status=True,
    ):
        yield chunk
