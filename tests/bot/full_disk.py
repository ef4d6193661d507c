"""A disk that is full for a while."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.database import Database
from storage.errors import Unavailable


class FullDisk:
    """Lets nothing be written while it is `full`; `failed` counts what tried."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failed = 0
        self.full = True
        self._write = db.write
        monkeypatch.setattr(db, "write", self._or_fail)

    async def _or_fail(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.full:
            self.failed += 1
            raise Unavailable("The disk is full.")
        return await self._write(operation, *args, **kwargs)
