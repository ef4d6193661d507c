"""The API described for programs and for people, from packaged files: no outside host is asked."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from pydantic import TypeAdapter

from api import openapi
from api.routing import Route
from api.webhook_bodies import BODIES
from storage.errors import NotFound

VERSION = "1.0.0"
"""Of the API, not of the program: it grows when the document does."""

DOCUMENT = "/v1/openapi.json"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""Swagger UI styles its elements one by one; scripts come from here alone."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskwire API</title>
<link rel="icon" href="/pages/icon.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = f"""SwaggerUIBundle({{
  url: "{DOCUMENT}",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
}});
"""
FILES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def add_routes(app: web.Application, routes: Sequence[Route]) -> None:
    """The document, and the page that shows it. Both are open: they tell nothing of anybody."""
    events = {str(event): TypeAdapter(body) for event, body in BODIES.items()}
    described = openapi.as_bytes(openapi.document(routes, events, VERSION))
    folder = _packaged()

    async def document(_: web.Request) -> web.StreamResponse:
        return web.Response(body=described, content_type="application/json")

    async def page(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Security-Policy": POLICY}
        return web.Response(text=PAGE, content_type="text/html", headers=headers)

    async def part(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == "start.js":
            return web.Response(text=START, content_type="text/javascript")
        if name not in FILES:
            raise NotFound("There is no such path.")
        return web.FileResponse(folder / name, headers={"Content-Type": FILES[name]})

    app.router.add_get(DOCUMENT, document, name="openapi")
    app.router.add_get("/docs", page, name="docs")
    app.router.add_get("/docs/{name}", part, name="docs_part")


def _packaged() -> Path:
    """Where the package keeps Swagger UI; found without running any of it."""
    found = importlib.util.find_spec("swagger_ui")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "static"
