"""The Dispatcher of all messengers: who gets an update first, and what every handler is given.

How updates come in is intake's and the lanes' business.
"""

from collections.abc import Callable

from aiogram import Dispatcher
from aiogram.fsm.scene import SceneRegistry
from aiogram.types import BotCommand

import locales
from bot import agents, customer, middlewares
from bot.fsm import DialogStorage
from bot.messengers import Messenger
from storage.database import Database


def build_dispatcher(
    db: Database, *, default_locale: str, messenger_of: Callable[[int], Messenger]
) -> Dispatcher:
    """A dispatcher to be fed by `feed_update(bot, update, messenger=…, album=[…])`.

    Errors that pass by themselves come out of it, for the update to be run again later.
    """
    storage = DialogStorage(db, messenger_of)
    dispatcher = Dispatcher(disable_fsm=True, db=db)
    dispatcher.update.outer_middleware(middlewares.refusals)
    dispatcher.update.outer_middleware(middlewares.Introduction(db, storage, default_locale))
    registry = SceneRegistry(dispatcher, register_on_add=False)  # looks for the state from there
    dispatcher.update.outer_middleware(middlewares.guided)
    dispatcher.include_router(customer.router(registry))
    dispatcher.include_router(agents.router())
    return dispatcher


def commands(locale: str) -> list[BotCommand]:
    """The menu of commands in private chats, for setMyCommands."""
    return [
        BotCommand(command=name, description=locales.label(f"command_{name}", locale))
        for name in ("start", "help", "stop")
    ]
