"""API keys: what is kept of them, and what is shown."""

import pytest

from storage import api_keys, projects
from storage.database import Database
from storage.transaction import Transaction


@pytest.mark.parametrize("key", ["k", "short", "a-key-of-20-letters-"])
async def test_a_keys_hint_shows_a_third_of_it_at_most(db: Database, key: str) -> None:
    def add(tx: Transaction) -> api_keys.ApiKey:
        return api_keys.add(tx, projects.create(tx, slug="keys", name="Keys").id, key)

    added = await db.write(add)
    shown = added.hint.removesuffix("…")
    assert key.startswith(shown)
    assert len(shown) <= len(key) / 3


async def test_only_a_hash_of_a_key_is_kept(db: Database) -> None:
    def add(tx: Transaction) -> str:
        _, key = api_keys.create(tx, projects.create(tx, slug="keys", name="Keys").id)
        return key

    key = await db.write(add)
    rows = await db.read(lambda tx: tx.all("SELECT * FROM api_keys"))
    assert rows
    assert all(key not in str(value) for row in rows for value in row)
