"""The main job by clicks: a website's button leads to an answer that the customer reads."""

import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.conftest import LaunchOptions
from tests.e2e.desk import Desk

pytestmark = pytest.mark.browser

PATIENCE = 15_000.0
"""Milliseconds for the product to answer a click."""
WIDTHS = (320, 768, 1100, 1920)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The playground, as `python run.py` opens it."""
    async with Desk(tmp_path, playground="auto") as running:
        yield running


@pytest.fixture
async def page(desk: Desk, chromium: LaunchOptions) -> AsyncIterator[Page]:
    """The playground's page. At the end: the console was silent, and nobody else was called."""
    problems: list[str] = []
    called: set[str] = set()
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium)
        opened = await browser.new_page(viewport={"width": 1440, "height": 900})
        opened.set_default_timeout(PATIENCE)
        opened.on("console", lambda message: problems.append(message.text))
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("request", lambda request: called.add(request.url))
        await opened.goto(f"{desk.url}/")
        await expect(opened.get_by_text("Live", exact=True)).to_be_visible()
        yield opened
        await browser.close()
    assert problems == []
    assert [url for url in called if not url.startswith((desk.url, "data:"))] == []


def website(page: Page) -> Locator:
    return page.get_by_role("region", name="Website")


def phone(page: Page) -> Locator:
    return page.get_by_role("region", name="Customer")


def agents(page: Page) -> Locator:
    return page.get_by_role("region", name="Agents")


def chat(pane: Locator) -> Locator:
    return pane.get_by_role("log")


async def subscribe(page: Page) -> None:
    await website(page).get_by_role("button", name="Contact support").click()
    await website(page).get_by_role("button", name="Open as Ann").click()
    await phone(page).get_by_role("button", name="Subscribe").click()


async def write(pane: Locator, text: str) -> None:
    line = pane.get_by_role("textbox")
    await line.fill(text)
    await line.press("Enter")
    await expect(line).to_have_value("")


async def open_ticket(page: Page, text: str) -> None:
    await subscribe(page)
    await phone(page).get_by_role("button", name="Create ticket").click()
    await expect(phone(page).get_by_role("button", name="Cancel")).to_be_visible()
    await write(phone(page), text)
    await agents(page).get_by_role("button", name="#1").click()
    await expect(chat(agents(page))).to_contain_text(text)


async def test_the_support_button_leads_to_an_answer_that_the_customer_reads(page: Page) -> None:
    await website(page).get_by_role("button", name="Contact support").click()
    await expect(website(page)).to_contain_text(re.compile(r"t\.me/\w+\?start=hd_[\w-]{22}"))
    await expect(website(page)).to_contain_text("Waiting for you to open the link")
    await website(page).get_by_role("button", name="Open as Ann").click()
    await phone(page).get_by_role("button", name="Subscribe").click()
    await expect(website(page)).to_contain_text("Connected")

    await phone(page).get_by_role("button", name="Create ticket").click()
    await expect(phone(page).get_by_role("button", name="Cancel")).to_be_visible()
    await write(phone(page), "My lamp has no plug")
    await expect(chat(phone(page))).to_contain_text("#1")

    await agents(page).get_by_role("button", name="#1 My lamp has no plug").click()
    card = chat(agents(page)).get_by_role("article", name="Deskwire").first
    await expect(card).to_contain_text("My lamp has no plug")
    await expect(card).to_contain_text("shop.example/orders/1042")
    await expect(card.get_by_role("button", name="Take")).to_be_visible()

    await write(agents(page), "We send you one today")
    await expect(chat(phone(page))).to_contain_text("We send you one today")
    await expect(chat(agents(page)).get_by_role("article", name="You")).to_contain_text("👍")
    await expect(card).to_contain_text("Kate")


async def test_replies_edits_and_photos_arrive_on_the_other_side(page: Page) -> None:
    await open_ticket(page, "My lamp has no plug")
    own = chat(phone(page)).get_by_role("article", name="You").last
    await own.hover()
    await own.get_by_role("button", name="Edit").click()
    await write(phone(page), "My lamp has two plugs")
    await expect(own).to_contain_text("edited")
    await expect(chat(agents(page))).to_contain_text("My lamp has two plugs")

    await phone(page).get_by_label("Attach").click()
    await phone(page).get_by_role("button", name="Sample photo").click()
    await expect(chat(phone(page)).get_by_role("img", name="Photo")).to_be_visible()
    photo = page.get_by_role("img", name="Photo")
    arrived = chat(agents(page)).get_by_role("article", name="Deskwire").filter(has=photo)
    await expect(arrived).to_be_visible()
    await arrived.hover()
    await arrived.get_by_role("button", name="Reply").click()
    await expect(agents(page)).to_contain_text("Reply to Deskwire")
    await agents(page).get_by_label("Write as").select_option("Tom Fischer")
    await write(agents(page), "I see the second one")
    await expect(chat(phone(page))).to_contain_text("Tom")


async def test_a_customer_who_blocks_the_bot_is_named_to_the_agents_and_can_come_back(
    page: Page,
) -> None:
    await open_ticket(page, "My lamp has no plug")
    await phone(page).get_by_role("button", name="Block").click()
    await expect(chat(agents(page))).to_contain_text("blocked the bot")
    await phone(page).get_by_role("button", name="Unblock").click()
    await expect(phone(page).get_by_role("textbox")).to_be_visible()


async def test_each_customer_has_a_chat_and_a_language_of_their_own(page: Page) -> None:
    await phone(page).get_by_text("Мария").click()
    await phone(page).get_by_role("button", name="Start").click()
    await expect(chat(phone(page)).get_by_role("article", name="You")).to_contain_text("/start")
    await expect(chat(phone(page))).to_contain_text(re.compile("[А-Яа-я]{4}"))
    await phone(page).get_by_text("Oliver").click()
    await expect(phone(page).get_by_role("button", name="Start")).to_be_visible()


async def test_the_main_job_is_done_by_keyboard_alone(page: Page) -> None:
    async def press(pane: Locator, name: str) -> None:
        button = pane.get_by_role("button", name=name)
        await button.focus()
        await page.keyboard.press("Enter")

    await press(website(page), "Contact support")
    await press(website(page), "Open as Ann")
    await press(phone(page), "Subscribe")
    await press(phone(page), "Create ticket")
    await expect(phone(page).get_by_role("button", name="Cancel")).to_be_visible()
    await phone(page).get_by_role("textbox").focus()
    await page.keyboard.type("My lamp has no plug")
    await page.keyboard.press("Enter")
    await press(agents(page), "#1")
    await expect(chat(agents(page))).to_contain_text("My lamp has no plug")


async def test_every_pane_fits_the_screen(page: Page) -> None:
    for width, name in product(WIDTHS, ("Website", "Customer", "Agents")):
        await page.set_viewport_size({"width": width, "height": 700})
        if width < 1100:
            panes = page.get_by_role("navigation", name="Panes")
            await panes.get_by_role("button", name=name).click()
        await expect(page.get_by_role("region", name=name)).to_be_in_viewport(ratio=1)
        excess = "document.documentElement.scrollWidth - innerWidth"
        assert await page.evaluate(excess) <= 0
