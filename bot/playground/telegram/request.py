"""Reads a call off the wire: JSON, urlencoded, multipart or query, to typed parameters.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ..stand_in.checks import Json, SchemaError
from .checks import Upload
from .errors import ApiError, bad_request, broken_contract, not_simulated
from .schema import Schema

# Known to the schema, refused here: nothing behind them is simulated.
UNSIMULATED = frozenset(
    {
        "business_connection_id",
        "direct_messages_topic_id",
        "ephemeral_message_parameters",
        "inline_message_id",
        "suggested_post_parameters",
        "rich_message",
        "allow_paid_broadcast",
    }
)
PLAIN = {"Integer", "Float", "String", "Boolean", "InputFile"}
ATTACHED = re.compile(r"attach://([\w.-]+)")


@dataclass(slots=True)
class Params:
    """Checked parameters of one call, and the files that came with it by part name."""

    values: Json = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default where the caller gave none."""
        return self.values.get(name, default)


@dataclass(slots=True)
class RawCall:
    """Parameters as they came off the wire, not checked yet."""

    values: Json
    files: dict[str, Upload]


async def read(request: web.Request) -> RawCall:
    """Everything the request carries, query and body together. 400 where the body is broken."""
    values: Json = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("can't parse request body as JSON") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse request body as JSON object")
        return RawCall(values | body, files)
    if request.content_type == "multipart/form-data":
        await _read_parts(request, values, files)
    elif request.can_read_body:
        values.update({name: str(value) for name, value in (await request.post()).items()})
    return RawCall(values, files)


async def _read_parts(request: web.Request, values: Json, files: dict[str, Upload]) -> None:
    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value.decode() if isinstance(value, (bytes, bytearray)) else value


def check(schema: Schema, method: str, raw: RawCall) -> Params:
    """Typed parameters. ContractError where the call does not fit the schema, naming the part."""
    declared = schema.parameters(method)
    params = Params(files=raw.files)
    uploads = {name: file for name, file in raw.files.items() if name in declared}
    for name, value in {**raw.values, **uploads}.items():
        if name not in declared:
            raise broken_contract(
                f'unknown parameter "{name}": {method} has none in Bot API {schema.version}'
            )
        if name in UNSIMULATED:
            raise not_simulated(f'the parameter "{name}" of {method}')
        types, accepts = declared[name]
        try:
            typed = value if isinstance(value, Upload) else decode(value, types)
            accepts(typed)
        except SchemaError as error:
            error.path.insert(0, name)
            raise broken_contract(f"parameter {error} ({method})") from None
        params.values[name] = typed
    for name in schema.required(method):
        if name not in params.values:
            raise broken_contract(f'parameter "{name}" is required in {method}')
    _refuse_stray_files(method, raw, uploads)
    return params


def _refuse_stray_files(method: str, raw: RawCall, uploads: dict[str, Upload]) -> None:
    stray = raw.files.keys() - uploads.keys()
    if not stray:
        return
    mentioned = {
        name
        for value in raw.values.values()
        for name in ATTACHED.findall(value if isinstance(value, str) else json.dumps(value))
    }
    if stray - mentioned:
        name = min(stray - mentioned)
        raise broken_contract(f'unknown parameter "{name}": a file that {method} does not use')


def decode(value: Any, types: tuple[str, ...]) -> Any:
    """A value as its declared types want it: strings of forms and queries become typed."""
    if not isinstance(value, str):
        return value
    if "Integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "Boolean" in types and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if "Float" in types and re.fullmatch(r"-?\d+(\.\d+)?([eE]-?\d+)?", value):
        return float(value)
    if not PLAIN.issuperset(types):
        try:
            return json.loads(value)
        except ValueError:
            raise SchemaError("can't be parsed as JSON") from None
    return value
