"""Rows that hardly ever change are asked once a transaction, and never told wrongly for it."""

import asyncio
import sqlite3
from uuid import UUID

import pytest

from storage import agent_chats, api_keys, projects, webhooks
from storage.database import Database
from storage.errors import Conflict, Unauthorized
from storage.model import Channel, Chat, Project
from storage.transaction import SETTLED, Transaction
from tests.storage.post import Clock


async def test_what_is_settled_is_asked_once_a_batch(db: Database, project: Project) -> None:
    asked: list[str] = []

    def read_often(tx: Transaction) -> None:
        tx._cursor.connection.set_trace_callback(asked.append)
        for _ in range(5):
            projects.get(tx, project.id)
        tx._cursor.connection.set_trace_callback(None)

    await db.write(read_often)
    assert len([sql for sql in asked if "FROM projects" in sql]) == 1


async def test_an_operation_sees_its_own_change(db: Database, project: Project) -> None:
    def rename(tx: Transaction) -> list[str]:
        seen = [projects.get(tx, project.id).name]
        seen.append(projects.update(tx, project.id, name="Store").name)
        agent_chats.link(tx, project.id, Chat(Channel.TELEGRAM, -100))
        seen.append(str(projects.get(tx, project.id).agent_chat))
        return seen

    assert await db.write(rename) == ["Shop", "Store", "telegram:-100"]


async def test_a_change_of_many_rows_is_seen_too(db: Database, project: Project) -> None:
    def rename(tx: Transaction) -> list[str]:
        before = projects.get(tx, project.id).name
        tx.run_many("UPDATE projects SET name = ? WHERE id = ?", [("Store", project.id)])
        return [before, projects.get(tx, project.id).name]

    assert await db.write(rename) == ["Shop", "Store"]


async def test_a_neighbour_in_the_batch_sees_a_key_that_was_revoked_before_it(
    db: Database, project: Project
) -> None:
    key, secret = await db.write(api_keys.create, project.id)
    hashed = api_keys.hash_key(secret)

    before, _, after = await asyncio.gather(
        db.write(api_keys.project_of, hashed),
        db.write(api_keys.revoke, key.id),
        db.write(api_keys.project_of, hashed),
        return_exceptions=True,
    )
    assert before == project.id
    assert isinstance(after, Unauthorized)


async def test_an_endpoint_is_told_of_what_follows_it_in_the_batch(
    db: Database, project: Project
) -> None:
    def register(tx: Transaction) -> list[int]:
        seen = [len(webhooks.listeners(tx, project.id))]
        made = webhooks.create(tx, project.id, url="https://shop.example/hook")
        seen.append(len(webhooks.listeners(tx, project.id)))
        webhooks.delete(tx, project.id, made.id)
        return [*seen, len(webhooks.listeners(tx, project.id))]

    assert await db.write(register) == [0, 1, 0]


async def test_a_change_that_was_undone_is_not_seen_by_the_next(
    db: Database, project: Project
) -> None:
    def change_and_fail(tx: Transaction) -> None:
        assert projects.update(tx, project.id, name="Store").name == "Store"
        raise Conflict("Not so.")

    failed, seen = await asyncio.gather(
        db.write(change_and_fail), db.write(projects.get, project.id), return_exceptions=True
    )
    assert isinstance(failed, Conflict)
    assert seen == project


async def test_what_another_process_changed_is_seen_in_the_next_transaction(
    db: Database, project: Project
) -> None:
    assert (await db.read(projects.get, project.id)).name == "Shop"
    with sqlite3.connect(db.path) as other:
        other.execute("UPDATE projects SET name = 'Store'")
    other.close()
    assert (await db.read(projects.get, project.id)).name == "Store"
    assert (await db.write(projects.get, project.id)).name == "Store"


@pytest.mark.parametrize("table", sorted(SETTLED))
@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO {} (id) VALUES ('x')",
        "INSERT INTO {} (id) VALUES ('x') ON CONFLICT (id) DO UPDATE SET id = 'y' RETURNING *",
        "UPDATE {} SET id = 'y' RETURNING *",
        "DELETE FROM {} WHERE id = 'y'",
        "WITH known AS (SELECT 1) INSERT INTO {} (id) SELECT 'z'",
    ],
)
def test_each_way_of_changing_them_is_noticed(table: str, change: str, clock: Clock) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY)")
    tx = Transaction(connection, clock.now, lambda: UUID(int=0))
    for ask in (tx.run, tx.one, tx.all):
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} VALUES ('was')")
        assert len(tx.settled(f"SELECT id FROM {table}")) == 1
        ask(change.format(table))
        told = tx.settled(f"SELECT id FROM {table}")
        assert told == connection.execute(f"SELECT id FROM {table}").fetchall()
        tx.forget()
