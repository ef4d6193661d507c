"""The playground's page as somebody plays on it, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Locator, Page, async_playwright, expect

from tests.conftest import LaunchOptions

PATIENCE = 30_000.0
"""Milliseconds for the product to answer a click: a group takes 20 messages a minute, no more."""
WIDE = {"width": 1440, "height": 900}
SERIOUS = ("serious", "critical")


class Player:
    """A browser's page. `problems` are what its console said, `called` whom it asked."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self.called: set[str] = set()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.called.add(request.url))

    async def arrive(self) -> None:
        await self.page.goto(f"{self.url}/playground")
        await expect(self.page.locator("#online")).to_have_text(re.compile("Live|На связи"))

    # --- the panes --------------------------------------------------------------------------

    @property
    def website(self) -> FrameLocator:
        return self.page.frame_locator("#shop")

    @property
    def phone(self) -> Locator:
        return self.page.locator("#phone")

    @property
    def agents(self) -> Locator:
        return self.page.locator("#agents")

    @property
    def behind(self) -> Locator:
        return self.page.locator("#behind")

    def show(self, pane: str) -> Locator:
        """The button that shows a pane where there is room for one."""
        return self.page.get_by_role("navigation", name="Panes").get_by_role("button", name=pane)

    # --- what people do ---------------------------------------------------------------------

    async def be(self, customer: str, messenger: str = "Telegram") -> None:
        """Take the phone of a customer in that messenger."""
        await self.phone.get_by_text(messenger, exact=True).click()
        await self.phone.get_by_text(customer, exact=True).click()

    async def work_in(self, group: str) -> None:
        """The agents' group: Topics, Group, or MAX group; a page that is closed before the desk
        has answered takes its wish along."""
        if await self.agents.get_by_role("radio", name=group, exact=True).is_checked():
            return
        async with self.page.expect_response("**/playground/actions/link"):
            await self.agents.get_by_text(group, exact=True).click()

    async def contact(self, app: str = "Telegram") -> None:
        """From the website's support button into the messenger."""
        await self.website.get_by_role("button", name="Contact support").click()
        await self.website.get_by_role("link", name=f"Open {app}").click()

    async def ask(self, text: str) -> None:
        """Start the bot, consent, and open a ticket."""
        await press(self.phone, "Start|Начать")
        await press(self.phone, "Subscribe|Подписаться")
        await self.create(text)

    async def create(self, text: str) -> None:
        """Open a ticket by the menu; it is the one that the agents see then."""
        await press(self.phone, "Create ticket|Создать")
        cancel = self.phone.get_by_role("button", name=re.compile("Cancel|Отмена"))
        await expect(cancel).to_be_visible()
        await write(self.phone, text)
        await expect(chat(self.phone)).to_contain_text(re.compile("this is ticket|ваше обращение"))
        topic = self.agents.get_by_role("button", name=text)
        await expect(topic.or_(said(self.agents, text)).last).to_be_visible()
        if await topic.count():
            await topic.click()

    async def attach(self, pane: Locator, what: str) -> None:
        """Send one of the samples."""
        await press(pane, "Attach|Прикрепить")
        await self.choose(what)

    async def on(self, message: Locator, choice: str) -> None:
        """Open a message's menu, and take something from it."""
        await message.hover()
        actions = re.compile("Message actions|Действия с сообщением")
        await message.get_by_role("button", name=actions).click()
        await self.choose(choice)

    async def choose(self, item: str) -> None:
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def break_(self, messenger: str, how: str) -> None:
        """Trouble for a messenger: Slow, 429, 502, Cut off; or Works again."""
        field = self.behind.get_by_role("group", name=messenger, exact=True).first
        await field.get_by_text(how, exact=True).click()
        await expect(self.behind.get_by_role("status")).to_contain_text(f"{messenger}: {how}")

    # --- what is looked at ------------------------------------------------------------------

    async def assert_accessible(self) -> None:
        found = await Axe().run(self.page)
        serious = [
            f"{each['id']}: {node['html'][:150]} {node.get('failureSummary')}"
            for each in found.response["violations"]
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]
        assert not serious, "\n".join(serious)

    async def assert_no_wider_than_the_screen(self) -> None:
        excess = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, f"{excess} pixels too wide at {self.page.viewport_size}"

    def assert_at_peace(self) -> None:
        """The console was silent, and nobody but the desk was called."""
        assert not self.problems, self.problems
        others = [url for url in self.called if not url.startswith((f"{self.url}/", "data:"))]
        assert not others, others


@asynccontextmanager
async def browsing(chromium: LaunchOptions) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium)
        yield browser
        await browser.close()


@asynccontextmanager
async def playing(browser: Browser, url: str, **about: Any) -> AsyncIterator[Player]:
    """A page that has arrived; Playwright's options of a context say in which browser."""
    options = {"viewport": WIDE, "locale": "en-GB", "color_scheme": "light", **about}
    context = await browser.new_context(**options)
    player = Player(await context.new_page(), url)
    await player.arrive()
    yield player
    await context.close()
    player.assert_at_peace()


def chat(pane: Locator) -> Locator:
    return pane.get_by_role("log")


def said(pane: Locator, words: str) -> Locator:
    """The newest message that has these words."""
    return chat(pane).get_by_role("article").filter(has_text=words).last


def own(pane: Locator, words: str) -> Locator:
    """The newest message with these words by whoever has the pane."""
    mine = chat(pane).get_by_role("article", name=re.compile("You|Вы"))
    return mine.filter(has_text=words).last


async def press(pane: Locator, name: str) -> None:
    """Click a button; the name is a pattern, for phones that speak another language."""
    await pane.get_by_role("button", name=re.compile(name)).last.click()


async def write(pane: Locator, text: str) -> None:
    line = pane.get_by_role("textbox")
    await line.fill(text)
    await line.press("Enter")
    await expect(line).to_have_value("")
