"""Checks of reply markup that the schema can't express.

https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

from __future__ import annotations

from ..stand_in.checks import Json
from .errors import bad_request
from .model import Chat

ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
        "disabled",
    }
)
STYLES = frozenset({"danger", "primary", "success"})
MOST_KEYS = 100
LINKS = ("http://", "https://", "tg://", "ton://")


def check(markup: Json | None, chat: Chat) -> Json | None:
    """The markup, without empty rows; None for an empty inline keyboard. 400 where it is wrong."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        if sum(len(row) for row in rows) > MOST_KEYS:
            raise bad_request("reply markup is too long")
        for key in (key for row in rows for key in row):
            _check_key(key, chat)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        _check_reply_keyboard(markup["keyboard"], chat)
    return markup


def _check_reply_keyboard(rows: list[list[Json]], chat: Chat) -> None:
    if not rows or not all(rows):
        raise bad_request("object expected as reply markup")
    for key in (key for row in rows for key in row):
        if not key["text"]:
            raise bad_request("can't parse keyboard button: Text must be non-empty")
        if not chat.is_private and key.keys() & {"request_contact", "request_location"}:
            raise bad_request("phone number can be requested in private chats only")


def _check_key(key: Json, chat: Chat) -> None:
    actions = ACTIONS & key.keys()
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one action is allowed, "
            f"not {', '.join(sorted(actions))}"
        )
    if not key["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if "style" in key and key["style"] not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    if "callback_data" in key and not 1 <= len(key["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in key and not key["url"].lower().startswith(LINKS):
        raise bad_request("BUTTON_URL_INVALID")
    if "web_app" in key and not chat.is_private:
        raise bad_request("BUTTON_TYPE_INVALID")
