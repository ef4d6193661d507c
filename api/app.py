"""Puts the API together: routes, middleware, health. Other rooms add routes of their own."""

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from aiohttp import web
from prometheus_client import CollectorRegistry

from api import (
    agents,
    attachments,
    auth,
    docs,
    health,
    pages,
    public,
    reading,
    requests,
    settings,
    subscribers,
    ticket_types,
    tickets,
    webhooks,
)
from api.addresses import Network
from api.desk import Desk, Files, Links
from api.guard import Guard
from api.health import Readiness
from api.limiter import Limiter
from api.metrics import Metrics
from api.middlewares import EDGE, edge
from api.serving import serve
from storage.database import Database
from storage.model import Channel

ROUTES = [
    *tickets.ROUTES,
    *ticket_types.ROUTES,
    *agents.ROUTES,
    *settings.ROUTES,
    *requests.ROUTES,
    *attachments.ROUTES,
    *subscribers.ROUTES,
    *webhooks.ROUTES,
]
"""All that needs a key, as it is declared; what OpenAPI is made of."""


def build(  # noqa: PLR0913 - what a composition root hands over
    db: Database,
    *,
    links: Links,
    channels: Collection[Channel],
    files: Files,
    readiness: Readiness,
    guard: Guard | None = None,
    metrics_token: str | None = None,
    rate_limit: int = 0,
    trusted_proxies: Sequence[Network] = (),
    playground: bool = False,
    registry: CollectorRegistry | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The application, to be served by `api.runner.Runner`.

    `channels` are the messengers that are configured; without a `guard` webhooks may lead to
    public addresses only. Whoever keeps numbers passes the `registry` that they are in; `/metrics`
    shows all of it. `rate_limit` is requests a minute for one project, 0 for no limit, and
    `seconds` the clock of its minutes. Of `trusted_proxies` it is believed for whom they ask; with
    a `playground` the front page leads there.
    """
    limiter = Limiter(rate_limit, seconds)
    metrics = Metrics(registry or CollectorRegistry())
    judge = guard or Guard(allow_private=False)
    desk = Desk(db, links, channels, files, limiter, judge)
    app = web.Application(client_max_size=reading.LIMIT)
    app[EDGE] = lambda handler: edge(handler, partial(auth.recognise, desk), metrics)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, serve(route, desk), name=route.operation_id)
    public.add_routes(app, desk, trusted_proxies)
    docs.add_routes(app, [*ROUTES, *public.ROUTES])
    pages.add_routes(app, desk, readiness, playground=playground)
    health.add_routes(app, db, readiness, metrics, metrics_token)

    async def stop(_: web.Application) -> None:
        desk.stopping.stop()

    app.on_shutdown.append(stop)
    return app
