"""A visitor of a shop whose pages have the desk's support button, in a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, async_playwright, expect

from storage import requests
from storage.model import Channel, Chat, Person, Request
from tests.api.conftest import Desk
from tests.api.shop import Shop
from tests.conftest import LaunchOptions

PATIENCE = 15_000.0
"""Milliseconds for the desk to answer a click."""


ANN = Person(Chat(Channel.TELEGRAM, 500), 500, "Ann")
PHONE = {"viewport": {"width": 360, "height": 720}}
WIDTHS = (320, 360, 480, 639, 640, 768, 1024, 1440, 1920)


class Visitor:
    """What a visitor sees and does. `problems` are what the console said."""

    def __init__(self, page: Page, shop: Shop, desk: str) -> None:
        self.page = page
        self.shop = shop
        self.desk = desk
        self.problems: list[str] = []
        self.called: list[str] = []
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.called.append(request.url))

    async def visit(self, path: str = "/orders/1042?from=mail") -> None:
        await self.page.goto(self.shop.origin + path)

    @property
    def pill(self) -> Locator:
        return self.page.locator("deskwire-support").locator("button.pill")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def codes(self) -> Locator:
        return self.dialog.get_by_role("img")

    def button(self, name: str) -> Locator:
        return self.dialog.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.dialog.get_by_role("link", name=name, exact=True)

    async def reads(self, words: str) -> None:
        """The dialog's status, which a screen reader tells by itself, has these words."""
        await expect(self.dialog.get_by_role("status")).to_contain_text(words)

    async def ask(self) -> str:
        """Press the button; where the link into the messenger leads."""
        await self.pill.click()
        return await linked(self)

    @property
    def to_the_desk(self) -> list[str]:
        """What the desk was asked, besides its script."""
        return [url for url in self.called if url.startswith(f"{self.desk}/v1/")]

    def assert_at_peace(self) -> None:
        """The console was silent, nobody else was called, and nothing was kept."""
        assert self.problems == []
        known = (self.shop.origin, self.desk)
        assert [url for url in self.called if not url.startswith(known)] == []

    async def assert_nothing_kept(self) -> None:
        assert await self.page.context.cookies() == []
        assert await self.page.evaluate("localStorage.length + sessionStorage.length") == 0

    async def assert_accessible(self) -> None:
        """axe-core finds nothing at all in what is shown now."""
        found = await Axe().run(self.page)
        assert found.response["violations"] == []

    async def focused(self) -> str:
        """What has the focus: its name, or "the page" where it is outside of the button."""
        within = "document.activeElement.shadowRoot?.activeElement"
        name = f"({within})?.ariaLabel || ({within})?.textContent.trim() || 'the page'"
        said: str = await self.page.evaluate(name)
        return said


@asynccontextmanager
async def visiting(
    chromium: LaunchOptions, shop: Shop, desk: str, **about: Any
) -> AsyncIterator[Visitor]:
    """A visitor with a browser of this kind; Playwright's options of a context say which."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium)
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en", **about}
        page = await (await browser.new_context(**options)).new_page()
        page.set_default_timeout(PATIENCE)
        yield Visitor(page, shop, desk)
        await browser.close()


Visit = Callable[..., Awaitable[Visitor]]


async def linked(visitor: Visitor) -> str:
    """The deeplink into Telegram that is shown now."""
    href = await visitor.link("Open Telegram").get_attribute("href")
    assert href is not None
    return href


async def made(desk: Desk, href: str) -> Request:
    """The request behind a deeplink."""
    return await desk.db.read(requests.find, href.partition("=hd_")[2])
