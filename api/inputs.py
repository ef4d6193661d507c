"""What comes in, checked to the last field: bodies and queries, with the bounds of `fields`.

Whether what they name exists, and whether the project allows it, is storage's to say.
"""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.fields import (
    Context,
    Cursor,
    Description,
    Integer,
    Messenger,
    Name,
    Offset,
    OptionalName,
    OptionalSubject,
    Origin,
    PageSize,
    Position,
    QueryInteger,
    Seconds,
    StatusWord,
    Text,
    TypeName,
    WebhookEvents,
    WebhookUrl,
    Words,
)
from storage.model import Channel, Priority
from storage.webhooks import WebhookStatus


class Body(BaseModel):
    """JSON, so that a type is what it looks like: "5" is no number, and 1 is not true."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """The parameters of a query: strings, each at most once."""

    model_config = ConfigDict(extra="forbid")


def _nothing_by_default(schema: dict[str, Any]) -> None:
    schema["minProperties"] = 1
    for field in schema["properties"].values():
        field.pop("default", None)


class Change(Body):
    """What is named is changed, the rest stays; the defaults below stand for "not named"."""

    model_config = ConfigDict(json_schema_extra=_nothing_by_default)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must name at least one field")
        return self

    def named(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


def _chat_in_messengers(schema: dict[str, Any]) -> None:
    schema["if"] = {
        "properties": {"channel": {"enum": ["telegram", "max"]}},
        "required": ["channel"],
    }
    schema["then"] = {
        "properties": {"chat_id": {"type": "integer", "minimum": 1}},
        "required": ["chat_id"],
    }


class NewTicket(Body):
    """`chat_id` is required where `channel` is a messenger."""

    model_config = ConfigDict(json_schema_extra=_chat_in_messengers)

    text: Text
    subject: OptionalSubject = None
    channel: Channel = Channel.VIRTUAL
    chat_id: Integer | None = None
    first_name: OptionalName = None
    username: OptionalName = None
    ticket_type_id: UUID | None = None
    priority: Priority = Priority.NORMAL
    context: Context = {}


class TicketQuery(Query):
    status: StatusWord | None = None
    priority: Priority | None = None
    channel: Channel | None = None
    assigned_to: UUID | None = None
    ticket_type_id: UUID | None = None
    subscriber_id: UUID | None = None
    number: QueryInteger | None = None
    q: Words | None = None
    limit: PageSize = 50
    cursor: Cursor | None = None
    offset: Offset = 0


class NewReply(Body):
    text: Text
    internal: bool = False
    user_id: UUID | None = None


class NewCustomerReply(Body):
    text: Text


class StatusChange(Body):
    status: StatusWord


class Assignment(Body):
    user_id: UUID | None


class PriorityChange(Body):
    priority: Priority


class NewTicketType(Body):
    name: TypeName
    description: Description = ""
    active: bool = True
    position: Position | None = None


class TicketTypeChange(Change):
    name: TypeName = ""
    description: Description = ""
    active: bool = True
    position: Position = 0


class SettingsChange(Change):
    name: Name = ""
    description: Description = ""
    helpdesk_enabled: bool = True
    helpdesk_allow_create: bool = True
    allowed_origins: Annotated[list[Origin], Field(max_length=50)] = []
    locale: Literal["en", "ru"] = "en"


class NewRequest(Body):
    channel: Messenger | None = None
    ticket_type_id: UUID | None = None
    context: Context = {}


class NewWebhook(Body):
    url: WebhookUrl
    events: WebhookEvents = []
    description: Description = ""
    status: WebhookStatus = WebhookStatus.ACTIVE


class WebhookChange(Change):
    url: WebhookUrl = ""
    events: WebhookEvents = []
    description: Description = ""
    status: WebhookStatus = WebhookStatus.ACTIVE


class DeliveryQuery(Query):
    limit: PageSize = 50
    cursor: Cursor | None = None


class RequestQuery(Query):
    wait: Seconds = 0


class QrQuery(Query):
    channel: Messenger
