"""Webhooks: the endpoints of a project, their secrets, and whether they work.

What goes out to them is in `deliveries`, what they are told of in `events`.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from storage import ids, notices, projects
from storage.errors import LimitReached, NotFound
from storage.model import Word
from storage.transaction import Row, Transaction, from_ms, to_ms

MOST = 5
"""Endpoints that a project may have."""
OVERLAP = timedelta(hours=24)
"""How long a secret stays valid after its rotation."""
MOST_SECRETS = 10
"""Secrets of one endpoint that may be valid at once: each signs every request."""
PATIENCE = timedelta(days=5)
"""An endpoint that failed this long without a success is disabled."""


class Event(Word):
    """What an endpoint can be told of; TEST comes when it is asked for."""

    CREATED = "ticket.created"
    REPLIED = "ticket.replied"
    STATUS_CHANGED = "ticket.status_changed"
    ASSIGNED = "ticket.assigned"
    CLOSED = "ticket.closed"
    TEST = "webhook.test"


class WebhookStatus(Word):
    ACTIVE = "active"
    DISABLED = "disabled"


class Reason(Word):
    """Why an endpoint is disabled."""

    REQUESTED = "requested"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`events` is empty for all of them. `secret` is told at creation and rotation only."""

    id: UUID
    project_id: UUID
    url: str
    description: str
    events: tuple[Event, ...]
    status: WebhookStatus
    disabled_reason: Reason | None
    created_at: datetime
    secret: str | None = field(default=None, repr=False)


def create(
    tx: Transaction,
    project_id: UUID,
    *,
    url: str,
    events: Sequence[Event] = (),
    description: str = "",
    status: WebhookStatus = WebhookStatus.ACTIVE,
) -> Webhook:
    """Make an endpoint with a fresh secret; its URL was checked. Raises LimitReached."""
    if len(listing(tx, project_id)) >= MOST:
        raise LimitReached(f"A project may have {MOST} webhooks.")
    webhook_id = tx.new_id()
    disabled = status is WebhookStatus.DISABLED
    tx.insert(
        "webhooks",
        id=webhook_id,
        project_id=project_id,
        url=url,
        description=description,
        events=json.dumps(list(dict.fromkeys(events))),
        status=status,
        disabled_reason=Reason.REQUESTED if disabled else None,
        created_at=tx.now_ms,
    )
    return replace(get(tx, project_id, webhook_id), secret=_new_secret(tx, webhook_id))


