"""Reads a call off the wire: its token, which operation it is, and its checked parameters.

Path, query and body come together under one roof: no operation has a name in two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from ..stand_in.checks import Json, SchemaError
from .errors import ApiError, broken_contract, not_found, unauthorized
from .schema import Operation, Parameter, Schema


class Params:
    """Checked parameters of one call; `chatId` of a path is `chat_id` here, as in queries."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def get(self, name: str, default: Any = None) -> Any:
        """The value; the default where the caller gave none, or null."""
        value = self.values.get(name)
        return default if value is None else value


def authorize(request: web.Request, token: str) -> None:
    """401 unless the header is the token and nothing but the token.

    Tokens in the query are not taken any more: https://dev.max.ru/docs-api
    """
    given = request.headers.get("Authorization")
    if "access_token" in request.query:
        raise unauthorized("access_token in the query is not supported, use the header")
    if not given:
        raise unauthorized("Empty access_token")
    if given.startswith("Bearer "):
        raise unauthorized("Malformed access token")
    if given != token:
        raise unauthorized("Invalid access_token")


def operation_of(schema: Schema, request: web.Request) -> tuple[Operation, Mapping[str, str]]:
    """The operation and the values in its path. 404 or 405 where there is none."""
    elsewhere = False
    for operation in schema.operations:
        match = operation.path.fullmatch(request.path)
        if match is None:
            continue
        if operation.method == request.method:
            return operation, match.groupdict()
        elsewhere = True
    if elsewhere:
        raise ApiError(405, "method.not.allowed", f"{request.method} {request.path}")
    raise not_found(f"Path {request.path} is not recognized")


async def read_body(request: web.Request) -> Json:
    """The body's JSON object; empty where the request has no body."""
    if not request.can_read_body:
        return {}
    if request.content_type != "application/json":
        raise broken_contract(f"the body must be application/json, not {request.content_type}")
    try:
        body = await request.json()
    except ValueError:
        raise broken_contract("Can't deserialize body") from None
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "proto.payload", "Request entity too large") from None
    if not isinstance(body, dict):
        raise broken_contract("Can't deserialize body")
    return body


def check(
    operation: Operation, in_path: Mapping[str, str], query: Mapping[str, str], body: Json
) -> Params:
    """Typed parameters. ContractError where the call does not fit the schema, naming the part."""
    values: Json = {}
    for name, raw in in_path.items():
        values[_snake(name)] = _checked(operation.in_path[name], raw)
    for name, raw in query.items():
        if name not in operation.in_query:
            raise broken_contract(f"Unknown parameter: {name} ({operation.id})")
        values[name] = _checked(operation.in_query[name], raw)
    for parameter in operation.in_query.values():
        if parameter.required and parameter.name not in values:
            raise broken_contract(f"Missing required parameter: {parameter.name}")
    if operation.body is not None:
        try:
            operation.body(body)
        except SchemaError as error:
            raise broken_contract(f"{_worded(error)} ({operation.id})") from None
    elif body:
        raise broken_contract(f"{operation.id} takes no body")
    return Params(values | body)


def _checked(parameter: Parameter, raw: str) -> Any:
    try:
        value = _decoded(raw, parameter.kind)
        parameter.check(value)
    except SchemaError as error:
        error.path.insert(0, parameter.name)
        raise broken_contract(_worded(error)) from None
    return value


def _decoded(raw: str, kind: str) -> Any:
    if kind == "integer":
        return int(raw) if re.fullmatch(r"-?\d+", raw) else raw
    if kind == "boolean":
        return {"true": True, "false": False}.get(raw, raw)
    if kind == "array":
        parts = [part for part in raw.split(",") if part]
        return [int(part) if re.fullmatch(r"-?\d+", part) else part for part in parts]
    return raw


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _worded(error: SchemaError) -> str:
    where = ".".join(error.path)
    return f"Field '{where}' {error.problem}" if where else f"the body {error.problem}"
