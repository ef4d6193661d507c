"""What the desk has taken in: the rows of its inbox, in the order of their arrival."""

import asyncio
from collections.abc import Callable

from storage.database import Database
from storage.transaction import Row

PATIENCE = 60.0


async def received(db: Database) -> list[Row]:
    return await db.read(lambda tx: tx.all("SELECT * FROM inbox ORDER BY id"))


async def until(db: Database, condition: Callable[[list[Row]], object]) -> list[Row]:
    """The rows once they are as they should be."""
    async with asyncio.timeout(PATIENCE):
        while not condition(rows := await received(db)):
            continue
        return rows
