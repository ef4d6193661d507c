"""The table of simulated methods, filled by the modules beside this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from ..request import Params
from ..world import World

Handler: TypeAlias = Callable[[World, Params], Any | Awaitable[Any]]

METHODS: dict[str, Handler] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Registers the function as that method of the Bot API."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = handler
        return handler

    return register
