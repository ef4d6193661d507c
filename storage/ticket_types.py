"""Ticket types of a project: the kinds of matter that a customer can choose from."""

from uuid import UUID

from storage import ids
from storage.errors import NotFound
from storage.model import TicketType
from storage.transaction import Row, Transaction


def create(
    tx: Transaction,
    project_id: UUID,
    *,
    name: str,
    description: str = "",
    active: bool = True,
    position: int | None = None,
) -> TicketType:
    """Make a type, behind the others unless `position` says where."""
    row = tx.one(
        "INSERT INTO ticket_types"
        " (id, project_id, name, description, active, position, created_at)"
        " VALUES (:id, :project_id, :name, :description, :active, coalesce(:position,"
        " (SELECT coalesce(max(position) + 1, 0) FROM ticket_types"
        "  WHERE project_id = :project_id)), :now) RETURNING *",
        id=tx.new_id(),
        project_id=project_id,
        name=name,
        description=description,
        active=int(active),
        position=position,
        now=tx.now_ms,
    )
    assert row is not None
    return _type(row)


def update(
    tx: Transaction,
    project_id: UUID,
    type_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
    active: bool | None = None,
    position: int | None = None,
) -> TicketType:
    """Change what is given. Raises NotFound."""
    row = tx.one(
        "UPDATE ticket_types SET name = coalesce(:name, name),"
        " description = coalesce(:description, description),"
        " active = coalesce(:active, active), position = coalesce(:position, position)"
        " WHERE id = :id AND project_id = :project_id RETURNING *",
        id=type_id,
        project_id=project_id,
        name=name,
        description=description,
        active=None if active is None else int(active),
        position=position,
    )
    if row is None:
        raise NotFound("There is no such ticket type in this project.")
    return _type(row)


def delete(tx: Transaction, project_id: UUID, type_id: UUID) -> TicketType | None:
    """Delete a type, or deactivate it where tickets or requests use it; then it is returned."""
    get(tx, project_id, type_id)
    used = tx.one(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM tickets WHERE ticket_type_id = :id)"
        " OR EXISTS (SELECT 1 FROM requests WHERE ticket_type_id = :id)",
        id=type_id,
    )
    if used:
        return update(tx, project_id, type_id, active=False)
    tx.run("DELETE FROM ticket_types WHERE id = :id", id=type_id)
    return None


def get(tx: Transaction, project_id: UUID, type_id: UUID) -> TicketType:
    """Raises NotFound."""
    row = tx.one(
        "SELECT * FROM ticket_types WHERE id = :id AND project_id = :project_id",
        id=type_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such ticket type in this project.")
    return _type(row)


def choose(tx: Transaction, project_id: UUID, type_id: UUID) -> TicketType:
    """A type that a ticket can have now. Raises NotFound, for one that is not active too."""
    chosen = get(tx, project_id, type_id)
    if not chosen.active:
        raise NotFound("This ticket type is not active any more.")
    return chosen


def active(tx: Transaction, project_id: UUID) -> list[TicketType]:
    """The types that a customer can choose, by position."""
    rows = tx.all(
        "SELECT * FROM ticket_types WHERE project_id = :project_id AND active = 1"
        " ORDER BY position, created_at, rowid",
        project_id=project_id,
    )
    return [_type(row) for row in rows]


def _type(row: Row) -> TicketType:
    return TicketType(
        id=ids.parse(row["id"]),
        project_id=ids.parse(row["project_id"]),
        name=row["name"],
        description=row["description"],
        active=bool(row["active"]),
        position=row["position"],
    )
