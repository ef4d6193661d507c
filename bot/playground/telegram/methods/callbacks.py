"""Answers to pressed buttons.

https://core.telegram.org/bots/api#answercallbackquery
"""

from __future__ import annotations

from ..errors import QUERY_TOO_OLD
from ..press import Press
from ..request import Params
from ..world import World
from .registry import method


@method("answerCallbackQuery")
def answer_callback_query(world: World, params: Params) -> bool:
    """Answers once; an unknown, old or answered query is refused alike."""
    press: Press | None = world.queries.pop(params["callback_query_id"], None)
    if press is None:
        raise QUERY_TOO_OLD
    press.answer(
        text=params.get("text", ""),
        alert=params.get("show_alert", False),
        url=params.get("url"),
    )
    world.changes.tell("answer", press.message.chat.id, press.message.id)
    return True
