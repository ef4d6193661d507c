"""What Prometheus may read: how requests go, and `api.standing`; and who may read it."""

import hmac
import ipaddress
from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from api import standing
from storage.database import Database
from storage.errors import Unauthorized

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 30.0)


class Metrics:
    """The numbers of one server. Others add theirs to the same registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._seconds = Histogram(
            "deskwire_http_request_seconds",
            "How long requests took, by operation and status.",
            ("operation", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._observe: dict[tuple[str, int], Callable[[float], None]] = {}
        self._standing = standing.Standing()
        registry.register(self._standing)
        ProcessCollector(registry=registry)

    def request(self, operation: str, status: int, seconds: float) -> None:
        key = (operation, status)
        observe = self._observe.get(key)
        if observe is None:
            observe = self._observe[key] = self._seconds.labels(operation, status).observe
        observe(seconds)

    async def text(self, db: Database, *, ready: bool) -> bytes:
        """All of it in Prometheus' text format. While the database cannot be read, what it would
        tell is left out: that is when the other numbers are wanted most."""
        await self._standing.look(db, ready=ready)
        return generate_latest(self.registry)


def admit(request: web.Request, token: str | None) -> None:
    """Let the token in, or without one this machine alone. Raises Unauthorized.

    What a proxy on this machine passes on does not count as coming from it.
    """
    if token is None:
        passed_on = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
        if passed_on or not _is_loopback(request.remote):
            raise Unauthorized("Only this machine may read the metrics.")
        return
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(errors="replace"), f"Bearer {token}".encode()):
        raise Unauthorized("The metrics need their token: Authorization: Bearer <token>.")


def _is_loopback(remote: str | None) -> bool:
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