def get(tx: Transaction, project_id: UUID, webhook_id: UUID) -> Webhook:
    """Raises NotFound, for another project's endpoint too."""
    row = tx.one(
        "SELECT * FROM webhooks WHERE id = :id AND project_id = :project_id",
        id=webhook_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such webhook in this project.")
    return _webhook(row)


def listing(tx: Transaction, project_id: UUID) -> list[Webhook]:
    """A project's endpoints, the oldest first."""
    rows = tx.all(
        "SELECT * FROM webhooks WHERE project_id = :project_id ORDER BY created_at, rowid",
        project_id=project_id,
    )
    return [_webhook(row) for row in rows]


def update(
    tx: Transaction,
    project_id: UUID,
    webhook_id: UUID,
    *,
    url: str | None = None,
    events: Sequence[Event] | None = None,
    description: str | None = None,
    status: WebhookStatus | None = None,
) -> Webhook:
    """Change what is given. Raises NotFound.

    A new URL, or a start after a stop, gets a new chance: earlier failures count no more. What
    waits for an endpoint waits on while it is disabled.
    """
    before = get(tx, project_id, webhook_id)
    tx.run(
        "UPDATE webhooks SET url = coalesce(:url, url), events = coalesce(:events, events),"
        " description = coalesce(:description, description) WHERE id = :id",
        id=webhook_id,
        url=url,
        events=None if events is None else json.dumps(list(dict.fromkeys(events))),
        description=description,
    )
    moved = url not in (None, before.url)
    if status is WebhookStatus.DISABLED and before.status is not status:
        _disable(tx, webhook_id, Reason.REQUESTED)
    elif moved or (status is WebhookStatus.ACTIVE and before.status is not status):
        tx.run(
            "UPDATE webhooks SET failing_since = NULL, paused_until = NULL,"
            " status = coalesce(:status, status),"
            " disabled_reason = CASE :status WHEN 'active' THEN NULL ELSE disabled_reason END"
            " WHERE id = :id",
            id=webhook_id,
            status=status,
        )
    tx.signal("webhooks")
    return get(tx, project_id, webhook_id)


def delete(tx: Transaction, project_id: UUID, webhook_id: UUID) -> None:
    """Forget an endpoint with all that went or should go to it. Raises NotFound."""
    get(tx, project_id, webhook_id)
    tx.run("DELETE FROM webhooks WHERE id = :id", id=webhook_id)


def rotate_secret(tx: Transaction, project_id: UUID, webhook_id: UUID) -> Webhook:
    """A fresh secret; the one before it stays valid for OVERLAP. Raises NotFound, LimitReached."""
    get(tx, project_id, webhook_id)
    if len(valid_secrets(tx, webhook_id)) >= MOST_SECRETS:
        raise LimitReached(f"{MOST_SECRETS} secrets of this webhook are valid already.")
    tx.run(
        "DELETE FROM webhook_secrets WHERE webhook_id = :id AND expires_at <= :now",
        id=webhook_id,
        now=tx.now_ms,
    )
    tx.run(
        "UPDATE webhook_secrets SET expires_at = :expires_at"
        " WHERE webhook_id = :id AND expires_at IS NULL",
        id=webhook_id,
        expires_at=to_ms(tx.now + OVERLAP),
    )
    return replace(get(tx, project_id, webhook_id), secret=_new_secret(tx, webhook_id))


def valid_secrets(tx: Transaction, webhook_id: UUID) -> tuple[str, ...]:
    """The secrets that sign, the endpoint's own first."""
    rows = tx.all(
        "SELECT secret FROM webhook_secrets"
        " WHERE webhook_id = :id AND (expires_at IS NULL OR expires_at > :now)"
        " ORDER BY expires_at IS NOT NULL, expires_at DESC",
        id=webhook_id,
        now=tx.now_ms,
    )
    return tuple(row["secret"] for row in rows)


def listeners(tx: Transaction, project_id: UUID) -> list[tuple[UUID, tuple[Event, ...]]]:
    """The active endpoints of a project, and the events that each wants. Asked at every change."""
    rows = tx.settled(
        "SELECT id, events FROM webhooks WHERE project_id = :project_id AND status = 'active'"
        " ORDER BY created_at, rowid",
        project_id=project_id,
    )
    return [(ids.parse(row["id"]), _events(row["events"])) for row in rows]


def succeeded(tx: Transaction, webhook_id: UUID) -> None:
    """An endpoint took something: it works, whatever happened before."""
    tx.run(
        "UPDATE webhooks SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL",
        id=webhook_id,
    )


def failed(tx: Transaction, webhook_id: UUID, *, gone: bool, pause: timedelta | None) -> None:
    """An endpoint did not take something; it is disabled if it says it is gone, or after PATIENCE.

    `pause` is how long it asked to be left alone.
    """
    row = tx.one(
        "UPDATE webhooks SET failing_since = coalesce(failing_since, :now),"
        " paused_until = coalesce(:paused_until, paused_until)"
        " WHERE id = :id AND status = 'active' RETURNING *",
        id=webhook_id,
        now=tx.now_ms,
        paused_until=None if pause is None else to_ms(tx.now + pause),
    )
    if row is None or not (gone or tx.now - from_ms(row["failing_since"]) >= PATIENCE):
        return
    _disable(tx, webhook_id, Reason.GONE if gone else Reason.FAILING)
    project = projects.get(tx, ids.parse(row["project_id"]))
    url, _, _ = row["url"].partition("?")  # a query may hold what is nobody's business
    notices.notify_agents(tx, project, None, "endpoint_disabled", url=url, gone=gone)


def _disable(tx: Transaction, webhook_id: UUID, reason: Reason) -> None:
    tx.run(
        "UPDATE webhooks SET status = 'disabled', disabled_reason = :reason WHERE id = :id",
        id=webhook_id,
        reason=reason,
    )


def _new_secret(tx: Transaction, webhook_id: UUID) -> str:
    """256 random bits as Standard Webhooks writes them: whsec_ and base64."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    tx.insert("webhook_secrets", webhook_id=webhook_id, secret=secret, created_at=tx.now_ms)
    return secret


def _events(stored: str) -> tuple[Event, ...]:
    return () if stored == "[]" else tuple(Event(name) for name in json.loads(stored))


def _webhook(row: Row) -> Webhook:
    reason = row["disabled_reason"]
    return Webhook(
        id=ids.parse(row["id"]),
        project_id=ids.parse(row["project_id"]),
        url=row["url"],
        description=row["description"],
        events=_events(row["events"]),
        status=WebhookStatus(row["status"]),
        disabled_reason=None if reason is None else Reason(reason),
        created_at=from_ms(row["created_at"]),
    )
