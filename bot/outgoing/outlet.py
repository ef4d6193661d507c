"""What everything that sends has in hand: the database, the messenger, the files, the counters."""

from dataclasses import dataclass, field

from aiogram.exceptions import ClientDecodeError, TelegramServerError
from aiogram.types import InlineKeyboardMarkup

from bot.failures import made_in, words
from bot.messengers import Capabilities, Messenger
from bot.numbers import Numbers
from bot.outgoing.parts import FileDelayed, FileSource, Part, Place, send
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Outlet:
    db: Database
    messenger: Messenger
    files: FileSource
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def limits(self) -> Capabilities:
        return self.messenger.capabilities

    async def send(
        self, place: Place, part: Part, keyboard: InlineKeyboardMarkup | None = None
    ) -> list[int]:
        """Make one part; the native ids of what was made. Raises FileDelayed where the server fails
        on one with files: they may be what it fails on."""
        try:
            return await send(self.messenger.bot, place, part, self.files, keyboard)
        except ClientDecodeError as error:
            if ids := made_in(error):
                return ids
            raise
        except TelegramServerError as error:
            if part.files:
                raise FileDelayed(words(error)) from error
            raise
