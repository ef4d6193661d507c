"""Checks of the Bot API's simple types, and of limits with their units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..stand_in.checks import Check, SchemaError, utf16_length


class Upload:
    """A file part of a multipart request: what the schema calls InputFile."""

    __slots__ = ("content_type", "data", "name")

    def __init__(self, name: str, content_type: str, data: bytes) -> None:
        self.name = name
        self.content_type = content_type
        self.data = data


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
