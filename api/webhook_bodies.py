"""What endpoints receive: the body of each event, in the words of the REST API's own answers."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from api import answers
from api.fields import Moment
from storage import events
from storage.events import Snapshot
from storage.model import Status
from storage.webhooks import Event

Data = TypeVar("Data")


@dataclass(slots=True)
class Body(Generic[Data]):
    """`timestamp` is when it happened."""

    event: Event
    timestamp: Moment
    data: Data


@dataclass(slots=True)
class Said:
    ticket: answers.Ticket
    message: answers.Message


@dataclass(slots=True)
class StatusChanged:
    ticket: answers.Ticket
    previous_status: Status


@dataclass(slots=True)
class Assigned:
    """Who had the ticket before, if anybody; whom it went to is the ticket's `assigned_to`."""

    ticket: answers.Ticket
    previous_assigned_to: UUID | None


@dataclass(slots=True)
class Nothing:
    """A test tells of nothing."""


BODIES: dict[Event, Any] = {
    Event.CREATED: Body[Said],
    Event.REPLIED: Body[Said],
    Event.STATUS_CHANGED: Body[StatusChanged],
    Event.ASSIGNED: Body[Assigned],
    Event.CLOSED: Body[StatusChanged],
    Event.TEST: Body[Nothing],
}
"""What each event goes out as."""


def body_of(snapshot: str) -> str:
    """The body that an event goes out with. Raises ValueError for a snapshot that is no such."""
    happened = events.load(snapshot)
    body = Body(happened.event, happened.at, _data(happened))
    return _adapter(happened.event).serializer.to_json(body).decode()


def _data(happened: Snapshot) -> object:
    ticket = answers.of(happened.ticket)
    match happened.event:
        case Event.CREATED | Event.REPLIED:
            return Said(ticket, answers.of(happened.message))
        case Event.ASSIGNED:
            return Assigned(ticket, happened.previous_assigned_to)
        case Event.STATUS_CHANGED | Event.CLOSED:
            assert happened.previous_status is not None
            return StatusChanged(ticket, happened.previous_status)
        case Event.TEST:
            return Nothing()


@cache
def _adapter(event: Event) -> TypeAdapter[Any]:
    return TypeAdapter(BODIES[event])
