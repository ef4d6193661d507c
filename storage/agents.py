"""Agents: members of a project's agent chat, known from their first action on."""

from uuid import UUID

from storage import ids
from storage.errors import NotFound
from storage.model import CHANNEL, Agent, Channel, Person
from storage.transaction import Row, Transaction


def seen(tx: Transaction, project_id: UUID, person: Person) -> Agent:
    """The agent that `person` is, made at the first action and kept up to date with the name."""
    known = by_user(tx, project_id, person.chat.channel, person.user_id)
    now = (person.first_name, person.username, True)
    if known is not None and (known.name, known.username, known.active) == now:
        return known
    row = tx.one(
        "INSERT INTO agents (id, project_id, channel, user_id, name, username, created_at)"
        " VALUES (:id, :project_id, :channel, :user_id, :name, :username, :now)"
        " ON CONFLICT (project_id, channel, user_id) DO UPDATE"
        " SET name = excluded.name, username = excluded.username, active = 1 RETURNING *",
        id=tx.new_id(),
        project_id=project_id,
        channel=person.chat.channel,
        user_id=person.user_id,
        name=person.first_name,
        username=person.username,
        now=tx.now_ms,
    )
    assert row is not None
    return _agent(row)


def left(tx: Transaction, project_id: UUID, channel: Channel, user_id: int) -> None:
    """Mark that the agent left the chat; the tickets keep the assignee."""
    tx.run(
        "UPDATE agents SET active = 0"
        " WHERE project_id = :project_id AND channel = :channel AND user_id = :user_id",
        project_id=project_id,
        channel=channel,
        user_id=user_id,
    )


def get(tx: Transaction, project_id: UUID, agent_id: UUID) -> Agent:
    """Raises NotFound."""
    row = tx.one(
        "SELECT * FROM agents WHERE id = :id AND project_id = :project_id",
        id=agent_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such agent in this project.")
    return _agent(row)


def by_user(tx: Transaction, project_id: UUID, channel: Channel, user_id: int) -> Agent | None:
    """The agent with this id in the messenger, those who left included."""
    row = tx.one(
        "SELECT * FROM agents"
        " WHERE project_id = :project_id AND channel = :channel AND user_id = :user_id",
        project_id=project_id,
        channel=channel,
        user_id=user_id,
    )
    return None if row is None else _agent(row)


def by_name(tx: Transaction, project_id: UUID, name: str) -> Agent | None:
    """The active agent with this user name (with or without @), else the only one so named."""
    wanted = name.removeprefix("@").casefold()
    active = [agent for agent in listing(tx, project_id) if agent.active]
    for agent in active:
        if (agent.username or "").casefold() == wanted:
            return agent
    named = [agent for agent in active if agent.name.casefold() == wanted]
    return named[0] if len(named) == 1 else None


def listing(tx: Transaction, project_id: UUID) -> list[Agent]:
    """Every agent of the project, in the order of their first action."""
    rows = tx.all(
        "SELECT * FROM agents WHERE project_id = :project_id ORDER BY created_at, rowid",
        project_id=project_id,
    )
    return [_agent(row) for row in rows]


def _agent(row: Row) -> Agent:
    return Agent(
        id=ids.parse(row["id"]),
        project_id=ids.parse(row["project_id"]),
        channel=CHANNEL[row["channel"]],
        user_id=row["user_id"],
        name=row["name"],
        username=row["username"],
        active=bool(row["active"]),
    )
