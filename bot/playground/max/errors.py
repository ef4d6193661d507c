"""Refusals of the MAX Bot API: HTTP status, `code` and `message`, as bots meet them.

Codes and statuses are those of the schema, its samples and the errors that bots in production
have recorded: they tell errors apart by them. Where none is on record the text is ours.
"""

from __future__ import annotations

from ..stand_in.refusals import Refusal


class ApiError(Refusal):
    """The call is refused: becomes `{"code": …, "message": …}` with this HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, f"{code}: {message}", {"code": code, "message": message})
        self.code = code
        self.message = message


class ContractError(ApiError):
    """The bot broke the schema, or used what is not simulated: a fault of the caller's code.

    The real API ignores some of these; the stand-in refuses them on purpose and remembers.
    """

    is_broken_contract = True


def bad_request(message: str) -> ApiError:
    """400 for a call that MAX understands and will not do."""
    return ApiError(400, "proto.payload", message)


def broken_contract(problem: str) -> ContractError:
    """400 for what the schema does not allow."""
    return ContractError(400, "proto.payload", problem)


def not_simulated(what: str) -> ContractError:
    """501 for what MAX has and the stand-in does not."""
    return ContractError(501, "not.implemented", f"the stand-in does not simulate {what}")


def own_fault(what: str) -> ContractError:
    """500 for an answer or update of the stand-in's own that breaks the schema."""
    return ContractError(500, "internal.error", f"the stand-in is wrong about {what}")


def unauthorized(message: str) -> ApiError:
    """401: no token, or a wrong one."""
    return ApiError(401, "verify.token", message)


def denied(message: str) -> ApiError:
    """403: the bot may not do that in this chat."""
    return ApiError(403, "chat.denied", message)


def forbidden(message: str) -> ApiError:
    """403: the bot lacks the right for it."""
    return ApiError(403, "access.denied", message)


def not_found(message: str) -> ApiError:
    """404."""
    return ApiError(404, "not.found", message)


def chat_not_found(chat_id: int) -> ApiError:
    """404 for a chat the bot does not know."""
    return ApiError(404, "chat.not.found", f"Chat {chat_id} not found")


DIALOG_NOT_FOUND = ApiError(404, "dialog.not.found", "error.dialog.notfound")
DIALOG_SUSPENDED = denied("error.dialog.suspended")
NOT_ADMIN = denied("chat.send.msg.no.permission.because.not.admin")
CANNOT_EDIT = bad_request("error.edit.invalid.message")
NOTHING_TO_ANSWER = bad_request("Invalid request. `message` or `notification` required")
TOO_MANY_REQUESTS = ApiError(429, "too.many.requests", "Too many requests")
POLLED_WITH_WEBHOOK = ApiError(
    405, "method.not.allowed", "GET /updates is closed while a webhook subscription is active"
)


def not_ready(kind: str) -> ApiError:
    """400 for an attachment that is still being processed."""
    return ApiError(
        400, "attachment.not.ready", f"Key: errors.process.attachment.{kind}.not.processed"
    )
