"""MAX's refusals as aiogram's errors, in the words that Telegram has for the same.

What follows from them, another try or none, is `bot.failures`' and the sender's business.
"""

import json
import re
from typing import Any

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteMessages,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    TelegramMethod,
)

EDITS = (EditMessageText, EditMessageCaption, EditMessageReplyMarkup)
DELETIONS = (DeleteMessage, DeleteMessages)

BLOCKED = "Forbidden: bot was blocked by the user"
CHAT_NOT_FOUND = "Bad Request: chat not found"
REPLY_NOT_FOUND = "Bad Request: message to be replied not found"
EDIT_NOT_FOUND = "Bad Request: message to edit not found"
DELETE_NOT_FOUND = "Bad Request: message to delete not found"
CANNOT_EDIT = "Bad Request: message can't be edited"
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
RIGHTS = "Bad Request: not enough rights"

_SECRETS = re.compile(r"https?://\S+|[\w+/=-]{24,}", re.ASCII)
_LONGEST_WORDS = 200
_ABOUT_THE_FILE = (400, 413, 415, 422)
_NO_CHAT = ("chat.not.found", "dialog.not.found")
_BY_CODE: dict[str, type[TelegramAPIError]] = {"verify.token": TelegramUnauthorizedError}
_BY_STATUS: dict[int, type[TelegramAPIError]] = {
    401: TelegramUnauthorizedError,
    403: TelegramForbiddenError,
    405: TelegramConflictError,  # GET /updates while a webhook is set
    413: TelegramEntityTooLarge,
}


class NotReady(TelegramServerError):
    """A file that MAX still works on: the same message is taken later."""


class NothingThere(TelegramBadRequest):
    """What a call names is gone or never was; a chat that is has words of its own."""


def refusal(method: TelegramMethod[Any], status: int, said: object) -> TelegramAPIError:
    """The error for a status and a body, `{"code": …, "message": …}`; 429 is not among them."""
    code, words = _read(said)
    if code == "attachment.not.ready" or "not.processed" in words:
        return NotReady(method, "the file is not ready")
    # Below 400 and without MAX's own words, it is a page of a proxy's, or half an answer.
    if not 400 <= status < 500 or (status == 403 and not (code or words)):
        return TelegramServerError(method, f"MAX answers {status}")
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status, TelegramBadRequest)
    forbidden = kind is TelegramForbiddenError and _writes_to_a_person(method)
    if "dialog.suspended" in words or forbidden:
        return TelegramForbiddenError(method, BLOCKED)
    if known := _in_telegrams_words(code, words):
        return TelegramBadRequest(method, known)
    if status == 404 or "error.edit.invalid.message" in words:
        return NothingThere(method, _missing(method, status, words))
    return kind(method, f"MAX answers {status}: {words or code}")


def upload_refusal(method: TelegramMethod[Any], status: int, said: object) -> TelegramAPIError:
    """The same of an upload, whose address is good for one: all but a word on the file itself is
    the address's trouble, and the next try has another."""
    if status not in _ABOUT_THE_FILE:
        return TelegramServerError(method, f"MAX's host of files answers {status}")
    return refusal(method, status, said)


def _writes_to_a_person(method: TelegramMethod[Any]) -> bool:
    """Nobody but the person can forbid that; groups have negative ids."""
    chat_id = getattr(method, "chat_id", None)
    return isinstance(chat_id, int) and chat_id > 0 and not isinstance(method, EDITS + DELETIONS)


def _in_telegrams_words(code: str, words: str) -> str | None:
    if code in _NO_CHAT:
        return CHAT_NOT_FOUND
    if code == "access.denied" or "no.permission" in words:
        return f"{RIGHTS} ({words})"
    return None


def _missing(method: TelegramMethod[Any], status: int, words: str) -> str:
    if isinstance(method, AnswerCallbackQuery):
        return TOO_OLD
    if isinstance(method, EDITS):
        return EDIT_NOT_FOUND if status == 404 else CANNOT_EDIT
    if isinstance(method, DELETIONS):
        return DELETE_NOT_FOUND
    return f"Bad Request: not found ({words})"


def _read(said: object) -> tuple[str, str]:
    """Code and words without anything secret: MAX repeats tokens of files in its refusals."""
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except ValueError:
            return "", ""
    if not isinstance(said, dict):
        return "", ""
    words = _SECRETS.sub("…", str(said.get("message") or ""))
    return str(said.get("code") or ""), words[:_LONGEST_WORDS]
