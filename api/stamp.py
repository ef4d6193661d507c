"""Headers of a request's answer, whatever it will be: they gather while it is looked at."""

from aiohttp import web

STAMP = web.RequestKey("stamp", dict[str, str])
"""Where a request keeps them."""


def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer its headers; what is streamed needs them before it begins."""
    response.headers.update(request[STAMP])
