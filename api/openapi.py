"""The OpenAPI 3.1 document, made of the routes as they are declared and the models that validate.

Nothing is said here a second time: a route that is added is described by being there.
"""

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from api import examples
from api.errors import (
    InternalError,
    InvalidInput,
    PayloadTooLarge,
    Problem,
    RateLimited,
    UnsupportedMediaType,
    status_of,
)
from api.reading import IDEMPOTENCY_KEY
from api.routing import Route
from storage.errors import HelpdeskError, IdempotencyConflict, Unauthorized, Unavailable

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
PATH_PARAMETER = re.compile(r"\{(\w+)\}")
ALWAYS = (RateLimited, InternalError, Unavailable)
HEADERS: Mapping[str, tuple[str, str]] = {
    "X-Request-Id": ("string", "The caller's own id of the request, or the one it was given."),
    "RateLimit-Limit": ("integer", "Requests that may be made in a minute."),
    "RateLimit-Remaining": ("integer", "Requests that are left in this minute."),
    "RateLimit-Reset": ("integer", "Seconds until the next minute begins."),
    "Retry-After": ("integer", "Seconds to wait before the same request is made again."),
    "Idempotency-Replayed": ("string", "`true` where this is the first answer, given again."),
    "Location": ("string", "The path of what was made."),
    "Allow": ("string", "The methods that the path knows."),
    "WWW-Authenticate": ("string", "`Bearer`."),
    "Access-Control-Allow-Origin": ("string", "The origin of the page that asked."),
}
LIMITS = ("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def document(routes: Sequence[Route], events: Mapping[str, TypeAdapter[Any]], version: str) -> Json:
    """The whole document; `events` are the bodies of webhooks by the event's name."""
    schemas = _Schemas(routes, events)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deskwire",
            "version": version,
            "summary": "A self-hosted helpdesk: tickets, customers, agents.",
            "description": "Times are RFC 3339 in UTC, ids are UUIDs. Every error is a problem"
            " (RFC 9457) with a `code` to branch on, and `retryable` where trying again may help.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, routes))],
        "paths": paths,
        "webhooks": {name: _webhook(name, schemas) for name in events},
        "components": {
            "schemas": schemas.definitions,
            "headers": {
                name: {"description": words, "schema": {"type": kind}}
                for name, (kind, words) in HEADERS.items()
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A project's API key."}
            },
        },
    }


class _Schemas:
    """The JSON Schema of everything that comes in or goes out, under one roof."""

    def __init__(self, routes: Sequence[Route], events: Mapping[str, TypeAdapter[Any]]) -> None:
        inputs: list[tuple[Any, Any, TypeAdapter[Any]]] = [
            (model, "validation", TypeAdapter(model))
            for route in routes
            for model in (route.body, route.query)
            if model is not None
        ]
        answers: list[tuple[Any, Any, TypeAdapter[Any]]] = [
            (route.answer, "serialization", TypeAdapter(route.answer))
            for route in routes
            if route.answer is not None
        ]
        answers.append((Problem, "serialization", TypeAdapter(Problem)))
        answers += [(name, "serialization", adapter) for name, adapter in events.items()]
        made, definitions = TypeAdapter.json_schemas(
            [*inputs, *answers], ref_template=REFERENCE, schema_generator=GenerateJsonSchema
        )
        self._by_key = {key: schema for (key, _), schema in made.items()}
        self.definitions: Json = definitions.get("$defs", {})
        self._name(inputs)

    def _name(self, inputs: Sequence[tuple[Any, Any, Any]]) -> None:
        """Give a request's own model the place of a component, as answers have it."""
        for model, _, _ in inputs:
            schema = self._by_key[model]
            if "$ref" not in schema and issubclass(model, BaseModel):
                self.definitions[model.__name__] = schema
                self._by_key[model] = {"$ref": REFERENCE.format(model=model.__name__)}

    def of(self, key: Any) -> Json:
        return self._by_key[key]

    def needs_something(self, model: type[BaseModel]) -> bool:
        """Whether a body has to be there."""
        schema = self.definitions[model.__name__]
        return bool(schema.get("required") or schema.get("minProperties"))

    def fields(self, model: Any) -> tuple[Json, Sequence[str]]:
        """The properties of a query, and which of them are required."""
        name = self.of(model)["$ref"].rpartition("/")[2]
        schema = self.definitions[name]
        return schema.get("properties", {}), schema.get("required", ())


def _tag(route: Route) -> str:
    return route.path.removeprefix("/v1/").removeprefix("helpdesk/").split("/")[0]


