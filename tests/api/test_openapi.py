"""The document is valid, says what is there, and is shown without asking any other host."""

import re
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api import errors, public
from api.app import ROUTES
from storage.errors import HelpdeskError
from tests.api.conftest import Client, Desk

SPEC_CODES = {
    "validation_failed",
    "unauthorized",
    "helpdesk_disabled",
    "helpdesk_create_disabled",
    "not_found",
    "ticket_not_found",
    "request_not_found",
    "method_not_allowed",
    "not_virtual",
    "channel_unavailable",
    "idempotency_conflict",
    "limit_reached",
    "conflict",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "internal_error",
    "unavailable",
}


@pytest.fixture
async def document(desk: Desk) -> Any:
    answer = await desk.stranger.get("/v1/openapi.json")
    assert answer.status == 200
    return answer.json


async def test_it_is_valid_openapi_3_1(document: Any) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


async def test_routes_and_document_are_the_same(document: Any, desk: Desk) -> None:
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    served = {
        (route.method, route.resource.canonical)
        for route in desk.app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/v1/")
        and route.method not in {"HEAD", "OPTIONS"}
    }
    assert described == served - {("GET", "/v1/openapi.json")}
    assert len(described) == len(ROUTES) + len(public.ROUTES)


async def test_every_operation_has_an_id_a_summary_and_its_errors(document: Any) -> None:
    operations = [op for path in document["paths"].values() for op in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert operation["summary"]
        assert {"400", "429", "500", "503"} <= operation["responses"].keys()
        assert ("401" in operation["responses"]) == ("security" not in operation)
        for status, answer in operation["responses"].items():
            assert "X-Request-Id" in answer["headers"]
            if int(status) >= 400:
                assert "application/problem+json" in answer["content"]


async def test_pages_need_an_origin_where_others_need_a_key(document: Any) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            named = {each["name"]: each for each in operation["parameters"]}
            if path.startswith("/v1/public/"):
                assert operation["security"] == []
                assert named["Origin"]["required"]
            else:
                assert "Origin" not in named
                assert "security" not in operation


async def test_a_projects_key_opens_all_that_does_not_say_otherwise(document: Any) -> None:
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert document["security"] == [{name: []}]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    open_to_all = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert open_to_all == {route.path for route in public.ROUTES}


async def test_every_answer_tells_of_its_headers(document: Any) -> None:
    limits = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
    known = document["components"]["headers"]
    for route in [*ROUTES, *public.ROUTES]:
        responses = document["paths"][route.path][route.method.lower()]["responses"]
        for status, answer in responses.items():
            named = answer["headers"]
            assert "X-Request-Id" in named
            assert limits <= named.keys() or status == "401"  # a stranger has no limit
            assert ("Retry-After" in named) == (status == "429")
            assert ("Location" in named) == (status == "201" and route.location is not None)
            for name, header in named.items():
                assert header == {"$ref": f"#/components/headers/{name}"}
                assert known[name]["schema"]


async def test_every_body_and_every_answer_has_an_example(document: Any) -> None:
    lacking = [
        (operation["operationId"], status)
        for path in document["paths"].values()
        for operation in path.values()
        for status, body in {
            "body": operation.get("requestBody", {}),
            **operation["responses"],
        }.items()
        for media_type, content in body.get("content", {}).items()
        if "json" in media_type and "example" not in content
    ]
    assert lacking == []


async def test_posts_tell_of_idempotency_keys(document: Any) -> None:
    for path in document["paths"].values():
        names = [p["name"] for p in path.get("post", {}).get("parameters", [])]
        assert ("Idempotency-Key" in names) == ("post" in path)


async def test_examples_fit_their_schemas(document: Any) -> None:
    def check(content: Any) -> int:
        if "example" not in content:
            return 0
        schema = {**content["schema"], "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        validator.validate(content["example"])
        return 1

    checked = 0
    for path in document["paths"].values():
        for operation in path.values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            checked += sum(check(c) for body in bodies for c in body.get("content", {}).values())
    assert checked > 50


async def test_every_webhook_is_described(document: Any) -> None:
    assert set(document["webhooks"]) == {
        "ticket.created",
        "ticket.replied",
        "ticket.status_changed",
        "ticket.assigned",
        "ticket.closed",
        "webhook.test",
    }


def test_no_kind_of_error_has_a_code_of_its_own_invention() -> None:
    def kinds(kind: type[HelpdeskError]) -> set[str]:
        own = [each for each in kind.__subclasses__() if not each.__module__.startswith("tests.")]
        return {kind.code}.union(*map(kinds, own))

    assert issubclass(errors.RateLimited, HelpdeskError)  # the server's own are counted too
    assert kinds(HelpdeskError) == SPEC_CODES


async def test_the_page_may_load_and_call_nothing_but_the_desk(desk: Desk) -> None:
    page = await desk.stranger.get("/docs")
    policy = [part.strip().split() for part in page.headers["Content-Security-Policy"].split(";")]
    assert {name: set(sources) for name, *sources in policy} == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'", "'unsafe-inline'"},
        "img-src": {"'self'", "data:"},
        "connect-src": {"'self'"},
        "base-uri": {"'none'"},
        "form-action": {"'none'"},
        "frame-ancestors": {"'none'"},
    }
    assert len(page.headers.getall("Content-Security-Policy")) == 1


async def test_the_page_shows_the_desks_own_document_and_has_it_judged_by_nobody(
    desk: Desk,
) -> None:
    start = (await desk.stranger.get("/docs/start.js")).body.decode()
    settings = dict(re.findall(r"^\s*(\w+): (.+?),?$", start, re.MULTILINE))
    assert settings["url"] == '"/v1/openapi.json"'
    assert settings["validatorUrl"] == "null"
    assert "//" not in start


async def test_the_page_asks_no_outside_host(desk: Desk) -> None:
    client: Client = desk.stranger
    page = await client.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    html = page.body.decode()
    parts = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(parts) == 4
    for part in parts:
        assert re.match(r"/(docs|pages)/", part)
        assert (await client.get(part)).status == 200
    assert (await client.get("/docs/index.html")).status == 404
