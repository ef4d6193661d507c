"""Who may use the playground's page: a browser on this machine, on this page, and nobody else.

Pages of other sites reach loopback too: https://en.wikipedia.org/wiki/DNS_rebinding
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def policy(ancestors: str) -> str:
    """What a page may load, which is nothing from elsewhere, and whose frame it may be."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " media-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none';"
        f" form-action 'none'; frame-ancestors {ancestors}"
    )


HEADERS = {
    "Content-Security-Policy": policy("'none'"),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine itself. A name that only leads here does not."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def refusal(request: web.Request) -> web.Response | None:
    """The answer to a request that must not be served; None where it may be."""
    origin = request.headers.get(hdrs.ORIGIN)
    if not is_loopback(request.host) or origin not in (None, f"http://{request.host}"):
        return problem(403, "The playground answers its own page on this machine only.")
    if request.method == hdrs.METH_POST and request.content_type != "application/json":
        return problem(415, "The playground takes JSON only.")
    return None


def problem(status: int, detail: str) -> web.Response:
    return web.json_response({"detail": detail}, status=status, headers=HEADERS)


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer of the playground goes through here."""
    refused = refusal(request)
    if refused is not None:
        return refused
    answer = await handler(request)
    if not answer.prepared:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
    return answer
