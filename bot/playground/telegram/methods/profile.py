"""What the bot tells about itself: commands, descriptions, menu button.

https://core.telegram.org/bots/api#setmycommands
"""

from __future__ import annotations

import json
import re
from typing import Any

from ...stand_in.checks import Json
from ..errors import bad_request
from ..request import Params
from ..world import World
from .registry import METHODS, Handler, method

COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@method("getMe")
def get_me(world: World, params: Params) -> Json:
    """The bot itself."""
    return world.bot.to_api() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_guest_queries": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_join_request_queries": False,
    }


def _key(what: str, params: Params) -> str:
    scope = params.get("scope") or params.get("chat_id") or {"type": "default"}
    return json.dumps([what, scope, params.get("language_code") or ""], sort_keys=True)


@method("setMyCommands")
def set_my_commands(world: World, params: Params) -> bool:
    """Commands for one scope and language: at most 100 of `[a-z0-9_]{1,32}`."""
    commands: list[Json] = params["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
    world.profile[_key("commands", params)] = commands
    return True


@method("getMyCommands")
def get_my_commands(world: World, params: Params) -> list[Json]:
    """Commands of exactly that scope and language."""
    commands: list[Json] = world.profile.get(_key("commands", params), [])
    return commands


@method("deleteMyCommands")
def delete_my_commands(world: World, params: Params) -> bool:
    """No commands of its own for that scope and language."""
    world.profile.pop(_key("commands", params), None)
    return True


def _setter(field: str) -> Handler:
    def store(world: World, params: Params) -> bool:
        world.profile[_key(field, params)] = params.get(field, "")
        return True

    return store


def _getter(field: str) -> Handler:
    def read(world: World, params: Params) -> Json:
        return {field: world.profile.get(_key(field, params), "")}

    return read


METHODS["setMyName"], METHODS["getMyName"] = _setter("name"), _getter("name")
METHODS["setMyDescription"] = _setter("description")
METHODS["getMyDescription"] = _getter("description")
METHODS["setMyShortDescription"] = _setter("short_description")
METHODS["getMyShortDescription"] = _getter("short_description")


@method("setChatMenuButton")
def set_chat_menu_button(world: World, params: Params) -> bool:
    """The button beside the input field."""
    button: Any = params.get("menu_button", {"type": "default"})
    world.profile[_key("menu_button", params)] = button
    return True


@method("getChatMenuButton")
def get_chat_menu_button(world: World, params: Params) -> Any:
    """The button set for that chat, or for all."""
    return world.profile.get(_key("menu_button", params), {"type": "default"})
