"""Whether the desk waits for as long as a messenger asked, when it refused by a limit."""

from bisect import bisect_right

from bot.playground.telegram import Call, TelegramStandIn
from bot.playground.telegram.errors import ApiError
from tests.faults.broken import BrokenPromise
from tests.faults.town import Town

ROUNDING = 0.1
"""Seconds."""


def check(town: Town) -> None:
    """Telegram alone tells how long: nothing may be sent to that chat meanwhile, nor asked for.

    One call of these is made at a time, so none was on its way when another was refused. A desk
    that was started since does not know of it.
    """
    for standin in town.standins.values():
        if isinstance(standin, TelegramStandIn):
            _check(sorted(standin.calls, key=lambda call: call.at), sorted(town.started))


def _check(calls: list[Call], started: list[float]) -> None:
    refused: dict[object, tuple[float, float]] = {}
    for call in calls:
        key = _counted(call)
        at, until = refused.get(key, (0.0, 0.0))
        fresh = bisect_right(started, at) < bisect_right(started, call.at)
        if at < call.at < until - ROUNDING and not fresh:
            raise BrokenPromise(
                "retry_after is waited for",
                f"no {call.method} to {call.chat_id} for {until - at:.1f} s",
                f"one after {call.at - at:.1f} s",
            )
        wait = call.error.retry_after if isinstance(call.error, ApiError) else None
        if wait is not None and key is not None:
            refused[key] = (call.at, max(until, call.at + wait))


def _counted(call: Call) -> object:
    if call.method == "getUpdates":
        return call.method
    return call.chat_id if call.method.startswith("send") else None
