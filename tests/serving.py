"""An application with nothing but what every one has around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import AsyncMock

from aiohttp import web
from prometheus_client import CollectorRegistry

from api.metrics import Metrics
from api.middlewares import EDGE, edge
from api.runner import Runner


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve `app`, whoever calls; the URL that its paths follow."""
    metrics = Metrics(CollectorRegistry())
    app[EDGE] = lambda handler: edge(handler, AsyncMock(), metrics)
    runner = Runner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
