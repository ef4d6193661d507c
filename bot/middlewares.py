"""Around every handler: who acts and in which language, and what becomes of errors.

Errors that pass by themselves go on to the lanes, which run the update again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, TelegramObject, Update

import locales
from bot import views
from bot.content import person_of
from bot.guide import Guide
from bot.stage import Stage, end_wait
from storage import projects
from storage.database import Database
from storage.errors import NotFound
from storage.model import Person

log = structlog.get_logger()

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
Data = dict[str, Any]


class Introduction:
    """Provides `person` and `locale`, in a private chat the `guide`, and in an agent chat its
    `project`."""

    def __init__(self, db: Database, default_locale: str) -> None:
        self._db = db
        self._default_locale = default_locale

    async def __call__(self, handler: Handler, event: TelegramObject, data: Data) -> Any:
        user, chat = data.get("event_from_user"), data.get("event_chat")
        data |= {"person": None, "locale": self._default_locale, "project": None}
        if chat is not None and chat.type != ChatType.PRIVATE:
            place = data["messenger"].chat(chat.id)
            project = data["project"] = await self._db.read(projects.by_agent_chat, place)
            if project is not None:
                data["locale"] = project.locale
        if user is not None and chat is not None:
            person = data["person"] = person_of(user, chat, data["messenger"].channel)
            if chat.type == ChatType.PRIVATE:
                data["locale"] = await self._spoken(person)
                data["guide"] = self._guide(person, event, data)
            else:
                data["locale"] = locales.pick(person.language, data["locale"])
        return await handler(event, data)

    async def _spoken(self, person: Person) -> str:
        """As for notices: the language told now, else told before, else the project's."""
        known, project_locale = await self._db.read(views.spoken, person.chat)
        return locales.pick(person.language or known, project_locale or self._default_locale)

    def _guide(self, person: Person, event: TelegramObject, data: Data) -> Guide:
        press = event.callback_query if isinstance(event, Update) else None
        over = press.message.message_id if press and press.message else None
        stage = Stage(data["bot"], person.chat.id, over)
        return Guide(self._db, person, stage, data["scenes"], data["locale"])


async def refusals(handler: Handler, event: TelegramObject, data: Data) -> Any:
    """A screen that the messenger refuses ends its update: nothing is lost with it."""
    try:
        return await handler(event, data)
    except (TelegramForbiddenError, TelegramBadRequest) as error:
        method = type(error.method).__name__
        log.warning("a screen was refused", method=method, error=type(error).__name__)


async def pressed(handler: Handler, event: TelegramObject, data: Data) -> Any:
    """Ends the wait of a pressed button; one that leads to nothing that is there shows what is."""
    try:
        await handler(event, data)
    except NotFound:
        await data["guide"].start("outdated")
    if isinstance(event, CallbackQuery):
        await end_wait(event)
