"""Types of single fields, with the bounds that the API promises: each says what it admits.

Patterns stand in the OpenAPI document as they are, so they keep to what every dialect knows.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from api import cursors
from storage.model import Channel, Status
from storage.webhooks import Event

# Neither blank, nor a control character, nor one of those that take no room on a screen.
_VISIBLE = r"[^\s\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
_NO_NUL = r"^[^\x00]*$"
_WORDS = rf"^[^\x00]*{_VISIBLE}[^\x00]*$"
_LINE = rf"^[^\x00-\x1f\x7f]*{_VISIBLE}[^\x00-\x1f\x7f]*$"
_ANY_LINE = r"^[^\x00-\x1f\x7f]*$"
_PORT = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_HOST = r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[A-Fa-f0-9]*:[A-Fa-f0-9:]+\]"
_ORIGIN = rf"^https?://({_HOST})(:({_PORT}))?$"

MESSAGES = {
    _NO_NUL: "must not contain the character NUL",
    _WORDS: "must have a visible character and no NUL",
    _LINE: "must be one line with a visible character",
    _ANY_LINE: "must be one line",
    _ORIGIN: "must be an origin such as https://shop.example, without a path",
    cursors.PATTERN: "must be the next_cursor of an earlier answer",
}
"""What is wrong with a string that does not match; the field's name stands before it."""

Text = Annotated[str, StringConstraints(max_length=4000, pattern=_WORDS)]
Name = Annotated[str, StringConstraints(max_length=128, pattern=_LINE)]
TypeName = Annotated[str, StringConstraints(max_length=64, pattern=_LINE)]
Description = Annotated[str, StringConstraints(max_length=1000, pattern=_NO_NUL)]
Words = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]


def _unless_blank(text: str | None) -> str | None:
    return text if text is not None and re.search(_VISIBLE, text) else None


OptionalSubject = Annotated[
    Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)] | None,
    AfterValidator(_unless_blank),
]
OptionalName = Annotated[
    Annotated[str, StringConstraints(max_length=128, pattern=_ANY_LINE)] | None,
    AfterValidator(_unless_blank),
]
"""Forms send what was not filled in as an empty string: blank is as good as not given."""


def _whole(value: object) -> object:
    """JSON knows one kind of number: 5.0 is the integer 5 (json-schema.org, draft 2020-12)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Position = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_whole)]
Integer = Annotated[int, Field(ge=-(2**63), le=2**63 - 1), BeforeValidator(_whole)]
"""What a column of the database holds."""

Context = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=64, pattern=_LINE)],
        Annotated[str, StringConstraints(max_length=2000, pattern=_NO_NUL)],
    ],
    Field(max_length=20),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": 20,
            "propertyNames": {"maxLength": 64, "pattern": _LINE},
            "additionalProperties": {"type": "string", "maxLength": 2000, "pattern": _NO_NUL},
        }
    ),
]
"""What a website sends along: page, order, user. A page's address may be long."""

WebhookUrl = Annotated[
    str, StringConstraints(max_length=2048), Field(json_schema_extra={"format": "uri"})
]
"""What it may look like, and where it may lead, is judged by `guard`."""

WebhookEvents = Annotated[
    list[Literal[Event.CREATED, Event.REPLIED, Event.STATUS_CHANGED, Event.ASSIGNED, Event.CLOSED]],
    Field(max_length=20),
]

Messenger = Literal[Channel.TELEGRAM, Channel.MAX]


class StatusWord(StrEnum):
    """How a status is named where it is set or asked for; `open` is another word for `new`."""

    OPEN = "open"
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    CLOSED = "closed"

    @property
    def status(self) -> Status:
        return Status.NEW if self is StatusWord.OPEN else Status(self.value)


Origin = Annotated[str, StringConstraints(max_length=255, pattern=_ORIGIN)]


def _digits(value: object) -> object:
    """Python reads 1_0, +5 and 5.0 as integers too."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise ValueError("must be an integer")
    return value


_NUMBER = r"-?[0-9]{1,30}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,3})?"


def _decimal(value: object) -> object:
    """Numbers as JSON has them; Python reads inf, nan and 1_0 as numbers too."""
    if isinstance(value, str) and not re.fullmatch(_NUMBER, value):
        raise ValueError("must be a number")
    return value


QueryInteger = Annotated[Integer, BeforeValidator(_digits)]
PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_digits)]
Offset = Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_digits)]
Seconds = Annotated[float, Field(ge=0, le=25), BeforeValidator(_decimal)]
Cursor = Annotated[str, StringConstraints(pattern=cursors.PATTERN)]


def _in_utc(value: datetime) -> str:
    """RFC 3339 to the millisecond. Storage gives UTC, so the offset need not be looked at."""
    return value.isoformat(timespec="milliseconds")[:23] + "Z"


Moment = Annotated[
    datetime,
    PlainSerializer(_in_utc, return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
