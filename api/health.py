"""Whether the process lives, whether it is ready, and its numbers. Open to all but the numbers."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api import metrics
from storage.database import Database
from storage.errors import Unavailable

Readiness = Callable[[], Awaitable[list[str]]]
"""What is missing before the desk can work, a sentence each; nothing when it is ready."""


def add_routes(
    app: web.Application,
    db: Database,
    readiness: Readiness,
    numbers: metrics.Metrics,
    token: str | None,
) -> None:
    async def alive(_: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "alive"})

    async def ready(_: web.Request) -> web.StreamResponse:
        missing = await readiness()
        if missing:
            raise Unavailable(" ".join(missing))
        return web.json_response({"status": "ready"})

    async def read_metrics(request: web.Request) -> web.StreamResponse:
        metrics.admit(request, token)
        body = await numbers.text(db, ready=not await readiness())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", alive, name="healthz")
    app.router.add_get("/readyz", ready, name="readyz")
    app.router.add_get("/metrics", read_metrics, name="metrics")
