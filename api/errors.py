"""The one place where errors become HTTP: a status, and `application/problem+json` (RFC 9457).

The kinds of the desk are in `storage.errors`; here are those that only a server knows.

HelpdeskError
├── InvalidInput                validation_failed
├── MethodNotAllowed            method_not_allowed
├── PayloadTooLarge             payload_too_large
├── UnsupportedMediaType        unsupported_media_type
├── RateLimited                 rate_limited
└── InternalError               internal_error
"""

from collections.abc import Sequence

from aiohttp import web
from pydantic import BaseModel

from storage.errors import (
    Conflict,
    Forbidden,
    HelpdeskError,
    NotFound,
    Unauthorized,
    Unavailable,
    ValidationFailed,
)

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""How many fields are told of at most: a body may have thousands that are wrong."""


class FieldError(BaseModel):
    """`field` is a dotted path into the body, or the name of a query parameter."""

    field: str
    message: str


class InvalidInput(HelpdeskError):
    """The request does not fit its description."""

    code = "validation_failed"

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None) -> None:
        self.errors = errors[:MOST_ERRORS]
        super().__init__(detail or "; ".join(f"{e.field} {e.message}" for e in self.errors) + ".")


class MethodNotAllowed(HelpdeskError):
    """This path does not know this method."""

    code = "method_not_allowed"

    def __init__(self, allow: str) -> None:
        self.allow = allow
        super().__init__(f"This path knows only {allow}.")


class PayloadTooLarge(HelpdeskError):
    """The body is larger than 1 MiB."""

    code = "payload_too_large"


class UnsupportedMediaType(HelpdeskError):
    """The body must be application/json in UTF-8, not packed, and its Content-Type must say so."""

    code = "unsupported_media_type"


class RateLimited(HelpdeskError):
    """As many requests were made as one project, or one address, may make in a minute."""

    code = "rate_limited"
    retryable = True

    def __init__(self, retry_after: int) -> None:
        """`retry_after` in seconds."""
        self.retry_after = retry_after
        super().__init__(f"No more requests for {retry_after} seconds.")


class InternalError(HelpdeskError):
    """Something went wrong on the server; its log knows more."""

    code = "internal_error"


STATUS: dict[type[HelpdeskError], int] = {
    ValidationFailed: 400,
    InvalidInput: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    PayloadTooLarge: 413,
    UnsupportedMediaType: 415,
    RateLimited: 429,
    InternalError: 500,
    Unavailable: 503,
}


class Problem(BaseModel):
    """The body of every error. `retryable`: the same request may succeed later, unchanged."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    errors: list[FieldError] | None = None


def status_of(kind: type[HelpdeskError]) -> int:
    """The HTTP status of a kind of error: its own, or that of the kind it belongs to."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 500)


def response_to(error: HelpdeskError) -> web.Response:
    """The answer that tells a client what went wrong."""
    status = status_of(type(error))
    problem = Problem(
        type=f"urn:deskwire:error:{error.code}",
        title=error.code.replace("_", " ").capitalize(),
        status=status,
        detail=error.detail,
        code=error.code,
        retryable=error.retryable,
        errors=_fields(error) if status == 400 else None,
    )
    body = problem.model_dump_json(exclude_none=True).encode()
    response = web.Response(body=body, status=status, content_type=MEDIA_TYPE)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = error.allow
    return response


def of_aiohttp(error: web.HTTPException) -> HelpdeskError:
    """What aiohttp's router or reader refused, as a kind of ours."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        return MethodNotAllowed(error.headers["Allow"])
    if isinstance(error, web.HTTPNotFound):
        return NotFound("There is no such path.")
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return PayloadTooLarge()
    if error.status < 500:
        return InvalidInput([], error.reason)
    return InternalError()


def _fields(error: HelpdeskError) -> list[FieldError]:
    if isinstance(error, InvalidInput):
        return list(error.errors)
    if isinstance(error, ValidationFailed):
        return [FieldError(field=error.field, message=error.message)]
    return []
