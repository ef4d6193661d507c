"""Small checks that the schema is built of: simple types, arrays, limits with their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Upload:
    """A file part of a multipart request: what the schema calls InputFile."""

    __slots__ = ("content_type", "data", "name")

    def __init__(self, name: str, content_type: str, data: bytes) -> None:
        self.name = name
        self.content_type = content_type
        self.data = data


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which the Bot API counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _integer(value: Any) -> None:
    if type(value) is not int:
        raise SchemaError(f"must be an Integer, not {type(value).__name__}")


def _float(value: Any) -> None:
    if type(value) is not float and type(value) is not int:
        raise SchemaError(f"must be a Float, not {type(value).__name__}")


def _string(value: Any) -> None:
    if type(value) is not str:
        raise SchemaError(f"must be a String, not {type(value).__name__}")


def _boolean(value: Any) -> None:
    if value is not True and value is not False:
        raise SchemaError(f"must be a Boolean, not {type(value).__name__}")


def _true(value: Any) -> None:
    if value is not True:
        raise SchemaError("must be True where it is present")


def _input_file(value: Any) -> None:
    if not isinstance(value, Upload):
        raise SchemaError("must be an uploaded file")


SIMPLE: dict[str, Check] = {
    "Integer": _integer,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "True": _true,
    "InputFile": _input_file,
    "int": _integer,
    "str": _string,
    "bool": _boolean,
}


def array(item: Check) -> Check:
    def check(value: Any) -> None:
        if type(value) is not list:
            raise SchemaError(f"must be an Array, not {type(value).__name__}")
        for index, part in enumerate(value):
            try:
                item(part)
            except SchemaError as error:
                error.path.insert(0, str(index))
                raise

    return check


def limited(check: Check, limit: Mapping[str, Any]) -> Check:
    low, high, unit = limit.get("min", 0), limit.get("max", float("inf")), limit["unit"]

    def measure(value: Any) -> int:
        if unit == "characters":
            return utf16_length(value)
        if unit == "bytes":
            return len(value.encode())
        return len(value) if unit == "items" else int(value)

    def checked(value: Any) -> None:
        check(value)
        size = measure(value)
        if not low <= size <= high:
            raise SchemaError(f"is {size}, the Bot API takes {low} to {high} ({unit})")

    return checked


def any_object(value: Any) -> None:
    if type(value) is not dict:
        raise SchemaError(f"must be an object, not {type(value).__name__}")
