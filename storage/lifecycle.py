"""The life of a ticket as a table: what each event makes of each status. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from storage.model import Status

REOPEN_WITHIN = timedelta(days=7)
"""A customer's message reopens a closed ticket this long; later it starts a new one."""


class Event(StrEnum):
    ASSIGNED = "assigned"
    AGENT_REPLIED = "agent_replied"
    CUSTOMER_WROTE = "customer_wrote"
    NOTED = "noted"


def is_over(closed_at: datetime | None, now: datetime) -> bool:
    """Whether a ticket that closed then, if it did, is closed for good."""
    return closed_at is not None and now - closed_at > REOPEN_WITHIN


def next_status(status: Status, event: Event, *, assigned: bool) -> Status:
    """The status after `event`; `assigned` tells whether the ticket has an assignee."""
    match event, status:
        case Event.ASSIGNED, Status.NEW:
            return Status.IN_PROGRESS
        case Event.AGENT_REPLIED, Status.NEW | Status.IN_PROGRESS:
            return Status.WAITING
        case Event.CUSTOMER_WROTE, Status.WAITING:
            return Status.IN_PROGRESS
        case Event.CUSTOMER_WROTE, Status.CLOSED:
            return Status.IN_PROGRESS if assigned else Status.NEW
        case _:
            return status
