"""Where public addresses lead: nothing outside this machine is ever called by a stand-in."""

from __future__ import annotations

from urllib.parse import urlsplit


class Routes:
    """Public origins and the local ones behind them, as a reverse proxy would have it."""

    def __init__(self) -> None:
        self._routes: dict[str, str] = {}

    def add(self, public: str, local: str) -> None:
        """Requests for the public origin go to the local one."""
        self._routes[public.rstrip("/")] = local.rstrip("/")

    def local(self, url: str) -> str | None:
        """The address to call for that URL; None where nothing is behind it."""
        parts = urlsplit(url)
        local = self._routes.get(f"{parts.scheme}://{parts.netloc}")
        if local is None:
            return None
        return local + parts.path + (f"?{parts.query}" if parts.query else "")
