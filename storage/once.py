"""A database for a short while: one operation on a file, or a file that is thrown away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec, TypeVar

from storage.database import Database, Operation

P = ParamSpec("P")
T = TypeVar("T")


async def write_once(
    path: Path, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Open the file, run `operation` in a transaction, and close it. Raises as `Database` does."""
    database = await Database.open(path)
    try:
        return await database.write(operation, *args, **kwargs)
    finally:
        await database.close()


@asynccontextmanager
async def scratch() -> AsyncIterator[Database]:
    """An empty database that nobody else sees, gone at the end."""
    with TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "scratch.db")
        try:
            yield database
        finally:
            await database.close()
