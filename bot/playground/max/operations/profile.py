"""The bot itself.

https://dev.max.ru/docs-api/methods/GET/me
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..errors import not_simulated
from ..request import Params
from ..world import World
from .registry import operation


@operation("getMyInfo")
def get_my_info(world: World, params: Params) -> Json:
    """Name, description and commands."""
    return _info(world)


def _info(world: World) -> Json:
    found = world.bot.to_api() | {"description": world.description}
    return found | {"commands": world.commands} if world.commands else found


@operation("editMyInfo")
def edit_my_info(world: World, params: Params) -> Json:
    """Changes what the body names; an empty list takes the commands away."""
    for name in ("photo", "last_name"):
        if params.get(name) is not None:
            raise not_simulated(f"changing the bot's {name}")
    name = params.get("first_name") or params.get("name")
    if name:
        world.bot.first_name = name
    world.description = params.get("description", world.description)
    world.commands = params.get("commands", world.commands)
    return _info(world)


@operation("editMyCommands")
def edit_my_commands(world: World, params: Params) -> Json:
    """The commands that the bot's menu shows."""
    world.commands = params["commands"]
    return {"commands": world.commands}
