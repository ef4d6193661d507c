"""aiogram's session, for a bot that needs to know of a message it made which one it is."""

import json
from typing import Any

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

WHICH = ("message_id", "date", "chat")
"""The fields that every message has; aiogram asks for them."""


def session(api_url: str) -> AiohttpSession:
    """A session with the Bot API server at the base URL `api_url`."""
    return AiohttpSession(api=TelegramAPIServer.from_base(api_url), json_loads=_loads)


def _loads(content: str) -> Any:
    """An answer of the Bot API. It has all of a message that was made, and of the one that it
    replies to: what a desk never looks at takes no time, and cannot fail to be understood."""
    answer = json.loads(content)
    made = answer.get("result") if isinstance(answer, dict) else None
    if isinstance(made, list):
        answer["result"] = [_which(each) for each in made]
    elif isinstance(made, dict):
        answer["result"] = _which(made)
    return answer


def _which(made: Any) -> Any:
    if isinstance(made, dict) and "message_id" in made:
        return {name: made[name] for name in WHICH if name in made}
    return made
