"""Serves the application, and gives what fails below it the shape of every other error."""

from typing import Any

import structlog
from aiohttp import web

from api import errors
from api.middlewares import EDGE, REQUEST_ID, request_id
from storage.errors import HelpdeskError

_log = structlog.get_logger(__name__)


class _Connection(web.RequestHandler):
    """aiohttp's connection, less its own pages for errors and its log of what strangers send."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """What is still on its way of a request in hand is taken though the server ends: aiohttp
        3.14 leaves it lying from then on, and so the request without an answer."""
        ends, at_once = self._close, self._force_close
        if not self._request_in_progress or not (ends or at_once):
            super().data_received(data)
            return
        self._close = self._force_close = False
        try:
            super().data_received(data)
        finally:
            self._close, self._force_close = ends or self._close, at_once or self._force_close

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP, or to a failure outside the edge."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            raise ConnectionError("There is nobody to answer, or the answer has begun already.")
        error: HelpdeskError = errors.InvalidInput([], "This is not HTTP as it should be.")
        if status >= 500:
            _log.error("Request failed", exc_info=exc)
            error = errors.InternalError()
        response = _problem(request, error)
        response.force_close()
        return response


def _problem(request: web.BaseRequest, error: HelpdeskError) -> web.Response:
    response = errors.response_to(error)
    response.headers[REQUEST_ID] = request_id(request.headers)
    response.headers["Server"] = "Deskwire"
    return response


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """aiohttp's runner, with connections of ours, and around the application its edge."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        handler: Any = self.app[EDGE](made.request_handler)  # whose types know base requests only
        # What is packed stays so: aiohttp would refuse what it can't unpack before the edge knows.
        how = {**made._kwargs, "auto_decompress": False}
        return _Server(handler, request_factory=made.request_factory, **how)

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError."""
        await web.TCPSite(self, host, port).start()
