"""The playground over HTTP: the page and its assets, the live feed, the acts and the files.

Who may call is `guard`'s business, what an act does is `actions`'.
"""

import asyncio
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web
from pydantic import ValidationError

from bot.playground.actions import ACTIONS
from bot.playground.guard import HEADERS, guarded, policy, problem
from bot.playground.stand_in.changes import Listener
from bot.playground.view import View
from storage.errors import HelpdeskError

if TYPE_CHECKING:
    from bot.playground.playground import Playground

PREFIX = "/playground"
PAGE = "index.html"
SHOP = "shop.html"
CONTENT_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
SHOWN_IN_PAGE = {
    *("image/jpeg", "image/png", "image/gif", "image/webp"),
    *("audio/ogg", "audio/mpeg", "audio/wav", "video/mp4", "video/webm"),
}
"""Files that are shown; all others, which may hold scripts, are only saved."""
LARGEST_ACT = 32 * 1024 * 1024
"""Bytes; Telegram's bots can't read files above 20 MB anyway."""
SIGN_OF_LIFE = 20.0
"""Seconds of silence after which the feed says something: a page that is gone is noticed so."""
RECOUNT = 0.5
"""Seconds after which it does while something is on its way: no messenger tells when the desk has
recorded that it arrived."""


def add_to(app: web.Application, playground: "Playground") -> None:
    """Put the playground's routes into the desk's application."""
    pages = Pages(playground)
    room = web.Application(middlewares=[guarded])
    room.router.add_get("", pages.page)
    room.router.add_get("/shop", pages.shop)
    room.router.add_get("/assets/{name}", pages.asset)
    room.router.add_get("/feed", pages.feed)
    room.router.add_get("/files/{channel}/{path:.+}", pages.file)
    room.router.add_post("/actions/{name}", pages.act)
    room.on_shutdown.append(pages.close)
    app.add_subapp(PREFIX, room)


class Pages:
    """Handlers over one playground."""

    def __init__(self, playground: "Playground") -> None:
        self._playground = playground
        self._assets = _assets()
        self._feeds: set[Listener] = set()

    async def close(self, _: web.Application) -> None:
        """End the feeds, which would last as long as their pages."""
        while self._feeds:
            self._feeds.pop().close()

    async def page(self, request: web.Request) -> web.Response:
        return self._asset(PAGE)

    async def shop(self, request: web.Request) -> web.Response:
        """The website, with the support button as on any; shown within the page."""
        # Only now it is known at which port pages are served, and so from which origin they ask.
        await self._playground.admit(request.url.port or 80)
        body, content_type = self._assets[SHOP]
        body = body.replace(b"{{ slug }}", self._playground.project.slug.encode())
        answer = web.Response(body=body, content_type=content_type, charset="utf-8")
        answer.headers["Content-Security-Policy"] = policy("'self'")
        return answer

    async def asset(self, request: web.Request) -> web.Response:
        return self._asset(request.match_info["name"])

    def _asset(self, name: str) -> web.Response:
        if name not in self._assets:
            return problem(404, "The playground has no such file.")
        body, content_type = self._assets[name]
        return web.Response(body=body, content_type=content_type, charset="utf-8")

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the whole state at first, then what changed.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        response = web.StreamResponse(headers={**HEADERS, hdrs.CONTENT_TYPE: "text/event-stream"})
        await response.prepare(request)
        with self._playground.listen() as news:
            self._feeds.add(news)
            try:
                await self._tell(news, response)
            except ConnectionResetError:  # the page was closed
                return response
            finally:
                self._feeds.discard(news)
        return response

    async def _tell(self, news: Listener, response: web.StreamResponse) -> None:
        view = View(self._playground)
        await response.write(_event("state", await view.everything()))
        while news in self._feeds:
            patience = SIGN_OF_LIFE if view.at_rest else RECOUNT
            try:
                changes = await asyncio.wait_for(news.take(), patience)
            except TimeoutError:
                changes = []
            seen = {change.chat_id for change in changes}
            await response.write(_event("changes", await view.changes(seen)))

    async def act(self, request: web.Request) -> web.Response:
        """Carry out what a person does. What the person can't do is answered in words."""
        action = ACTIONS.get(request.match_info["name"])
        if action is None:
            return problem(404, "Nobody on the playground can do that.")
        body = await _body(request)
        if body is None:
            return problem(413, "This is too large for the playground.")
        try:
            done = await action.act(self._playground, action.takes.model_validate_json(body))
        except ValidationError as error:
            return problem(400, _in_words(error))
        except LookupError as error:
            return problem(404, f"The playground has no such thing: {error}")
        except (ValueError, TypeError, RuntimeError, HelpdeskError) as error:
            return problem(409, str(error))
        return web.json_response(done or {})

    async def file(self, request: web.Request) -> web.Response:
        channel, path = request.match_info["channel"], request.match_info["path"]
        messengers = {str(name): each for name, each in self._playground.messengers.items()}
        stored = messengers[channel].file(path) if channel in messengers else None
        if stored is None:
            return problem(404, "The playground has no such file.")
        mime_type = stored.mime_type.partition(";")[0]
        if mime_type in SHOWN_IN_PAGE:
            return web.Response(body=stored.data, content_type=mime_type)
        answer = web.Response(body=stored.data, content_type="application/octet-stream")
        answer.headers[hdrs.CONTENT_DISPOSITION] = "attachment"
        return answer


async def _body(request: web.Request) -> bytes | None:
    """The body, which may be larger than the API's; None where it is too large here too."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LARGEST_ACT:
            return None
    return bytes(body)


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _assets() -> dict[str, tuple[bytes, str]]:
    folder = resources.files("bot.playground") / "page"
    found = {}
    for item in folder.iterdir():
        suffix = "." + item.name.rpartition(".")[2]
        if suffix in CONTENT_TYPES:
            found[item.name] = (item.read_bytes(), CONTENT_TYPES[suffix])
    return found


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
