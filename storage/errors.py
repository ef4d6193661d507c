"""What can go wrong by the rules of the desk: kinds with codes, no HTTP status, no chat text.

HelpdeskError
├── ValidationFailed            validation_failed
├── Unauthorized                unauthorized
├── Forbidden
│   ├── HelpdeskDisabled        helpdesk_disabled
│   └── HelpdeskCreateDisabled  helpdesk_create_disabled
├── NotFound                    not_found
│   ├── TicketNotFound          ticket_not_found
│   └── RequestNotFound         request_not_found
├── Conflict                    conflict
│   ├── NotVirtual              not_virtual
│   ├── ChannelUnavailable      channel_unavailable
│   ├── IdempotencyConflict     idempotency_conflict
│   └── LimitReached            limit_reached
└── Unavailable                 unavailable
    ├── DatabaseOutage
    └── DatabaseUnusable        (stops the start)
"""

from typing import ClassVar


class HelpdeskError(Exception):
    """A rule of the desk was broken."""

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str | None = None) -> None:
        """`detail` is one sentence for a programmer; the docstring of the kind by default."""
        self.detail = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.detail)


class ValidationFailed(HelpdeskError):
    """A value does not fit its field."""

    code = "validation_failed"

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}")


class Unauthorized(HelpdeskError):
    """The API key is missing, unknown or revoked."""

    code = "unauthorized"


class Forbidden(HelpdeskError):
    """The project's settings do not allow this."""


class HelpdeskDisabled(Forbidden):
    """The helpdesk of this project is switched off."""

    code = "helpdesk_disabled"


class HelpdeskCreateDisabled(Forbidden):
    """Customers of this project cannot create tickets at present."""

    code = "helpdesk_create_disabled"


class NotFound(HelpdeskError):
    """There is no such thing in this project."""

    code = "not_found"


class TicketNotFound(NotFound):
    """There is no such ticket in this project."""

    code = "ticket_not_found"


class RequestNotFound(NotFound):
    """There is no such request in this project."""

    code = "request_not_found"


class Conflict(HelpdeskError):
    """The present state does not allow this."""

    code = "conflict"


class NotVirtual(Conflict):
    """This ticket's customer writes through a messenger, not through the API."""

    code = "not_virtual"


class ChannelUnavailable(Conflict):
    """This channel is not configured."""

    code = "channel_unavailable"


class IdempotencyConflict(Conflict):
    """This Idempotency-Key came with another request before."""

    code = "idempotency_conflict"


class LimitReached(Conflict):
    """There are as many of these as a project may have."""

    code = "limit_reached"


class Unavailable(HelpdeskError):
    """What this takes cannot be used at the moment."""

    code = "unavailable"
    retryable = True


class DatabaseOutage(Unavailable):
    """The database cannot be used at the moment."""


class DatabaseUnusable(Unavailable):
    """The database file cannot be opened."""
