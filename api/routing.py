"""Routes, each declared once: what it takes, what it answers, what can go wrong, and who does it.

A handler is a plain function inside the transaction that `serving` opens for it, or, where it has
to wait or to stream, a coroutine.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from api.desk import Desk
from storage import ids
from storage.errors import HelpdeskError, NotFound
from storage.model import noun
from storage.transaction import Transaction

Given = TypeVar("Given")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@noun
class Call(Generic[Given]):
    """A request inside its transaction: whose it is, and what it gave in its body or query."""

    desk: Desk
    tx: Transaction
    project_id: UUID
    path: Mapping[str, str]
    given: Given

    def id(self, missing: type[NotFound] = NotFound, name: str = "id") -> UUID:
        """The `{id}` in the path. What is no UUID is the id of nothing: raises `missing`."""
        return _id(self.path, missing, name)


@noun
class LongCall(Generic[Given]):
    """A request that takes its time, the caller known; it reads as often as it has to."""

    desk: Desk
    request: web.Request
    project_id: UUID
    given: Given

    def id(self, missing: type[NotFound] = NotFound) -> UUID:
        """The `{id}` in the path. Raises `missing` for what is no UUID."""
        return _id(self.request.match_info, missing)


def _id(path: Mapping[str, str], missing: type[NotFound], name: str = "id") -> UUID:
    text = path[name]
    if not _UUID.fullmatch(text):
        raise missing
    return ids.parse(text)


@dataclass(frozen=True)
class Route:
    """An operation of the API: `handler` takes a Call, or as a coroutine a LongCall.

    `answer` is what its result is written as, a result of None is 204 without a body, and
    `location` names the result's own path. What has to be waited for, and comes before the
    transaction, is `before`: it takes the desk and what was given. What a route that reads has
    to write first, where what was given asks for it, is `prepare`. A route `for_pages` takes no
    key: the page's origin is looked at.
    """

    method: str
    path: str
    handler: Callable[[Any], Any]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[Any] | None = None
    status: int = 200
    location: str | None = None
    before: Callable[[Desk, Any], Awaitable[None]] | None = None
    prepare: Callable[[Any], Callable[[Transaction], object] | None] | None = None
    errors: tuple[type[HelpdeskError], ...] = ()
    for_pages: bool = False

    @property
    def operation_id(self) -> str:
        return self.handler.__name__

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def is_long(self) -> bool:
        return inspect.iscoroutinefunction(self.handler)

    @cached_property
    def to_json(self) -> Callable[[object], bytes]:
        return TypeAdapter(self.answer).serializer.to_json
