"""API keys of projects. Only a key's hash is kept: the key is shown once, when it is made."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage import ids
from storage.errors import Conflict, NotFound, Unauthorized
from storage.transaction import Row, Transaction, from_ms, optional_ms

PREFIX = "dw_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`hint` is the key's beginning, enough to tell keys apart and too little to use one."""

    id: UUID
    project_id: UUID
    hint: str
    created_at: datetime
    revoked_at: datetime | None


def hash_key(key: str) -> str:
    """SHA-256 in hex. Keys are 256 random bits, so that a fast hash gives nothing away."""
    return hashlib.sha256(key.encode()).hexdigest()


def create(tx: Transaction, project_id: UUID) -> tuple[ApiKey, str]:
    """Make a key: its record, and the key itself, which cannot be had again."""
    key = PREFIX + secrets.token_urlsafe(32)
    return add(tx, project_id, key), key


def add(tx: Transaction, project_id: UUID, key: str) -> ApiKey:
    """Admit a key of the owner's choice. Adding it again changes nothing, not even a revocation.

    Raises Conflict when the key belongs to another project.
    """
    hashed = hash_key(key)
    row = tx.one("SELECT * FROM api_keys WHERE hash = :hash", hash=hashed)
    if row is None:
        row = tx.one(
            "INSERT INTO api_keys (id, project_id, hash, hint, created_at)"
            " VALUES (:id, :project_id, :hash, :hint, :now) RETURNING *",
            id=tx.new_id(),
            project_id=project_id,
            hash=hashed,
            hint=key[: min(6, len(key) // 3)] + "…",  # an owner may have chosen a short one
            now=tx.now_ms,
        )
        assert row is not None
    elif row["project_id"] != str(project_id):
        raise Conflict("This API key belongs to another project.")
    return _key(row)


def listing(tx: Transaction, project_id: UUID | None = None) -> list[ApiKey]:
    """The keys of one project or of all, revoked ones included, oldest first."""
    rows = tx.all(
        "SELECT * FROM api_keys WHERE :project_id IS NULL OR project_id = :project_id"
        " ORDER BY created_at, rowid",
        project_id=project_id,
    )
    return [_key(row) for row in rows]


def revoke(tx: Transaction, key_id: UUID) -> ApiKey:
    """End a key at once and for good. Raises NotFound."""
    row = tx.one(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id RETURNING *",
        id=key_id,
        now=tx.now_ms,
    )
    if row is None:
        raise NotFound("There is no API key with this id.")
    return _key(row)


def project_of(tx: Transaction, hashed: str) -> UUID:
    """The project that a key with this hash opens. Raises Unauthorized."""
    rows = tx.settled(
        "SELECT project_id FROM api_keys WHERE hash = :hash AND revoked_at IS NULL", hash=hashed
    )
    if not rows:
        raise Unauthorized
    return ids.parse(rows[0][0])


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=ids.parse(row["id"]),
        project_id=ids.parse(row["project_id"]),
        hint=row["hint"],
        created_at=from_ms(row["created_at"]),
        revoked_at=optional_ms(row["revoked_at"]),
    )
