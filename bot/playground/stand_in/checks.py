"""What checks of a schema are built of: JSON values, an error that knows its place, arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
Check: TypeAlias = Callable[[Any], None]


class SchemaError(Exception):
    """A value does not fit the schema; `path` leads to the part that does not."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []

    def __str__(self) -> str:
        where = ".".join(self.path)
        return f"{where}: {self.problem}" if where else self.problem


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which messengers count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_part(check: Check, name: object, value: Any) -> None:
    """Checks a part of a value; the error tells which part it is about."""
    try:
        check(value)
    except SchemaError as error:
        error.path.insert(0, str(name))
        raise


def array(item: Check) -> Check:
    """A check of a list, each part by that check."""

    def check(value: Any) -> None:
        if type(value) is not list:
            raise SchemaError(f"must be an Array, not {type(value).__name__}")
        for index, part in enumerate(value):
            check_part(item, index, part)

    return check


def any_object(value: Any) -> None:
    """Any object at all."""
    if type(value) is not dict:
        raise SchemaError(f"must be an object, not {type(value).__name__}")
