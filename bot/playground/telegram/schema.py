"""The Bot API's own schema, compiled once to closures that check a value and its parts.

Owns types, required fields, unknown fields and numeric limits; what a value means is left
to the methods. Texts with entities are measured where they are parsed, not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from ..stand_in.checks import Check, Json, SchemaError, any_object, array, check_part
from .checks import SIMPLE, limited

SCHEMA_FILE = Path(__file__).with_name("bot-api-10.3.json")

# Abstract types of the schema: the field that tells their kinds apart, and kinds whose value
# of it does not follow from the type's name.  https://core.telegram.org/bots/api
FAMILIES: dict[str, tuple[str, dict[str, str]]] = {
    "BotCommandScope": ("type", {}),
    "ChatMember": ("status", {"Owner": "creator", "Banned": "kicked"}),
    "InputMedia": ("type", {}),
    "MenuButton": ("type", {}),
    "MessageOrigin": ("type", {}),
    "ReactionType": ("type", {}),
}


class Schema:
    """All types and methods of one version of the Bot API, ready to check values."""

    def __init__(self, document: Json) -> None:
        self.version: str = document["version"]
        self.document = document
        self._types: Json = document["types"]
        self._methods: Json = document["methods"]
        self._checks: dict[str, Check] = dict(SIMPLE)
        self._families: dict[str, tuple[str, dict[str, str]]] = {
            name: (field, self._family(name)) for name, (field, _) in FAMILIES.items()
        }
        self._parameters: dict[str, dict[str, tuple[tuple[str, ...], Check]]] = {}
        self._results: dict[str, Check] = {}

    def __contains__(self, method: str) -> bool:
        return method in self._methods

    def parameters(self, method: str) -> dict[str, tuple[tuple[str, ...], Check]]:
        """Each parameter of the method: the names of its types, and the check of a value."""
        if method not in self._parameters:
            params: Json = self._methods[method]["params"]
            self._parameters[method] = {
                name: (tuple(field["types"]), self._field(name, params))
                for name, field in params.items()
            }
        return self._parameters[method]

    def required(self, method: str) -> list[str]:
        """Names of the parameters that the method can't do without."""
        params: Json = self._methods[method]["params"]
        return [name for name, field in params.items() if field["required"]]

    def check_result(self, method: str, value: Any) -> None:
        """Raises SchemaError if the value is not what the method returns."""
        check = self._results.get(method)
        if check is None:
            returns = self._methods[method]["returns"]
            listed = re.fullmatch(r"list\[(.+)\]", returns)
            names = (listed[1] if listed else returns).split(" | ")
            check = array(self._union(names)) if listed else self._union(names)
            self._results[method] = check
        check(value)

    def check(self, type_name: str, value: Any) -> None:
        """Raises SchemaError if the value is not of that type."""
        self._type(type_name)(value)

    def _type(self, name: str) -> Check:
        if name.startswith("Array of "):
            return array(self._type(name.removeprefix("Array of ")))
        check = self._checks.get(name)
        if check is None:
            if name in self._families:
                field, kinds = self._families[name]
                check = self._kinds(name, field, kinds)
            elif name == "MaybeInaccessibleMessage":
                check = self._maybe_inaccessible()
            elif not self._types[name]["fields"] and self._has_kinds(name):
                check = any_object
            else:
                check = self._object(name)
            self._checks[name] = check
        return check

    def _has_kinds(self, name: str) -> bool:
        return any(other != name and other.startswith(name) for other in self._types)

    def _family(self, name: str) -> dict[str, str]:
        field, special = FAMILIES[name]
        kinds = {}
        for other in self._types:
            rest = other.removeprefix(name)
            if other.startswith(name) and rest and field in self._types[other]["fields"]:
                kinds[special.get(rest, re.sub(r"(?<!^)(?=[A-Z])", "_", rest).lower())] = other
        return kinds

    def _kinds(self, name: str, field: str, kinds: dict[str, str]) -> Check:
        def check(value: Any) -> None:
            if type(value) is not dict:
                raise SchemaError(f"must be an object ({name})")
            kind = kinds.get(value.get(field, ""))
            if kind is None:
                raise SchemaError(f"{field} {value.get(field)!r} is no kind of {name}")
            self._type(kind)(value)

        return check

    def _maybe_inaccessible(self) -> Check:
        def check(value: Any) -> None:
            seen = type(value) is dict and value.get("date") != 0
            self._type("Message" if seen else "InaccessibleMessage")(value)

        return check

    def _object(self, name: str) -> Check:
        fields: dict[str, Check] = {}
        declared: Json = self._types[name]["fields"]
        required = [key for key, field in declared.items() if field["required"]]

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise SchemaError(f"must be an object ({name}), not {type(value).__name__}")
            for key, part in value.items():
                check_part(fields.get(key) or self._fill(fields, name, key), key, part)
            for key in required:
                if key not in value:
                    raise SchemaError(f"{name} lacks the required field {key!r}")

        return check

    def _fill(self, fields: dict[str, Check], name: str, key: str) -> Check:
        # Compiled at first use: types refer to each other in circles.
        declared: Json = self._types[name]["fields"]
        if key not in declared:
            raise SchemaError(f"{key!r} is no field of {name} in Bot API {self.version}")
        fields[key] = self._field(key, declared)
        return fields[key]

    def _field(self, name: str, siblings: Json) -> Check:
        field = siblings[name]
        types: list[str] = field["types"]
        if types[0].startswith("Array of ") and len(types) > 1:
            # "Array of A", "B" in the schema means an array in which each is an A or a B.
            check = array(self._union([types[0].removeprefix("Array of "), *types[1:]]))
        else:
            check = self._union(types)
        # Formatted texts are measured after parsing, and callback data has an error of its own.
        mode = "parse_mode" if name in ("text", "caption") else f"{name}_parse_mode"
        if "unit" not in field or name == "callback_data" or mode in siblings:
            return check
        return limited(check, field)

    def _union(self, names: Iterable[str]) -> Check:
        names = list(names)
        if len(names) == 1:
            return self._type(names[0])
        for family, (field, kinds) in self._families.items():
            chosen = {value: kind for value, kind in kinds.items() if kind in names}
            if len(chosen) == len(names):
                return self._kinds(f"one of the kinds of {family} allowed here", field, chosen)
        checks = [self._type(name) for name in names]

        def check(value: Any) -> None:
            errors = []
            for alternative in checks:
                try:
                    return alternative(value)
                except SchemaError as error:
                    errors.append(error)
            # The alternative that got deepest into the value is the one that was meant.
            raise max(errors, key=lambda error: len(error.path))

        return check


@cache
def load() -> Schema:
    """The schema of Bot API 10.3 that ships beside this module."""
    return Schema(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
