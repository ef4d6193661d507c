"""Who calls, and how often: an API key opens one project, whose requests are counted. The key is
looked up in the hop that does the work."""

from uuid import UUID

from aiohttp import hdrs, web

from api.desk import Desk
from api.errors import RateLimited
from api.limiter import LIMIT
from api.stamp import STAMP
from storage import api_keys
from storage.errors import Unauthorized

PUBLIC = "/v1/public"
"""Below it websites' pages call, which can keep no key."""


def needs_key(path: str) -> bool:
    """Whether a path, known or not, is behind the key."""
    return path == "/v1" or (path.startswith("/v1/") and not path.startswith(f"{PUBLIC}/"))


def key_hash(request: web.Request) -> str:
    """The hash of the key that a request shows. Raises Unauthorized where it shows none."""
    scheme, _, key = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Unauthorized("An API key is needed: Authorization: Bearer <key>.")
    try:
        return api_keys.hash_key(key)
    except UnicodeEncodeError:
        raise Unauthorized from None


async def recognise(desk: Desk, request: web.Request) -> UUID:
    """The caller's project, this request counted once. Raises Unauthorized, RateLimited."""
    if LIMIT not in request[STAMP]:  # else it is counted, as its answer will say
        await admit(desk, request)
    return await authenticate(desk, request)


async def admit(desk: Desk, request: web.Request) -> str:
    """The hash of the key that is shown, once its project may make another request.

    Raises Unauthorized, RateLimited. That the key is valid still is yet to be shown.
    """
    hashed = key_hash(request)
    limiter = desk.limiter
    if limiter.limit:
        project_id = limiter.project_of(hashed)
        if project_id is None:
            project_id = await authenticate(desk, request)
            limiter.learn(hashed, project_id)
        quota = limiter.take(project_id)
        request[STAMP].update(quota.headers())
        if quota.over:
            await authenticate(desk, request)
            raise RateLimited(quota.reset)
    return hashed


async def authenticate(desk: Desk, request: web.Request) -> UUID:
    """The caller's project. Raises Unauthorized. For what is refused before its own hop."""
    hashed = key_hash(request)
    try:
        return await desk.db.read(api_keys.project_of, hashed)
    except Unauthorized:
        desk.limiter.forget(hashed)
        raise
