"""Projects: what one company or site is, its settings, and the chat of its agents."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from storage import ids
from storage.errors import Conflict, NotFound, ValidationFailed
from storage.model import Channel, Chat, Project
from storage.transaction import Transaction, from_ms

SETTINGS = (
    "name",
    "description",
    "locale",
    "helpdesk_enabled",
    "helpdesk_allow_create",
    "allowed_origins",
)
"""What `update` may change."""

# In the order in which `_project` takes them.
SELECT = (
    "SELECT id, slug, name, description, locale, helpdesk_enabled, helpdesk_allow_create,"
    " allowed_origins, agent_channel, agent_chat_id, created_at FROM projects"
)


def create(
    tx: Transaction, *, slug: str, name: str, description: str = "", locale: str = "en"
) -> Project:
    """Make a project. Raises Conflict when the slug is taken."""
    if tx.one("SELECT 1 FROM projects WHERE slug = :slug", slug=slug):
        raise Conflict(f"A project with the slug {slug} exists already.")
    project_id = tx.new_id()
    tx.insert(
        "projects",
        id=project_id,
        slug=slug,
        name=name,
        description=description,
        locale=locale,
        created_at=tx.now_ms,
    )
    return get(tx, project_id)


def get(tx: Transaction, project_id: UUID) -> Project:
    rows = tx.settled(f"{SELECT} WHERE id = :id", id=project_id)
    if not rows:
        raise NotFound("There is no such project.")
    return _project(tuple(rows[0]))


def by_slug(tx: Transaction, slug: str) -> Project:
    """Raises NotFound."""
    row = tx.one(f"{SELECT} WHERE slug = :slug", slug=slug)
    if row is None:
        raise NotFound(f"There is no project with the slug {slug}.")
    return _project(tuple(row))


def by_agent_chat(tx: Transaction, chat: Chat) -> Project | None:
    """The project whose agents sit in `chat`, or in the supergroup that it became."""
    row = tx.one(
        f"{SELECT} WHERE agent_channel = :channel AND agent_chat_id = coalesce("
        "(SELECT new_id FROM migrated_chats WHERE channel = :channel AND old_id = :chat_id),"
        " :chat_id)",
        channel=chat.channel,
        chat_id=chat.id,
    )
    return None if row is None else _project(tuple(row))


def listing(tx: Transaction) -> list[Project]:
    """All projects, the first one made first."""
    return [_project(tuple(row)) for row in tx.all(f"{SELECT} ORDER BY created_at, rowid")]


def update(tx: Transaction, project_id: UUID, /, **changes: object) -> Project:
    """Change the named settings (see SETTINGS) and leave the others."""
    for name, value in changes.items():
        if name not in SETTINGS:
            raise ValidationFailed(name, "is not a setting")
        tx.run(
            f"UPDATE projects SET {name} = :value WHERE id = :id",
            value=_origins(value) if name == "allowed_origins" else value,
            id=project_id,
        )
    return get(tx, project_id)


def _origins(given: object) -> str:
    assert isinstance(given, Iterable)
    return json.dumps([_as_browsers_write(origin) for origin in given])


def _as_browsers_write(origin: str) -> str:
    """In lower case, and without the port that the scheme has anyway."""
    scheme, _, host = origin.lower().partition("://")
    return f"{scheme}://{host.removesuffix(':443' if scheme == 'https' else ':80')}"


@lru_cache(maxsize=256)
def _project(row: tuple[Any, ...]) -> Project:
    """Asked at every change, and nearly always with the same row."""
    id_, slug, name, description, locale, enabled, allow_create, *more = row
    origins, agent_channel, agent_chat_id, created_at = more
    return Project(
        id=ids.parse(id_),
        slug=slug,
        name=name,
        description=description,
        locale=locale,
        helpdesk_enabled=bool(enabled),
        helpdesk_allow_create=bool(allow_create),
        allowed_origins=() if origins == "[]" else tuple(json.loads(origins)),
        agent_chat=None if agent_chat_id is None else Chat(Channel(agent_channel), agent_chat_id),
        created_at=from_ms(created_at),
    )
