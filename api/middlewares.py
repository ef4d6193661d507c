"""Around every request: its id, how long it took, and no error but in the one shape.

What each kind of error looks like is `errors`' business.
"""

import itertools
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import hdrs, web
from multidict import istr
from structlog.contextvars import bind_contextvars

from api import auth, errors
from api.metrics import Metrics
from api.stamp import STAMP, stamp
from storage.errors import HelpdeskError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EDGE: web.AppKey[Callable[[Handler], Handler]] = web.AppKey("edge")
"""Where an application keeps what `api.runner` puts around it. It is no middleware of aiohttp's,
which would look up for each request what is around it, and note whose turn it is."""
REQUEST_ID = istr("X-Request-Id")
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# One draw of randomness for a process: the system's own would give the turn to another thread.
_PROCESS = secrets.token_hex(8)
_requests = itertools.count(1)
_log = structlog.get_logger(__name__)
_events = logging.getLogger(__name__)


def request_id(headers: Mapping[str, str]) -> str:
    """The caller's own id of the request if it is sane, else a fresh one."""
    own = headers.get(REQUEST_ID)
    return own if own is not None and _SANE.fullmatch(own) else f"{_PROCESS}-{next(_requests)}"


def edge(
    handler: Handler, recognise: Callable[[web.Request], Awaitable[object]], metrics: Metrics
) -> Handler:
    """All that is around an application, which is `handler`.

    `recognise` raises Unauthorized or RateLimited for callers who may not be told what the router
    refuses.
    """

    async def around(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        identity = request_id(request.headers)
        headers: dict[str, str] = {REQUEST_ID: identity, hdrs.SERVER: "Deskwire"}
        request[STAMP] = headers
        bind_contextvars(request_id=identity)
        try:
            response = await handler(request)
        except Exception as error:
            if request.transport is None:
                raise ConnectionResetError from error  # nobody is left to be answered
            kind = await _kind(recognise, request, error)
            if request.writer.output_size > 0:
                raise ConnectionResetError from error  # the answer has begun: it is broken off
            response = errors.response_to(kind)
        if not response.prepared:
            stamp(request, response)
        operation = request.match_info.route.name or "none"
        seconds = time.perf_counter() - started
        metrics.request(operation, response.status, seconds)
        if _events.isEnabledFor(logging.DEBUG):
            _events.debug("answered", extra=_told(request, response, operation, seconds))
        return response

    return around


def _told(
    request: web.Request, response: web.StreamResponse, operation: str, seconds: float
) -> dict[str, object]:
    """What a log says of a request: which thing it is about, nothing of what it says. A path is
    left out, since the id of a customer's request opens what it names."""
    about = request.match_info.get("id")
    if operation == "create_ticket":
        about = response.headers.get("Location", "").rpartition("/")[2] or None
    return {
        "operation": operation,
        "id": about,
        "status": response.status,
        "seconds": round(seconds, 4),
    }


async def _kind(
    recognise: Callable[[web.Request], Awaitable[object]], request: web.Request, error: Exception
) -> HelpdeskError:
    """What went wrong, as a kind of ours. What the router refuses is known only to who may call."""
    if isinstance(error, HelpdeskError):
        return error
    if isinstance(error, web.HTTPException):
        try:
            if auth.needs_key(request.path):
                await recognise(request)
        except HelpdeskError as refusal:
            return refusal
        return errors.of_aiohttp(error)
    _log.error("Request failed", method=request.method, exc_info=error)
    return errors.InternalError()
