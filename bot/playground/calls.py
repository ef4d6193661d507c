"""The calls that the desk made, as a page shows them: short, and without secrets."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.playground.cast import StandIn
from bot.playground.stand_in.checks import Json
from bot.playground.stand_in.journal import Call
from storage.model import Channel

HIDDEN = "•••"
SECRETS = frozenset({"token", "secret", "secret_token", "file_id", "file_unique_id", "url"})
"""Whoever has one of them can use the bot, or read a file; a file's url is one in MAX."""
LONGEST_TEXT = 160
MOST_ITEMS = 8
DEEPEST = 7


def call_state(channel: Channel, messenger: StandIn, number: int, call: Call) -> Json:
    """One call; `number` is its place in the record of this messenger. Times are Unix seconds."""
    answer = call.result if call.error is None else call.error.body
    return {
        "id": f"{channel}:{number}",
        "channel": channel,
        "method": call.method,
        "chat": call.chat_id,
        "outcome": call.outcome,
        "status": 200 if call.error is None else call.error.status,
        "at": time.time() - (messenger.world.clock() - call.at),
        "seconds": round(call.seconds, 3),
        "params": shown(call.params, messenger.token),
        "answer": shown(answer, messenger.token),
    }


def is_news(call: Call) -> bool:
    """Whether it says anything: polls that brought nothing do not."""
    if call.method != "getUpdates" or call.outcome != "ok":
        return True
    found = call.result
    return bool(found["updates"] if isinstance(found, Mapping) else found)


def shown(value: Any, token: str, depth: int = 0) -> Any:
    """The value as JSON, cut where it is long or deep, its secrets and `token` taken out."""
    if isinstance(value, Mapping):
        if depth >= DEEPEST:
            return "{…}"
        return {
            str(key): HIDDEN if _is_secret(key, part) else shown(part, token, depth + 1)
            for key, part in value.items()
        }
    if isinstance(value, str):
        text = value.replace(token, HIDDEN)
        return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        rest = [f"… and {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []
        return [*(shown(part, token, depth + 1) for part in value[:MOST_ITEMS]), *rest]
    if value is None or isinstance(value, bool | int | float):
        return value
    return f"({type(value).__name__.lower()})"


def _is_secret(key: object, value: object) -> bool:
    if key == "url" and isinstance(value, str):
        return "/files/" in value or "/upload" in value
    return key in SECRETS and isinstance(value, str)
