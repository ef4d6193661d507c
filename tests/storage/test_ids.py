"""Ids are UUIDs that grow and keep their text, whichever way they come into being."""

import copy
import pickle
from collections.abc import Callable
from uuid import UUID

import pytest

from storage import ids
from storage.database import Database


def test_ids_are_of_version_7_and_grow() -> None:
    made = [ids.new() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {UUID(int=0x8 << 60).variant}
    assert made[0].int >> 80 <= made[-1].int >> 80


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda id_: pickle.loads(pickle.dumps(id_))]
)
def test_a_copy_is_as_good(again: Callable[[ids.Id], ids.Id]) -> None:
    first = ids.new()
    second = again(first)
    assert (second, str(second), hash(second)) == (first, str(first), hash(first))


def test_an_id_is_the_uuid_of_its_text() -> None:
    made = ids.new()
    plain = UUID(str(made))
    assert (made, hash(made), f"{made}") == (plain, hash(plain), f"{plain}")
    assert ids.parse(str(made).upper()) == made
    assert str(ids.parse(str(made).upper())) == str(plain)


async def test_ids_and_plain_uuids_are_the_same_to_the_database(db: Database) -> None:
    made = ids.new()
    row = await db.read(
        lambda tx: tx.one("SELECT :id AS id, :plain AS plain", id=made, plain=UUID(str(made)))
    )
    assert row is not None
    assert (row["id"], row["plain"]) == (str(made), str(made))
