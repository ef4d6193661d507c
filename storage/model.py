"""The nouns of the desk as frozen values. Operations are in each noun's module."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, dataclass_transform
from uuid import UUID

T = TypeVar("T")
E = TypeVar("E", bound="Word")


@dataclass_transform(frozen_default=True)
def noun(cls: type[T]) -> type[T]:
    """A dataclass that is frozen to the type checker: to be so at run time makes the making of one
    take nine times as long, and lists make them by the hundred."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


class Word(StrEnum):
    """An enum that the schema keeps. sqlite3 is told how: to find out by itself that a member is
    a string takes it three times as long, and every statement has some."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        sqlite3.register_adapter(cls, str.__str__)


def by_value(kind: type[E]) -> Mapping[str, E]:
    """An enum's members by what the schema keeps of them: to ask the enum takes five times as
    long, and rows are read by the hundred."""
    return {member.value: member for member in kind}


class Channel(Word):
    TELEGRAM = "telegram"
    MAX = "max"
    VIRTUAL = "virtual"

    @property
    def reacts(self) -> bool:
        """Whether a bot can set reactions there."""
        return self is Channel.TELEGRAM


CHANNEL = by_value(Channel)


class Status(Word):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    CLOSED = "closed"


class Priority(Word):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Author(Word):
    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Delivery(Word):
    """Whether the customer's messenger took a message; `none` where none has to."""

    NONE = "none"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class SubscriberStatus(Word):
    ACTIVE = "active"
    STOPPED = "stopped"
    BLOCKED = "blocked"


class RequestStatus(Word):
    PENDING = "pending"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Chat(NamedTuple):
    """A conversation in a messenger: the address of everything that comes in or goes out."""

    channel: Channel
    id: int

    def __str__(self) -> str:
        return f"{self.channel}:{self.id}"


@noun
class Project:
    id: UUID
    slug: str
    name: str
    description: str
    locale: str
    helpdesk_enabled: bool
    helpdesk_allow_create: bool
    allowed_origins: tuple[str, ...]
    agent_chat: Chat | None
    created_at: datetime


@noun
class TicketType:
    id: UUID
    project_id: UUID
    name: str
    description: str
    active: bool
    position: int


@noun
class Agent:
    id: UUID
    project_id: UUID
    channel: Channel
    user_id: int
    name: str
    username: str | None
    active: bool


@noun
class Person:
    """Who writes to the bot, as the messenger tells it. `language` is an IETF tag or None."""

    chat: Chat
    user_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language: str | None = None


@noun
class Subscriber:
    id: UUID
    project_id: UUID
    channel: Channel
    chat_id: int | None
    user_id: int | None
    first_name: str | None
    last_name: str | None
    username: str | None
    locale: str | None
    status: SubscriberStatus
    focus_ticket_id: UUID | None
    created_at: datetime

    @property
    def chat(self) -> Chat | None:
        """Where to write to; None for virtual customers and after erasure."""
        if self.channel is Channel.VIRTUAL or self.chat_id is None:
            return None
        return Chat(self.channel, self.chat_id)


@noun
class Customer:
    """A ticket's customer as the ticket shows it; all None once erased."""

    subscriber_id: UUID | None
    chat_id: int | None
    first_name: str | None
    username: str | None


@noun
class Ticket:
    id: UUID
    project_id: UUID
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
    context: Mapping[str, str]
    rating: int | None
    previous_ticket_id: UUID | None
    created_at: datetime
    updated_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None


@noun
class NewAttachment:
    """A file as a messenger tells of it. `size` in bytes; `file_id` is its name there, which may
    be another each time, `unique_id` stays."""

    kind: str
    channel: Channel
    file_id: str
    file_name: str | None = None
    mime_type: str | None = None
    size: int | None = None
    unique_id: str | None = None


@noun
class Attachment:
    id: UUID
    kind: str
    file_name: str | None
    mime_type: str | None
    size: int | None
    channel: Channel
    file_id: str
    unique_id: str | None = None


@noun
class Content:
    """What somebody wrote. `entities` are formatting in Bot API terms, offsets in UTF-16 units."""

    text: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    attachments: tuple[NewAttachment, ...] = ()


@noun
class Source:
    """The messenger messages that something came from: one, or the parts of an album."""

    chat: Chat
    native_ids: tuple[int, ...]
    media_group_id: str | None = None
    reply_to: int | None = None


@noun
class Message:
    id: UUID
    seq: int
    ticket_id: UUID
    author: Author
    author_name: str
    agent_id: UUID | None
    text: str
    entities: tuple[Mapping[str, Any], ...]
    original_text: str | None
    original_entities: tuple[Mapping[str, Any], ...]
    internal: bool
    attachments: tuple[Attachment, ...]
    delivery: Delivery
    delivery_error: str | None
    created_at: datetime
    edited_at: datetime | None


@noun
class Request:
    """One use of a deeplink; `status` is what holds at the moment of reading."""

    id: str
    project_id: UUID
    channel: Channel | None
    ticket_type_id: UUID | None
    context: Mapping[str, str]
    status: RequestStatus
    subscriber_id: UUID | None
    expires_at: datetime
