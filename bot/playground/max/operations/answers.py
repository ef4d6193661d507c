"""Answers to pressed buttons.

https://dev.max.ru/docs-api/methods/POST/answers
"""

from __future__ import annotations

from ...stand_in.checks import Json
from ..access import message_to_edit
from ..errors import CANNOT_EDIT, NOTHING_TO_ANSWER, not_found
from ..press import Press
from ..request import Params
from ..world import World
from .messages import apply_edit
from .registry import SUCCESS, operation


@operation("answerOnCallback")
def answer_on_callback(world: World, params: Params) -> Json:
    """Edits the message with the button, tells its presser something once, or both.

    A button that is answered or too old is refused: on record is what that is with `message`.
    """
    message, notification = params.get("message"), params.get("notification")
    if message is None and notification is None:
        raise NOTHING_TO_ANSWER
    press: Press | None = world.presses.get(params["callback_id"])
    if press is None:
        raise CANNOT_EDIT if message is not None else not_found("Callback not found")
    if message is not None:
        apply_edit(world, message_to_edit(world, press.message.id), message, "answer")
    else:
        world.pace.admit(press.message.chat, "answer")
    world.presses.pop(press.id, None)
    press.answer(text=notification or "")
    world.changes.tell("answer", press.message.chat.id, press.message.id)
    return SUCCESS
