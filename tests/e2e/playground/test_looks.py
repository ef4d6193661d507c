"""The page fits every screen, in dark and light, in both languages, and for screen readers."""

from itertools import product

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.desk import Desk
from tests.e2e.playground.browsing import Player, chat, playing, press
from tests.e2e.playground.feed import ANN, EMMA, open_page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WIDTHS = (320, 390, 768, 1099, 1100, 1440, 1920)
PANES = {
    "Website": "#website",
    "Customer": "#phone",
    "Agents": "#agents",
    "Behind the scenes": "#behind",
}
PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def tickets(ground: Desk) -> None:
    """Something to look at, in both messengers."""
    async with open_page(ground) as page:
        await page.ask(ANN, "My lamp has no plug." + " It has none." * 20)
        await page.ask(EMMA, "https://shop.example/" + "a-long-address/" * 12)


async def test_every_pane_fits_the_screen(player: Player) -> None:
    for width, (name, selector) in product(WIDTHS, PANES.items()):
        await player.page.set_viewport_size({"width": width, "height": 700})
        if width < 1100:
            await player.show(name).click()
        await expect(player.page.locator(selector)).to_be_in_viewport(ratio=1)
        await player.assert_no_wider_than_the_screen()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_a_wide_screen(
    browser: Browser, ground: Desk, scheme: str
) -> None:
    async with playing(browser, ground.url, color_scheme=scheme) as player:
        await press(player.behind, "Behind the scenes")
        for messenger, group in (("Telegram", "Topics"), ("MAX", "MAX group")):
            await player.phone.get_by_text(messenger, exact=True).click()
            await player.work_in(group)
            await expect(chat(player.agents).get_by_role("article").first).to_be_visible()
            await player.assert_accessible()
        await press(player.phone, "Attach|Прикрепить|Start|Начать")
        await player.assert_accessible()
        await player.work_in("Topics")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "ru-RU"), ("dark", "en-GB")])
async def test_axe_finds_nothing_serious_on_a_phone(
    browser: Browser, ground: Desk, scheme: str, locale: str
) -> None:
    about = {"color_scheme": scheme, "locale": locale, "viewport": PHONE}
    async with playing(browser, ground.url, **about) as player:
        for tab in await player.page.locator("[data-pane]").all():
            await tab.click()
            await player.assert_accessible()


async def test_the_light_and_the_language_are_chosen_and_kept(player: Player) -> None:
    page = player.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await press(page.locator(".top"), "Dark")
    assert await page.evaluate(ground) != light
    await press(page.locator(".top"), "На русском")
    await expect(page.get_by_role("heading", name="Операторы")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Операторы")).to_be_visible()
    assert await page.evaluate(ground) != light


async def test_the_website_is_seen_in_the_customers_language_and_the_pages_light(
    player: Player,
) -> None:
    await player.be("Мария")
    await expect(player.website.get_by_role("button", name="Написать в поддержку")).to_be_visible()
    await player.be("Ann")
    await expect(player.website.get_by_role("button", name="Contact support")).to_be_visible()
    await press(player.page.locator(".top"), "Dark")
    await expect(player.website.locator("html")).to_have_attribute("data-theme", "dark")


async def test_what_is_long_and_hidden_is_counted_on_the_tabs(
    browser: Browser, ground: Desk
) -> None:
    async with playing(browser, ground.url, viewport=PHONE) as player:
        async with open_page(ground) as page:
            chat_id = page.chat_of(EMMA)
            topic = page.group()["topics"][-1]["id"]
            kate = page.state["agents"]["telegram"][0]["id"]
            before = len(page.texts(chat_id))
            where = {"person": kate, "chat": page.group()["id"], "topic": topic}
            await page.act("say", **where, text="Here is a shorter one")
            await page.until(lambda _: len(page.texts(chat_id)) > before)
        await expect(player.show("Customer").locator(".badge")).to_be_visible()