def _operation(route: Route, schemas: _Schemas) -> Json:
    summary, _, description = (inspect.getdoc(route.handler) or "").partition("\n")
    operation: Json = {
        "operationId": route.operation_id,
        "tags": [_tag(route)],
        "summary": summary,
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
    }
    if description.strip():
        operation["description"] = description.strip()
    if route.for_pages:
        operation["security"] = []
    if route.body is not None:
        example = examples.BODIES[route.operation_id]
        content: Json = {"schema": schemas.of(route.body), "example": example}
        operation["requestBody"] = {
            "required": schemas.needs_something(route.body),
            "content": {"application/json": content},
        }
    return operation


def _parameters(route: Route, schemas: _Schemas) -> list[Json]:
    found: list[Json] = []
    for name in PATH_PARAMETER.findall(route.path):
        schema: Json = {"type": "string"} | ({"format": "uuid"} if name == "id" else {})
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.query is not None:
        fields, required = schemas.fields(route.query)
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in fields.items()
        ]
    if route.for_pages:
        origin = {"type": "string", "maxLength": 255}
        found.append({"name": "Origin", "in": "header", "required": True, "schema": origin})
    if route.method == "POST":
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        found.append({"name": IDEMPOTENCY_KEY, "in": "header", "required": False, "schema": key})
    return found


def _responses(route: Route, schemas: _Schemas) -> Json:
    good: Json = {"description": "Done.", "headers": _headers(_good_headers(route))}
    if route.answer is not None:
        example = examples.ANSWERS[route.operation_id]
        content: Json = {"schema": schemas.of(route.answer), "example": example}
        good["content"] = {"application/json": content}
    elif route.is_long:
        good["content"] = {"*/*": {}}
    responses: Json = {str(route.status): good}
    if route.answer is None and not route.is_long:
        responses = {"204": good}
    if type(None) in get_args(inspect.signature(route.handler).return_annotation):
        empty = "Done; there is nothing to show."
        responses["204"] = {"description": empty, "headers": _headers(LIMITS)}
    by_status: dict[int, list[type[HelpdeskError]]] = {}
    for kind in dict.fromkeys(_errors(route)):
        by_status.setdefault(status_of(kind), []).append(kind)
    for status in sorted(by_status):
        responses[str(status)] = _problem(route, status, by_status[status], schemas)
    return responses


def _good_headers(route: Route) -> list[str]:
    headers = [*LIMITS]
    if route.method == "POST":
        headers.append("Idempotency-Replayed")
    if route.location is not None:
        headers.append("Location")
    if route.for_pages:
        headers.append("Access-Control-Allow-Origin")
    return headers


def _errors(route: Route) -> list[type[HelpdeskError]]:
    kinds: list[type[HelpdeskError]] = [InvalidInput, *ALWAYS, *route.errors]
    if not route.for_pages:
        kinds.append(Unauthorized)
    if route.writes:
        kinds += [PayloadTooLarge, UnsupportedMediaType]
    if route.method == "POST":
        kinds.append(IdempotencyConflict)
    return kinds


def _problem(
    route: Route, status: int, kinds: Sequence[type[HelpdeskError]], schemas: _Schemas
) -> Json:
    headers = [*LIMITS]
    if status == 401:
        headers = ["X-Request-Id", "WWW-Authenticate"]
    if status == 429:
        headers.append("Retry-After")
    if route.for_pages:
        headers.append("Access-Control-Allow-Origin")
    codes = ", ".join(f"`{kind.code}`" for kind in kinds)
    words = " ".join((kind.__doc__ or "").strip() for kind in kinds)
    return {
        "description": f"{codes}: {words}",
        "headers": _headers(headers),
        "content": {
            "application/problem+json": {
                "schema": schemas.of(Problem),
                "example": examples.problem(kinds[0], status),
            }
        },
    }


def _headers(names: Sequence[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _webhook(name: str, schemas: _Schemas) -> Json:
    parameters = [
        {"name": header, "in": "header", "required": True, "schema": {"type": "string"}}
        for header in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    schema = {"allOf": [schemas.of(name)], "properties": {"event": {"const": name}}}
    return {
        "post": {
            "operationId": "on_" + name.replace(".", "_"),
            "summary": f"The event {name}, signed as Standard Webhooks 1.0 says.",
            "security": [],
            "parameters": parameters,
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": schema, "example": examples.EVENTS[name]}
                },
            },
            "responses": {
                "2XX": {"description": "Received: the event is not sent again."},
                "410": {"description": "Gone: the endpoint is disabled."},
                "default": {"description": "Anything else: the event is sent again later."},
            },
        }
    }


def as_bytes(made: Json) -> bytes:
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
