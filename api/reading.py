"""Reads what a request gives, and says what is wrong with it in plain words, field by field."""

import hashlib
import re
from typing import Any

from aiohttp import hdrs, web
from multidict import istr
from pydantic import BaseModel, ValidationError

from api.errors import FieldError, InvalidInput, PayloadTooLarge, UnsupportedMediaType
from api.fields import MESSAGES
from api.inputs import Body
from api.routing import Route
from storage.idempotency import Once

LIMIT = 1024 * 1024
"""Bytes that a body may have."""

IDEMPOTENCY_KEY = istr("Idempotency-Key")
_KEY = re.compile(r"[!-~]{1,255}")
_CONTENT_TYPE = re.compile(  # a semicolon with nothing behind it is one too: RFC 9110, 5.6.6
    r'application/json\s*(;\s*charset="?utf-8"?\s*)?(;\s*)?', re.IGNORECASE
)

_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is no field of this request",
    "string_type": "must be a string",
    "int_type": "must be an integer",
    "bool_type": "must be true or false",
    "dict_type": "must be an object of strings",
    "list_type": "must be a list",
    "model_type": "must be a JSON object",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "int_parsing": "must be an integer",
    "int_from_float": "must be an integer",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "json_invalid": "is not valid JSON: {error}",
}


async def once(request: web.Request) -> Once | None:
    """What the Idempotency-Key of a POST asks for. Raises InvalidInput for a key of no use."""
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None or request.method != "POST":
        return None
    if not _KEY.fullmatch(key):
        wrong = FieldError(field=IDEMPOTENCY_KEY, message="must be 1 to 255 visible ASCII signs")
        raise InvalidInput([wrong])
    asked = request.path.encode() + b"\0" + await request.read()
    return Once(key, hashlib.sha256(asked).hexdigest())


async def read(request: web.Request, route: Route) -> BaseModel | None:
    """The body or the query. Raises InvalidInput, PayloadTooLarge, UnsupportedMediaType."""
    query = None
    if route.query is not None or request.query_string:
        query = _query(request, route.query)
    if route.body is None and not (route.writes and request.can_read_body):
        return query
    model = route.body or Body  # which has no field
    raw = await _raw_body(request)
    if not raw and not any(field.is_required() for field in model.model_fields.values()):
        raw = b"{}"
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from None
    return query if route.body is None else body


def _query(request: web.Request, model: type[BaseModel] | None) -> BaseModel | None:
    given = request.query
    twice = sorted({name for name in given if len(given.getall(name)) > 1})
    if twice:
        raise InvalidInput([FieldError(field=name, message="is given twice") for name in twice])
    if model is None:
        raise InvalidInput([FieldError(field=n, message=_WORDS["extra_forbidden"]) for n in given])
    try:
        return model.model_validate_strings(dict(given.items()))
    except ValidationError as error:
        raise invalid(error) from None


async def _raw_body(request: web.Request) -> bytes:
    content_type = request.headers.get(hdrs.CONTENT_TYPE)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise PayloadTooLarge from error
    except web.RequestPayloadError as error:
        raise InvalidInput([], "The body is not framed as its headers say.") from error
    if (
        content_type != "application/json"
        and raw
        and not _CONTENT_TYPE.fullmatch(content_type or "")
    ):
        raise UnsupportedMediaType
    coding = request.headers.get(hdrs.CONTENT_ENCODING)
    if coding and raw and coding.lower() != "identity":
        raise UnsupportedMediaType("The body must not be packed, as its Content-Encoding says.")
    return raw


def invalid(error: ValidationError) -> InvalidInput:
    """What is wrong, without what was given and without the words of a library."""
    details = error.errors(include_url=False, include_input=False)
    return InvalidInput([_field_error(dict(each)) for each in details])


def _field_error(detail: dict[str, Any]) -> FieldError:
    field = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    return FieldError(field=field[:100] or "body", message=_message(detail))


def _message(detail: dict[str, Any]) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        return MESSAGES[context["pattern"]]
    if detail["type"] == "value_error":
        return str(context["error"])
    if "expected" in context:  # an enum's members come as they are written in Python
        context["expected"] = re.sub(r"<[\w.]+: ('[\w.]+')>", r"\1", context["expected"])
    words = _WORDS.get(detail["type"])
    return "does not fit" if words is None else words.format(**context)
