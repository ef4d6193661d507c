"""What the owner asks for at the command line: an operation each, which answers in plain words.

The fields of a command are its arguments; which words of the command line make one is `config`'s.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from storage import agent_chats, api_keys, projects
from storage.errors import NotFound
from storage.model import Project
from storage.transaction import Transaction


class Said(NamedTuple):
    """What is answered: rows that a script would take, and words for a person beside them."""

    rows: Sequence[tuple[str, ...]]
    aside: str = ""


def said(line: str, aside: str = "") -> Said:
    return Said([(line,)], aside)


def create_project(tx: Transaction, *, name: str, slug: str, description: str, locale: str) -> Said:
    """Raises Conflict."""
    project = projects.create(tx, slug=slug, name=name, description=description, locale=locale)
    return said(f'Made the project "{project.name}", slug {project.slug}')


def list_projects(tx: Transaction) -> Said:
    rows = [(p.slug, p.name, str(p.agent_chat or "none")) for p in projects.listing(tx)]
    return Said([("SLUG", "NAME", "AGENTS' CHAT"), *rows])


def show_project(tx: Transaction, *, slug: str) -> Said:
    """Raises NotFound."""
    return Said(_described(projects.by_slug(tx, slug)))


def set_project(tx: Transaction, *, slug: str, **changes: object) -> Said:
    """Change what is not None. Raises NotFound."""
    project = projects.by_slug(tx, slug)
    named = {name: value for name, value in changes.items() if value is not None}
    return Said(_described(projects.update(tx, project.id, **named)))


def create_key(tx: Transaction, *, project: str) -> Said:
    """Raises NotFound."""
    found = projects.by_slug(tx, project)
    key, secret = api_keys.create(tx, found.id)
    return said(secret, f"Made the key {key.id} for {found.slug}; it is shown only now:")


def list_keys(tx: Transaction, *, project: str | None) -> Said:
    """Raises NotFound."""
    slugs = {each.id: each.slug for each in projects.listing(tx)}
    project_id = projects.by_slug(tx, project).id if project else None
    rows = [
        (str(key.id), slugs[key.project_id], key.hint, _day(key.created_at), _day(key.revoked_at))
        for key in api_keys.listing(tx, project_id)
    ]
    return Said([("ID", "PROJECT", "BEGINS", "MADE", "REVOKED"), *rows])


def revoke_key(tx: Transaction, *, id: UUID) -> Said:
    """Raises NotFound."""
    key = api_keys.revoke(tx, id)
    return said(f"Revoked the key {key.id}, which begins with {key.hint}")


def connect(tx: Transaction, *, project: str | None) -> Said:
    """Raises NotFound."""
    known = [projects.by_slug(tx, project)] if project else projects.listing(tx)
    if not known:
        raise NotFound("There is no project yet: the first start makes one, or `project create`.")
    code = agent_chats.create_code(tx, known[0].id)
    return said(
        f"/connect {code}",
        f"Send this line to the agents' group of {known[0].slug}, as one of its administrators;"
        " it works once, for 15 minutes:",
    )


def _described(project: Project) -> list[tuple[str, ...]]:
    return [
        ("slug", project.slug),
        ("name", project.name),
        ("description", project.description),
        ("locale", project.locale),
        ("helpdesk enabled", str(project.helpdesk_enabled).lower()),
        ("helpdesk allow create", str(project.helpdesk_allow_create).lower()),
        ("allowed origins", ", ".join(project.allowed_origins) or "none"),
        ("agents' chat", str(project.agent_chat or "none")),
    ]


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
