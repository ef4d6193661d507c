"""Checks of single values and lists, worded as MAX words its refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..stand_in.checks import Check, Json, SchemaError, array, check_part, utf16_length

INT64 = 2**63


def anything(value: Any) -> None:
    """Any value."""


def nullable(check: Check) -> Check:
    """That check, or null."""

    def checked(value: Any) -> None:
        if value is not None:
            check(value)

    return checked


def simple(schema: Json) -> Check:
    """The check of a schema that is neither an object nor a list."""
    kind = schema.get("type", "string" if "enum" in schema else None)
    check = {"integer": _integer, "number": _number, "boolean": _boolean, "string": _string}.get(
        kind or "", anything
    )
    limits = [limit for limit in (_bounds(schema), _size(schema), _choice(schema)) if limit]

    def checked(value: Any) -> None:
        if value is None:
            raise SchemaError("cannot be null")
        check(value)
        for limit in limits:
            limit(value)

    return checked


def _integer(value: Any) -> None:
    if type(value) is not int:
        raise SchemaError(f"must be an integer, not {type(value).__name__}")
    if not -INT64 <= value < INT64:
        raise SchemaError(f"value ({value}) does not fit 64 bits")


def _number(value: Any) -> None:
    if type(value) is not float and type(value) is not int:
        raise SchemaError(f"must be a number, not {type(value).__name__}")


def _boolean(value: Any) -> None:
    if type(value) is not bool:
        raise SchemaError(f"must be a boolean, not {type(value).__name__}")


def _string(value: Any) -> None:
    if type(value) is not str:
        raise SchemaError(f"must be a string, not {type(value).__name__}")


def _bounds(schema: Json) -> Check | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return None
    return _between(low, high, "value", lambda value: value)


def _size(schema: Json) -> Check | None:
    if schema.get("type") != "string":
        return None
    low, high, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    between = _between(low, high, "size", utf16_length)
    shape = re.compile(pattern) if pattern else None

    def check(value: Any) -> None:
        between(value)
        if shape is not None and not shape.search(value):
            raise SchemaError(f"must match {pattern}")

    return check


def _between(low: int | None, high: int | None, what: str, measure: Any) -> Check:
    def check(value: Any) -> None:
        found = measure(value)
        if high is not None and found > high:
            raise SchemaError(f"{what} ({found}) must be at most {high}")
        if low is not None and found < low:
            raise SchemaError(f"{what} ({found}) must be at least {low}")

    return check


def _choice(schema: Json) -> Check | None:
    allowed = schema.get("enum")
    if allowed is None:
        return None

    def check(value: Any) -> None:
        if value not in allowed:
            raise SchemaError(f"value ({value}) must be one of {', '.join(allowed)}")

    return check


def listed(item: Check, schema: Json) -> Check:
    """The check of a list."""
    each = array(item)
    most = schema.get("maxItems")

    def check(value: Any) -> None:
        each(value)
        if most is not None and len(value) > most:
            raise SchemaError(f"size ({len(value)}) must be at most {most}")
        if schema.get("uniqueItems") and len(set(value)) < len(value):
            raise SchemaError("has the same item twice")

    return check


def mapped(item: Check) -> Check:
    """The check of an object whose names are free."""

    def check(value: Any) -> None:
        if type(value) is not dict:
            raise SchemaError("must be an object")
        for key, part in value.items():
            check_part(item, key, part)

    return check


def alternatives(name: str, field: str, kinds: Mapping[str, Check]) -> Check:
    """The check of an object whose kind is told by one of its fields."""

    def check(value: Any) -> None:
        if type(value) is not dict:
            raise SchemaError(f"must be an object ({name})")
        kind = kinds.get(value.get(field, ""))
        if kind is None:
            raise SchemaError(f"{field} ({value.get(field)}) is no kind of {name}")
        kind(value)

    return check
