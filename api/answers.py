"""What goes out: each answer with exactly the fields that are promised, in their order.

The serializer reads the fields that a dataclass here names from any dataclass that has them, so
storage's own values are answers as they are, less what is not named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any
from uuid import UUID

from api.fields import Moment
from storage import model
from storage.deliveries import DeliveryStatus
from storage.model import (
    Author,
    Channel,
    Priority,
    RequestStatus,
    Status,
    SubscriberStatus,
)
from storage.webhooks import Event, Reason, WebhookStatus


@dataclass(slots=True)
class Customer:
    subscriber_id: UUID | None
    chat_id: int | None
    first_name: str | None
    username: str | None


@dataclass(slots=True)
class Ticket:
    id: UUID
    ticket_number: int
    subject: str
    status: Status
    priority: Priority
    channel: Channel
    ticket_type_id: UUID | None
    ticket_type_name: str | None
    assigned_to: UUID | None
    assigned_name: str | None
    customer: Customer
    context: dict[str, str]
    rating: int | None
    previous_ticket_id: UUID | None
    created_at: Moment
    updated_at: Moment
    first_reply_at: Moment | None
    closed_at: Moment | None


@dataclass(slots=True)
class Attachment:
    id: UUID
    kind: str
    file_name: str | None
    mime_type: str | None
    size: int | None


@dataclass(slots=True)
class Message:
    id: UUID
    ticket_id: UUID
    author: Author
    author_name: str
    agent_id: UUID | None
    text: str
    internal: bool
    attachments: tuple[Attachment, ...]
    delivery: model.Delivery
    delivery_error: str | None
    created_at: Moment
    edited_at: Moment | None


@dataclass(slots=True)
class TicketDetails(Ticket):
    """A ticket with all that was said in it, the oldest first."""

    messages: list[Message]


@dataclass(slots=True)
class TicketPage:
    """`next_cursor` is null on the last page."""

    tickets: list[Ticket]
    next_cursor: str | None


@dataclass(slots=True)
class TicketType:
    id: UUID
    name: str
    description: str


@dataclass(slots=True)
class TicketTypes:
    ticket_types: list[TicketType]


@dataclass(slots=True)
class ChangedTicketType(TicketType):
    active: bool
    position: int


@dataclass(slots=True)
class Agent:
    id: UUID
    name: str
    username: str | None
    channel: Channel
    active: bool


@dataclass(slots=True)
class Agents:
    agents: list[Agent]


@dataclass(slots=True)
class Settings:
    name: str
    description: str
    helpdesk_enabled: bool
    helpdesk_allow_create: bool
    allowed_origins: tuple[str, ...]
    locale: str


@dataclass(slots=True)
class Request:
    """The link of a channel that was not asked for, or is not configured, is null."""

    request_id: str
    status: RequestStatus
    channel: Channel | None
    telegram_link: str | None
    max_link: str | None
    subscriber_id: UUID | None
    expires_at: Moment


@dataclass(slots=True)
class RequestState:
    """What a page is told of its request: never whose it became."""

    status: RequestStatus
    channel: Channel | None
    expires_at: Moment


@dataclass(slots=True)
class QrCode:
    """A square of `size` modules; `path` is the `d` of an SVG path that fills the dark ones."""

    size: int
    path: str


@dataclass(slots=True)
class Subscriber:
    id: UUID
    channel: Channel
    chat_id: int | None
    user_id: int | None
    first_name: str | None
    last_name: str | None
    username: str | None
    locale: str | None
    status: SubscriberStatus
    created_at: Moment


@dataclass(slots=True)
class Erased:
    """How many of each lost their words, names and files."""

    subscriber_id: UUID
    tickets: int
    messages: int
    attachments: int


@dataclass(slots=True)
class Webhook:
    """`events` is empty for all of them."""

    id: UUID
    url: str
    description: str
    events: tuple[Event, ...]
    status: WebhookStatus
    disabled_reason: Reason | None
    created_at: Moment


@dataclass(slots=True)
class WebhookWithSecret(Webhook):
    """As it is answered at creation and rotation, and never again."""

    secret: str


@dataclass(slots=True)
class Webhooks:
    webhooks: list[Webhook]


@dataclass(slots=True)
class Attempt:
    """`error` says why there was no answer, or what was wrong with it."""

    at: Moment
    status_code: int | None
    error: str | None
    duration_ms: int


@dataclass(slots=True)
class Delivery:
    """One event for one endpoint; `id` is the webhook-id that it goes out with."""

    id: UUID
    event: Event
    status: DeliveryStatus
    attempts: tuple[Attempt, ...]
    next_attempt_at: Moment | None
    created_at: Moment


@dataclass(slots=True)
class DeliveryPage:
    """`next_cursor` is null on the last page."""

    deliveries: list[Delivery]
    next_cursor: str | None


def of(values: object) -> Any:
    """Storage's values where answers are meant: the serializer reads the fields that it names."""
    return values


_of_ticket = attrgetter(*(field.name for field in fields(Ticket)))


def details(ticket: model.Ticket, messages: Sequence[model.Message]) -> TicketDetails:
    """A ticket's details from its parts."""
    return TicketDetails(*(*_of_ticket(ticket), messages))
