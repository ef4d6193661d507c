"""With which page of another site an answer is shared: https://fetch.spec.whatwg.org/#cors-protocol

Which origins a project admits is its setting; `public` looks it up.
"""

from collections.abc import Collection

from aiohttp import web

_EXPOSED = (
    "Idempotency-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset,"
    " Retry-After, X-Request-Id"
)
_ASKED = "Content-Type, Idempotency-Key, X-Request-Id"
_REMEMBERED = "600"
"""Seconds that a browser may keep the answer to its question."""

WITH_NOBODY = {"Vary": "Origin", "Cache-Control": "no-store"}
"""What the answer to a page says at first, so that nobody may read it."""


def with_page(origin: str) -> dict[str, str]:
    """What else it says, error or not, once the page's origin is admitted."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _EXPOSED,
    }


def admitted(request: web.Request, origins: Collection[str]) -> str | None:
    """The origin of the page that asks, if it is among `origins`.

    A page under the desk's own name leaves `Origin` out of a GET and says `same-origin` instead;
    its scheme is then known to a proxy at most.
    """
    origin = request.headers.get("Origin")
    if origin is None and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return next((o for o in origins if o.partition("://")[2] == request.host), None)
    return origin if origin in origins else None


def preflight(method: str) -> web.Response:
    """The answer to a browser that asks whether a page may make a request."""
    headers = {
        "Access-Control-Allow-Methods": method,
        "Access-Control-Allow-Headers": _ASKED,
        "Access-Control-Max-Age": _REMEMBERED,
    }
    return web.Response(status=204, headers=headers)
