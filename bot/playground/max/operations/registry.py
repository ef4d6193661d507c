"""The table of simulated operations, filled by the modules beside this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from ..request import Params
from ..world import World

Handler: TypeAlias = Callable[[World, Params], Any | Awaitable[Any]]

OPERATIONS: dict[str, Handler] = {}
SUCCESS = {"success": True}


def operation(name: str) -> Callable[[Handler], Handler]:
    """Registers the function as that operation of the schema, by its operationId."""

    def register(handler: Handler) -> Handler:
        OPERATIONS[name] = handler
        return handler

    return register
