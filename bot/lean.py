"""aiogram's models, built when they are first used: imported before aiogram, by the package itself.

aiogram 3.31 builds all its 400 types while it is imported, most of which no desk ever meets. Left
for later, they save 100 MB of memory and two of the three seconds that a start takes.
"""

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> None:
    """Import aiogram without building its types; each is built at its first use instead."""
    names: dict[str, Any] = {}
    build = BaseModel.model_rebuild.__func__  # type: ignore[attr-defined]

    def note_names(
        cls: type[BaseModel], *, _types_namespace: Mapping[str, Any] | None = None, **_: Any
    ) -> None:
        names.update(_types_namespace or {})

    def build_with_names(
        cls: type[BaseModel],
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        found = _types_namespace or names
        built: bool | None = build(
            cls, force=force, raise_errors=raise_errors, _types_namespace=found
        )
        return built

    BaseModel.model_rebuild = classmethod(note_names)  # type: ignore[method-assign,assignment,arg-type]
    try:
        from aiogram.methods.base import Response, TelegramMethod  # noqa: PLC0415
        from aiogram.types import TelegramObject  # noqa: PLC0415
    finally:
        BaseModel.model_rebuild = classmethod(build)  # type: ignore[method-assign,assignment]
    for root in (TelegramObject, TelegramMethod, Response):
        root.model_rebuild = classmethod(build_with_names)  # type: ignore[method-assign,assignment]
    _read_ids_of_what_was_made()


class _Made(BaseModel):
    message_id: int


def _read_ids_of_what_was_made() -> None:
    """Of a message that the bot made, its id is all that is needed. So no other field of it takes
    time, or can be of a kind that aiogram does not know: it was made all the same."""
    from aiogram.methods.base import Response  # noqa: PLC0415
    from aiogram.types import Message  # noqa: PLC0415

    read_as: dict[Any, Any] = {
        Message: _Made,
        list[Message]: list[_Made],
        Message | bool: _Made | bool,
    }
    build = Response.__class_getitem__

    # pydantic forgets such a class once nobody holds it, and to build it again may take 0.1
    # seconds, in which nothing else happens.
    @cache
    def of(result: Any) -> Any:
        return build(read_as.get(result, result))

    Response.__class_getitem__ = staticmethod(of)  # type: ignore[method-assign,assignment]


if "aiogram" not in sys.modules:
    import_aiogram()
