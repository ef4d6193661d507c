"""The MAX Bot API's own schema, compiled once to closures that check a value and its parts.

Owns types, required and unknown fields, limits and paths; what a value means is left to the
operations. A required field that may be null may also be left out: samples and clients do so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..stand_in.checks import Check, Json, SchemaError, check_part
from .errata import correct
from .values import alternatives, anything, listed, mapped, nullable, simple

SCHEMA_FILE = Path(__file__).with_name("max-bot-api-2026-07-01.json")
REFERENCE = "#/components/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path or the query. `kind` is its JSON type."""

    name: str
    kind: str
    required: bool
    check: Check


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its name, where it is, and what it takes and gives."""

    id: str
    method: str
    path: re.Pattern[str]
    in_path: dict[str, Parameter]
    in_query: dict[str, Parameter]
    body: Check | None
    answer: Check


class Schema:
    """All types and operations, ready to check values."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._components: Json = document["components"]
        self._checks: dict[str, Check] = {}
        self.operations = [
            self._operation(method, path, described)
            for path, methods in document["paths"].items()
            for method, described in methods.items()
        ]
        self.update_types = frozenset(
            self._components["schemas"]["Update"]["discriminator"]["mapping"]
        )

    def check(self, name: str, value: Any) -> None:
        """Raises SchemaError if the value is not of that type."""
        self._type(name)(value)

    def _operation(self, method: str, path: str, described: Json) -> Operation:
        parameters: list[Json] = described.get("parameters", [])
        places: dict[str, dict[str, Parameter]] = {"path": {}, "query": {}}
        for item in parameters:
            places[item["in"]][item["name"]] = self._parameter(item)
        pattern = re.sub(
            r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{_pattern(name[1], parameters)})", path
        )
        body = described.get("requestBody")
        answer = described.get("responses", {}).get("200")
        return Operation(
            described["operationId"],
            method.upper(),
            re.compile(pattern),
            places["path"],
            places["query"],
            self._content(body) if body else None,
            self._content(answer) if answer else anything,
        )

    def _parameter(self, item: Json) -> Parameter:
        schema: Json = self._resolved(item["schema"])
        kind = schema.get("type", "string")
        return Parameter(item["name"], kind, item.get("required", False), self.build(schema))

    def _content(self, described: Json) -> Check:
        content: Json = self._resolved(described)["content"]
        return self.build(content["application/json"]["schema"])

    def _resolved(self, schema: Json) -> Json:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        kind, name = reference.removeprefix(REFERENCE).split("/")
        found: Json = self._components[kind][name]
        return found

    def build(self, schema: Json) -> Check:
        """The check of a schema as it stands in the document."""
        check = self._built(schema)
        return nullable(check) if schema.get("nullable") else check

    def _built(self, schema: Json) -> Check:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return self._later(name)
        if "allOf" in schema and len(schema["allOf"]) == 1:
            return self.build(schema["allOf"][0])
        if "allOf" in schema or "properties" in schema:
            return self._object(schema, "object")
        if "additionalProperties" in schema:
            return mapped(self.build(schema["additionalProperties"]))
        if schema.get("type") == "array":
            return listed(self.build(schema.get("items", {})), schema)
        return simple(schema)

    def _later(self, name: str) -> Check:
        """The type's check, compiled at first use: types refer to each other in circles."""

        def check(value: Any) -> None:
            self._type(name)(value)

        return check

    def _type(self, name: str) -> Check:
        check = self._checks.get(name)
        if check is None:
            schema = self._components["schemas"][name]
            kinds = schema.get("discriminator")
            if kinds is None:
                check = self._object(schema, name) if _is_object(schema) else self.build(schema)
            else:
                check = alternatives(name, kinds["propertyName"], self._kinds(kinds["mapping"]))
            self._checks[name] = check
        return check

    def _kinds(self, mapping: Json) -> dict[str, Check]:
        found = {}
        for value, target in mapping.items():
            reference = target["$ref"] if isinstance(target, dict) else target
            name = reference.rsplit("/", 1)[1]
            found[value] = self._object(self._components["schemas"][name], name)
        return found

    def _object(self, schema: Json, name: str) -> Check:
        declared, demanded = self._fields(schema)
        required = [key for key in demanded if not declared[key].get("nullable")]
        fields = {key: self.build(field) for key, field in declared.items()}

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise SchemaError(f"must be an object ({name})")
            for key, part in value.items():
                if key not in fields:
                    raise SchemaError(f"'{key}' is no field of {name}")
                check_part(fields[key], key, part)
            for key in required:
                if key not in value:
                    raise SchemaError(f"lacks '{key}', which {name} requires")

        return check

    def _fields(self, schema: Json) -> tuple[Json, list[str]]:
        """Fields and required ones, with those of the schemas it inherits from."""
        declared: Json = dict(schema.get("properties", {}))
        required: list[str] = list(schema.get("required", []))
        for part in schema.get("allOf", []):
            inherited, demanded = self._fields(self._resolved(part))
            declared = {**inherited, **declared}
            required += demanded
        return declared, required


def _is_object(schema: Json) -> bool:
    return "properties" in schema or "allOf" in schema


def _pattern(name: str, parameters: list[Json]) -> str:
    """What a path may have in that place; the schema's own patterns have one backslash too many."""
    schema = next(item["schema"] for item in parameters if item["name"] == name)
    if schema["type"] == "integer":
        return r"-?\d+"
    return r"@?[A-Za-z][\w-]*" if name == "chatLink" else r"[^/]+"


@cache
def load() -> Schema:
    """The schema of 1 July 2026 that ships beside this module, corrected."""
    document: Json = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    correct(document)
    return Schema(document)
