"""A website of somebody else: pages of another origin, with the support button or without."""

from typing import Self

from aiohttp import web

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/shop.css">
{head}
</head>
<body>
<main>
<h1>Order 1042</h1>
<p>Your desk lamp is on its way.</p>
<a href="/orders">All orders</a>
</main>
</body>
</html>
"""
LOOKS = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 720px; padding: 48px 24px; font: 17px/1.6 Georgia, serif; }
a { color: inherit; }
"""
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


class Shop:
    """Serves one page at every address, as its attributes say at that moment."""

    def __init__(self) -> None:
        self.head = ""
        self.lang = "en"
        self.looks = LOOKS
        self.policy: str | None = None
        self.scripts: dict[str, str] = {}
        self.origin = ""

    def button(self, desk: str, **attributes: str) -> None:
        """Put the support button of the desk at this URL on the page."""
        shown = "".join(
            f' data-{name.replace("_", "-")}="{value}"' for name, value in attributes.items()
        )
        self.head += f'<script src="{desk}/support.js"{shown} async></script>\n'

    def script(self, name: str, code: str) -> None:
        """Put a script of the shop's own on the page."""
        self.scripts[name] = code
        self.head += f'<script src="/{name}"></script>\n'

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["path"]
        if name in self.scripts:
            return web.Response(text=self.scripts[name], content_type="text/javascript")
        if name == "shop.css":
            return web.Response(text=self.looks, content_type="text/css")
        if name == "icon.svg":
            return web.Response(text=ICON, content_type="image/svg+xml")
        page = PAGE.format(lang=self.lang, head=self.head)
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        return web.Response(text=page, content_type="text/html", headers=headers)
