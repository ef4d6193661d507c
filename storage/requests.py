"""Requests: each is one use of a deeplink, from a website to the customer's consent."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from storage import ids, projects, subscribers, ticket_types
from storage.errors import (
    HelpdeskCreateDisabled,
    HelpdeskDisabled,
    RequestNotFound,
)
from storage.model import (
    CHANNEL,
    Channel,
    Chat,
    Person,
    Project,
    Request,
    RequestStatus,
    Subscriber,
)
from storage.transaction import Row, Transaction, from_ms, to_ms

LIFETIME = timedelta(minutes=15)
"""From creation to consent."""
REMEMBERED = timedelta(hours=24)
"""How long a request can be asked about after its final status."""


class Outcome(StrEnum):
    """What opening a deeplink leads to. `foreign`: somebody else opened it first."""

    ACCEPTED = "accepted"
    CONSENT = "consent"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Opened:
    """`project` is None only where the request is unknown or somebody else's."""

    outcome: Outcome
    project: Project | None = None
    request: Request | None = None
    subscriber: Subscriber | None = None


def create(
    tx: Transaction,
    project_id: UUID,
    *,
    channel: Channel | None = None,
    ticket_type_id: UUID | None = None,
    context: Mapping[str, str] | None = None,
) -> Request:
    """Make a request. Raises HelpdeskDisabled, HelpdeskCreateDisabled, or NotFound."""
    project = projects.get(tx, project_id)
    if not project.helpdesk_enabled:
        raise HelpdeskDisabled
    if not project.helpdesk_allow_create:
        raise HelpdeskCreateDisabled
    if ticket_type_id is not None:
        ticket_types.choose(tx, project_id, ticket_type_id)
    request_id = secrets.token_urlsafe(16)
    tx.insert(
        "requests",
        id=request_id,
        project_id=project_id,
        channel=channel,
        ticket_type_id=ticket_type_id,
        context=json.dumps(dict(context or {}), ensure_ascii=False),
        created_at=tx.now_ms,
        expires_at=to_ms(tx.now + LIFETIME),
    )
    return get(tx, project_id, request_id)


def get(tx: Transaction, project_id: UUID, request_id: str) -> Request:
    """A request of this project as it stands now. Raises RequestNotFound, once forgotten too."""
    request = find(tx, request_id)
    if request.project_id != project_id:
        raise RequestNotFound
    return request


def find(tx: Transaction, request_id: str) -> Request:
    """A request of whichever project. Raises RequestNotFound, once forgotten too."""
    row = tx.one("SELECT * FROM requests WHERE id = :id", id=request_id)
    if row is None or _forgotten(tx, row):
        raise RequestNotFound
    return _request(tx, row)


def open_by(tx: Transaction, request_id: str, person: Person) -> Opened:
    """What happens when `person` opens the deeplink; the first who does owns the request."""
    row = tx.one("SELECT * FROM requests WHERE id = :id", id=request_id)
    if row is None or _forgotten(tx, row) or row["channel"] not in (None, person.chat.channel):
        return Opened(Outcome.UNKNOWN)
    owner = (row["owner_channel"], row["owner_chat_id"])
    if owner not in ((None, None), tuple(person.chat)):
        return Opened(Outcome.FOREIGN)
    if owner == (None, None):
        _own(tx, request_id, person.chat)
    project = projects.get(tx, ids.parse(row["project_id"]))
    request = _request(tx, row)
    subscriber = subscribers.in_project(tx, person.chat, project.id)
    if request.status is RequestStatus.PENDING:
        if subscriber is None:
            return Opened(Outcome.CONSENT, project, request)
        request = _decide(tx, request, RequestStatus.ACCEPTED, subscriber)
    if request.status is RequestStatus.ACCEPTED and subscriber is None:
        # Accepted, then unsubscribed: contacting again renews the subscription, after consent.
        return Opened(Outcome.CONSENT, project, None)
    return Opened(Outcome(request.status.value), project, request, subscriber)


