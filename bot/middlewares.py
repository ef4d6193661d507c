"""Around every handler: who acts and in which language, and what becomes of errors.

Errors that pass by themselves go on to the lanes, which run the update again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.fsm.middleware import FSMContextMiddleware
from aiogram.fsm.storage.memory import DisabledEventIsolation
from aiogram.types import CallbackQuery, TelegramObject, Update

import locales
from bot import views
from bot.content import person_of
from bot.fsm import DialogStorage
from bot.guide import Guide
from bot.stage import Stage, end_wait
from bot.views import Known
from storage import projects
from storage.database import Database
from storage.errors import NotFound
from storage.model import Person

log = structlog.get_logger()

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
Data = dict[str, Any]


class Introduction:
    """Provides `person` and `locale`, in an agent chat its `project`, and the `state` of scenes in
    place of aiogram's own middleware: what has to be known of a private chat is read in one go."""

    def __init__(self, db: Database, storage: DialogStorage, default_locale: str) -> None:
        self._db = db
        self._storage = storage
        self._fsm = FSMContextMiddleware(storage, DisabledEventIsolation())
        self._default_locale = default_locale

    async def __call__(self, handler: Handler, event: TelegramObject, data: Data) -> Any:
        user, chat = data.get("event_from_user"), data.get("event_chat")
        state = self._fsm.resolve_event_context(data["bot"], data)
        data |= {"person": None, "locale": self._default_locale, "project": None}
        data |= {"state": state, "raw_state": None, "fsm_storage": self._storage}
        if chat is not None and chat.type != ChatType.PRIVATE:
            place = data["messenger"].chat(chat.id)
            project = data["project"] = await self._db.read(projects.by_agent_chat, place)
            if project is not None:
                data["locale"] = project.locale
        if user is not None and chat is not None:
            person = data["person"] = person_of(user, chat, data["messenger"].channel)
            if chat.type == ChatType.PRIVATE and state is not None:
                key = self._storage.key_of(state.key)
                known = await self._db.read(views.known_of, person.chat, key)
                data["raw_state"] = known.state
                data["locale"] = self._spoken(person, known)
            else:
                data["locale"] = locales.pick(person.language, data["locale"])
        return await handler(event, data)

    def _spoken(self, person: Person, known: Known) -> str:
        """As for notices: the language told now, else told before, else the project's."""
        told = person.language or known.language
        return locales.pick(told, known.project_locale or self._default_locale)


async def guided(handler: Handler, event: TelegramObject, data: Data) -> Any:
    """Provides the `guide` in a private chat, where scenes are."""
    person, chat = data["person"], data.get("event_chat")
    if person is not None and chat is not None and chat.type == ChatType.PRIVATE:
        press = event.callback_query if isinstance(event, Update) else None
        over = press.message.message_id if press and press.message else None
        stage = Stage(data["bot"], person.chat.id, over)
        data["guide"] = Guide(data["db"], person, stage, data["scenes"], data["locale"])
    return await handler(event, data)


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
