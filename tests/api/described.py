"""The OpenAPI document as its reader takes it: what it says of an operation, and what fits it."""

from typing import Any

import jsonschema_rs

from api.routing import Route
from tests.api.conftest import Answer, Desk


class Document:
    """The document that a desk gives to anybody."""

    def __init__(self, json: Any) -> None:
        self.json = json

    def operation(self, route: Route) -> Any:
        return self.json["paths"][route.path][route.method.lower()]

    def event(self, name: str) -> Any:
        """The schema of what endpoints are told of this event."""
        request = self.json["webhooks"][name]["post"]["requestBody"]
        return request["content"]["application/json"]["schema"]

    def fits(self, schema: Any, value: object) -> bool:
        return self._validator(schema).is_valid(value)

    def validate(self, schema: Any, value: object) -> None:
        """Raises jsonschema_rs.ValidationError for a value that the schema does not admit."""
        self._validator(schema).validate(value)

    def check(self, route: Route, answer: Answer) -> None:
        """That an answer is one of those that the route is said to give, to the last header."""
        responses = self.operation(route)["responses"]
        about = f"{route.operation_id}: {answer.status} {answer.body[:200]!r}"
        assert str(answer.status) in responses, about
        told = responses[str(answer.status)]
        known = {name for name in self.json["components"]["headers"] if name in answer.headers}
        assert known <= told["headers"].keys(), f"{about} {known - told['headers'].keys()}"
        content = told.get("content", {})
        if "*/*" in content:
            return
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        assert content.keys() == ({media_type} if answer.body else set()), about
        if answer.body:
            self.validate(content[media_type]["schema"], answer.json)
        if answer.status >= 400:
            assert f"`{answer.code}`" in told["description"], f"{about} {told['description']}"

    def _validator(self, schema: Any) -> jsonschema_rs.Draft202012Validator:
        whole = {**schema, "components": self.json["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


async def document_of(desk: Desk) -> Document:
    answer = await desk.stranger.get("/v1/openapi.json")
    assert answer.status == 200
    return Document(answer.json)
