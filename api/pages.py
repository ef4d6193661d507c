"""The desk's own pages: the front page, a project's landing page, and the support button's script.

Rendered here and sent whole, with no script in them. Words are in `locales`, looks in `page/`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import locales
from api.desk import Desk
from api.health import Readiness
from api.qr import QrCode, code
from api.support_button import script
from storage import projects
from storage.errors import NotFound
from storage.model import Channel, Project

FOLDER = Path(__file__).parent / "page"
FILES = {"style.css": "text/css", "icon.svg": "image/svg+xml"}
DEFAULT_LOCALE = "en"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
SCRIPT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The script is the same for every site, and says nothing of any."""


class App(NamedTuple):
    """A messenger on a landing page."""

    name: str
    link: str
    open_label: str
    code: QrCode
    code_label: str


def add_routes(app: web.Application, desk: Desk, readiness: Readiness, *, playground: bool) -> None:
    pages = Pages(desk, readiness, playground=playground)
    app.router.add_get("/", pages.front, name="front")
    app.router.add_get("/help/{slug}", pages.help, name="help")
    app.router.add_get("/pages/{name}", pages.file, name="page_file")
    app.router.add_get("/support.js", pages.support, name="support_button")


class Pages:
    """Handlers; what is the same for all is read and put together once."""

    def __init__(self, desk: Desk, readiness: Readiness, *, playground: bool) -> None:
        self._desk = desk
        self._readiness = readiness
        self._playground = playground
        self._script = script(FOLDER)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )

    async def front(self, request: web.Request) -> web.StreamResponse:
        """What runs here, and where to go on."""
        locale = preferred(request.headers.get("Accept-Language", ""), DEFAULT_LOCALE)
        words = locales.words("pages", locale)
        ways = [("/docs", "docs"), ("/v1/openapi.json", "openapi"), ("/readyz", "readiness")]
        if self._playground:
            ways.insert(0, ("/playground", "playground"))
        shown = [(href, words[f"{name}_name"], words[f"{name}_about"]) for href, name in ways]
        ready = not await self._readiness()
        return self._page("start.jinja", locale, words, ways=shown, ready=ready)

    async def help(self, request: web.Request) -> web.StreamResponse:
        """A project's permanent links. Raises NotFound."""
        slug = request.match_info["slug"]
        project = await self._desk.db.read(projects.by_slug, slug)
        locale = preferred(request.headers.get("Accept-Language", ""), project.locale)
        words = locales.words("pages", locale)
        apps = self._apps(project, words)
        return self._page("help.jinja", locale, words, project=project, apps=apps)

    def _apps(self, project: Project, words: Mapping[str, str]) -> list[App]:
        start = f"help_{project.slug}"
        found = {
            Channel.TELEGRAM: self._desk.links.telegram(start),
            Channel.MAX: self._desk.links.max(start),
        }
        return [
            App(words[name], link, words[f"open_{name}"], code(link), words[f"code_{name}"])
            for name, link in found.items()
            if link is not None and name in self._desk.channels
        ]

    def _page(
        self, name: str, locale: str, words: Mapping[str, str], **values: Any
    ) -> web.StreamResponse:
        text = self._templates.get_template(name).render(locale=locale, words=words, **values)
        headers = {**HEADERS, "Content-Language": locale}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in FILES:
            raise NotFound("There is no such path.")
        headers = {"Content-Type": FILES[name], "X-Content-Type-Options": "nosniff"}
        return web.FileResponse(FOLDER / name, headers=headers | {"Cache-Control": "no-cache"})

    async def support(self, request: web.Request) -> web.StreamResponse:
        """The script that puts the support button on a page of any site."""
        response = web.Response(
            body=self._script.body, content_type="text/javascript", charset="utf-8"
        )
        response.headers.update(SCRIPT_HEADERS)
        response.etag = self._script.etag
        known = request.if_none_match or ()
        if any(each.value in (self._script.etag, "*") for each in known):
            response.set_status(304)
            response.body = None
        return response


def preferred(accepted: str, default: str) -> str:
    """The language of ours that a browser's Accept-Language likes best (RFC 9110, 12.5.4)."""
    liked: list[tuple[float, str]] = []
    for part in accepted[:1000].split(","):
        tag, _, quality = part.partition(";q=")
        locale = locales.pick(tag.strip(), "")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if locale and weight > 0:
            liked.append((weight, locale))
    return max(liked, key=lambda each: each[0], default=(0.0, default))[1]
