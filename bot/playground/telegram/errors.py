"""Refusals of the Bot API, with the wording that the real one uses.

Texts are those of Telegram's own server and library, https://github.com/tdlib/telegram-bot-api
and https://github.com/tdlib/td: bots tell errors apart by them.
"""

from __future__ import annotations

from typing import Any

from ..stand_in.checks import Json
from ..stand_in.refusals import Refusal


class ApiError(Refusal):
    """The call is refused: becomes `ok: false` with this code, description and parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        body: Json = {"ok": False, "error_code": code, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.retry_after: int | None = parameters.get("retry_after")
        wait = self.retry_after
        headers = {"Retry-After": str(wait)} if wait is not None else None
        super().__init__(code, description, body, headers)


class ContractError(ApiError):
    """The bot broke the schema, or used what is not simulated: a fault of the caller's code.

    The real API ignores some of these; the stand-in refuses them on purpose and remembers.
    """

    is_broken_contract = True


def bad_request(problem: str, **parameters: Any) -> ApiError:
    """400."""
    return ApiError(400, f"Bad Request: {problem}", **parameters)


def forbidden(problem: str) -> ApiError:
    """403."""
    return ApiError(403, f"Forbidden: {problem}")


def too_many_requests(seconds: int) -> ApiError:
    """429 with `retry_after`."""
    description = f"Too Many Requests: retry after {seconds}"
    return ApiError(429, description, retry_after=seconds)


def broken_contract(problem: str) -> ContractError:
    """400 for what the schema does not allow."""
    return ContractError(400, f"Bad Request: {problem}")


def not_simulated(what: str) -> ContractError:
    """501 for what the Bot API has and the stand-in does not."""
    return ContractError(501, f"Not Implemented: the stand-in does not simulate {what}")


def own_fault(what: str) -> ContractError:
    """500 for an answer or update of the stand-in's own that breaks the schema."""
    return ContractError(500, f"Internal Server Error: the stand-in is wrong about {what}")


OTHER_POLLER = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
)
POLLED_WITH_WEBHOOK = ApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first",
)
TERMINATED_BY_WEBHOOK = ApiError(409, "Conflict: terminated by setWebhook request")
UNAUTHORIZED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
METHOD_NOT_FOUND = ApiError(404, "Not Found: method not found")
NOT_MODIFIED = bad_request(
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = bad_request("query is too old and response timeout expired or query ID is invalid")
