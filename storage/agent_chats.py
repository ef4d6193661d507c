"""The chat where a project's agents work: linked by the owner or a code, followed when it moves."""

import hashlib
import re
import secrets
from datetime import timedelta
from uuid import UUID

from storage import ids, messages, outbox, projects, tickets
from storage.errors import Conflict, NotFound
from storage.model import Chat, Project
from storage.transaction import Transaction, to_ms

CODE_LIFETIME = timedelta(minutes=15)
CODE_SHAPE = re.compile(r"[A-Za-z0-9_-]{16}")
"""What every code looks like."""
WRONG_CODE = "This code is wrong, used or too old."


def create_code(tx: Transaction, project_id: UUID) -> str:
    """A code that links a group once within CODE_LIFETIME; only its hash is kept."""
    projects.get(tx, project_id)
    tx.run("DELETE FROM connect_codes WHERE expires_at < :now", now=tx.now_ms)
    code = secrets.token_urlsafe(12)
    tx.insert(
        "connect_codes",
        hash=_hash(code),
        project_id=project_id,
        expires_at=to_ms(tx.now + CODE_LIFETIME),
    )
    return code


def redeem(tx: Transaction, code: str, chat: Chat) -> Project:
    """Link `chat` to the code's project. Redeemed again by the same chat, it changes nothing.

    Raises NotFound when the code is wrong, used elsewhere or too old, and Conflict when the chat
    serves another project.
    """
    row = tx.one(
        "SELECT project_id, used_at FROM connect_codes WHERE hash = :hash AND expires_at > :now",
        hash=_hash(code),
        now=tx.now_ms,
    )
    if row is None:
        raise NotFound(WRONG_CODE)
    project_id = ids.parse(row["project_id"])
    if row["used_at"] is not None and projects.get(tx, project_id).agent_chat != chat:
        raise NotFound(WRONG_CODE)
    project = link(tx, project_id, chat)
    tx.run(
        "UPDATE connect_codes SET used_at = :now WHERE hash = :hash",
        hash=_hash(code),
        now=tx.now_ms,
    )
    return project


def link(tx: Transaction, project_id: UUID, chat: Chat) -> Project:
    """Make `chat` the project's agent chat and show its open tickets there. Raises Conflict."""
    project = projects.get(tx, project_id)
    if project.agent_chat == chat:
        return project
    owner = projects.by_agent_chat(tx, chat)
    if owner is not None and owner.id == project_id:
        return project  # the chat's old id, from before it became a supergroup
    if owner is not None:
        raise Conflict(f"This chat serves the project {owner.slug} already.")
    _move(tx, project_id, chat)
    project = projects.get(tx, project_id)
    for ticket in tickets.open_of_project(tx, project_id):
        outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket.id)
        for message in messages.of_ticket(tx, ticket.id)[1:]:
            outbox.to_agents(
                tx, project, outbox.Kind.MESSAGE, ticket_id=ticket.id, message_id=message.id
            )
    return project


def migrated(tx: Transaction, old: Chat, new_id: int) -> Project | None:
    """A group became a supergroup: its topics, and what waits for it, follow.

    Messages made before keep their old ids, which the messenger no longer knows, so that the next
    message to a ticket makes its card anew. None where the chat is nobody's agent chat.
    """
    outbox.move_chat(tx, old, new_id)
    project = projects.by_agent_chat(tx, old)
    if project is None:
        return None
    tx.run(
        "INSERT INTO migrated_chats (channel, old_id, new_id) VALUES (:channel, :old_id, :new_id)"
        " ON CONFLICT DO NOTHING",
        channel=old.channel,
        old_id=old.id,
        new_id=new_id,
    )
    _move(tx, project.id, Chat(old.channel, new_id))
    return projects.get(tx, project.id)


def _move(tx: Transaction, project_id: UUID, chat: Chat) -> None:
    tx.run(
        "UPDATE projects SET agent_channel = :channel, agent_chat_id = :chat_id WHERE id = :id",
        id=project_id,
        channel=chat.channel,
        chat_id=chat.id,
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