def accept(tx: Transaction, request_id: str, person: Person) -> Opened:
    """Consent given on a request's screen: subscribe and accept, if it is still open and theirs."""
    opened = open_by(tx, request_id, person)
    if opened.outcome is not Outcome.CONSENT or opened.project is None:
        return opened
    subscriber = subscribers.subscribe(tx, opened.project.id, person)
    if opened.request is None:
        return Opened(Outcome.ACCEPTED, opened.project, None, subscriber)
    request = _decide(tx, opened.request, RequestStatus.ACCEPTED, subscriber)
    return Opened(Outcome.ACCEPTED, opened.project, request, subscriber)


def cancel(tx: Transaction, request_id: str, person: Person) -> Opened:
    """Consent refused. A request that is final already stays as it is."""
    opened = open_by(tx, request_id, person)
    if opened.outcome is not Outcome.CONSENT or opened.request is None:
        return opened
    request = _decide(tx, opened.request, RequestStatus.CANCELLED, None)
    return Opened(Outcome.CANCELLED, opened.project, request)


def take_context(tx: Transaction, subscriber_id: UUID, ticket_id: UUID) -> Mapping[str, str]:
    """What the website sent along with the newest accepted request, for the ticket it led to.

    It serves one ticket, and only while the request is remembered. Requests before it led nowhere:
    what came with them is about no ticket to come.
    """
    rows = tx.all(
        "UPDATE requests SET ticket_id = :ticket_id WHERE subscriber_id = :subscriber_id"
        " AND status = 'accepted' AND ticket_id IS NULL AND decided_at > :limit"
        " RETURNING context, decided_at, rowid AS place",
        subscriber_id=subscriber_id,
        ticket_id=ticket_id,
        limit=to_ms(tx.now - REMEMBERED),
    )
    newest = max(rows, key=lambda row: (row["decided_at"], row["place"]), default=None)
    if newest is None:
        return {}
    context: dict[str, str] = json.loads(newest["context"])
    return context


def expire(tx: Transaction) -> int:
    """Make open requests past their time final, and wake who waits for them; how many."""
    rows = tx.all(
        "UPDATE requests SET status = 'expired', decided_at = expires_at"
        " WHERE status = 'pending' AND expires_at <= :now RETURNING id",
        now=tx.now_ms,
    )
    for row in rows:
        tx.signal(f"request:{row['id']}")
    return len(rows)


def purge(tx: Transaction) -> int:
    """Delete requests past REMEMBERED; how many."""
    return tx.run(
        "DELETE FROM requests WHERE coalesce(decided_at, expires_at) < :limit",
        limit=to_ms(tx.now - REMEMBERED),
    )


def _own(tx: Transaction, request_id: str, chat: Chat) -> None:
    tx.run(
        "UPDATE requests SET owner_channel = :channel, owner_chat_id = :chat_id WHERE id = :id",
        id=request_id,
        channel=chat.channel,
        chat_id=chat.id,
    )


def _decide(
    tx: Transaction, request: Request, status: RequestStatus, subscriber: Subscriber | None
) -> Request:
    row = tx.one(
        "UPDATE requests SET status = :status, subscriber_id = :subscriber_id, decided_at = :now"
        " WHERE id = :id AND status = 'pending' RETURNING *",
        id=request.id,
        status=status,
        subscriber_id=None if subscriber is None else subscriber.id,
        now=tx.now_ms,
    )
    assert row is not None
    tx.signal(f"request:{request.id}")
    return _request(tx, row)


def _forgotten(tx: Transaction, row: Row) -> bool:
    final = row["decided_at"] or row["expires_at"]
    return bool(final < to_ms(tx.now - REMEMBERED))


def _request(tx: Transaction, row: Row) -> Request:
    status = RequestStatus(row["status"])
    if status is RequestStatus.PENDING and row["expires_at"] <= tx.now_ms:
        status = RequestStatus.EXPIRED
    return Request(
        id=row["id"],
        project_id=ids.parse(row["project_id"]),
        channel=None if row["channel"] is None else CHANNEL[row["channel"]],
        ticket_type_id=None if row["ticket_type_id"] is None else ids.parse(row["ticket_type_id"]),
        context=json.loads(row["context"]),
        status=status,
        subscriber_id=None if row["subscriber_id"] is None else ids.parse(row["subscriber_id"]),
        expires_at=from_ms(row["expires_at"]),
    )
