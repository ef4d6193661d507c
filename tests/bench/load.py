"""A client that costs little: kept-alive connections that ask again once they are answered."""

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from typing import cast


class _Connection(asyncio.Protocol):
    """Sends request after request; an answer is over when its Content-Length is there."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self._done.set_result(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 2"):
            self._done.set_exception(RuntimeError(self._got.decode()))
            self._transport.close()
            return
        self._got = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server hung up"))


def _length(head: bytes) -> int:
    start = head.lower().index(b"content-length:") + 15
    return int(head[start : start + 12].split(b"\r", 1)[0])


def request(method: str, path: str, key: str, body: bytes = b"") -> bytes:
    """The bytes of a request, as they go over the wire."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(port: int, requests: list[bytes], connections: int) -> float:
    """Send all the requests over so many connections; requests a second."""
    loop = asyncio.get_running_loop()
    waiting = iter(requests)
    started = time.perf_counter()
    ends: list[asyncio.Future[None]] = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(partial(_Connection, waiting, done), "127.0.0.1", port)
    await asyncio.gather(*ends)
    return len(requests) / (time.perf_counter() - started)
