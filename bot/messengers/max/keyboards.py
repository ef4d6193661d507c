"""Inline keyboards as MAX has them: an attachment with rows of buttons.

Limits are from https://dev.max.ru/docs-api, "Клавиатура для чат-бота"; that there are not more
than 30 rows is for those to see to who make keyboards.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.formatting import shorten

MOST_IN_A_ROW = 7
MOST_LINKS_IN_A_ROW = 3
LABEL_LENGTH = 128


def attached(keyboard: object) -> list[dict[str, Any]]:
    """The keyboard as a list of attachments; an empty one where there are no buttons.

    Raises TypeError for what is no inline keyboard, and ValueError for a button that MAX knows
    nothing like.
    """
    if keyboard is None:
        return []
    if not isinstance(keyboard, InlineKeyboardMarkup):
        raise TypeError(f"MAX has nothing like {type(keyboard).__name__}")
    rows = [row for each in keyboard.inline_keyboard for row in _rows(each)]
    if not rows:
        return []
    return [{"type": "inline_keyboard", "payload": {"buttons": rows}}]


def _rows(buttons: Sequence[InlineKeyboardButton]) -> Iterator[list[dict[str, Any]]]:
    """A row, or several where MAX has no room for all of it in one."""
    linked = any(button.url is not None for button in buttons)
    most = MOST_LINKS_IN_A_ROW if linked else MOST_IN_A_ROW
    for start in range(0, len(buttons), most):
        yield [_button(button) for button in buttons[start : start + most]]


def _button(button: InlineKeyboardButton) -> dict[str, Any]:
    text = shorten(button.text, LABEL_LENGTH)
    if button.callback_data is not None:
        return {"type": "callback", "text": text, "payload": button.callback_data}
    if button.url is not None:
        return {"type": "link", "text": text, "url": button.url}
    raise ValueError("MAX has no button of this kind")
