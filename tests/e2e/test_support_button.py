"""The support button by clicks: from a shop's page through the messenger to the agents' card."""

from collections.abc import AsyncIterator
from itertools import product

import pytest
from playwright.async_api import expect

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.api.scanning import scan_png
from tests.api.shop import Shop
from tests.api.visitor import PHONE, Visitor, visiting
from tests.conftest import LaunchOptions
from tests.e2e.desk import Desk
from tests.e2e.people import chat_text, last, shown, topic_of

pytestmark = pytest.mark.browser

KEPT = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 2}


@pytest.fixture
async def shop(desk: Desk) -> AsyncIterator[Shop]:
    """A shop with the button, under a policy that lets in the desk's script and calls alone."""
    async with Shop() as site:
        site.policy = (
            f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {desk.url};"
            f" connect-src {desk.url}"
        )
        site.button(desk.url, project="main", context_order="1042")
        yield site


@pytest.fixture
async def visitor(shop: Shop, desk: Desk, chromium: LaunchOptions) -> AsyncIterator[Visitor]:
    async with visiting(chromium, shop, desk.url, **KEPT) as somebody:
        yield somebody


async def admit(desk: Desk, *origins: str) -> None:
    settings = {"allowed_origins": list(origins)}
    assert (await desk.call("PATCH", "/v1/helpdesk/settings", settings))[0] == 200


async def test_a_click_leads_through_the_code_and_consent_to_a_ticket_that_knows_the_page(
    desk: Desk,
    shop: Shop,
    visitor: Visitor,
    messenger: TelegramStandIn,
    forum: Group,
    ann: Person,
) -> None:
    await admit(desk, shop.origin)
    await visitor.visit("/orders/1042")
    link = await visitor.ask()
    await expect(visitor.codes).to_have_count(1)
    [scanned] = scan_png(await visitor.dialog.screenshot())
    assert scanned == link
    await visitor.reads("Waiting for you in the messenger")

    ann.follow(scanned)
    consent = await messenger.until(lambda: shown(ann, "Acme"), what="the consent screen")
    await visitor.reads("Waiting for you in the messenger")
    ann.press(consent, "Subscribe")
    await visitor.reads("You are connected")
    await visitor.assert_accessible()

    ann.say("My lamp has no plug")
    topic = await topic_of(messenger, forum, 1)
    card = await messenger.until(
        lambda: next((m for m in topic.messages if "no plug" in m.text), None), what="the card"
    )
    assert f"{shop.origin}/orders/1042" in card.text
    assert "order: 1042" in card.text
    await visitor.assert_nothing_kept()
    visitor.assert_at_peace()


async def test_who_cancels_in_the_messenger_is_told_on_the_page(
    desk: Desk, shop: Shop, visitor: Visitor, messenger: TelegramStandIn, ann: Person
) -> None:
    await admit(desk, shop.origin)
    await visitor.visit()
    ann.follow(await visitor.ask())
    consent = await messenger.until(lambda: shown(ann, "Acme"), what="the consent screen")
    ann.press(consent, "Cancel")
    await visitor.reads("You cancelled in the messenger")
    visitor.assert_at_peace()


async def test_a_page_that_is_not_admitted_gets_no_link(
    desk: Desk, shop: Shop, visitor: Visitor
) -> None:
    await admit(desk, "https://shop.example")
    await visitor.visit()
    await visitor.pill.click()
    await visitor.reads("Support is not set up for this page.")
    await expect(visitor.dialog.get_by_role("link")).to_have_count(0)


async def test_a_projects_page_leads_into_the_messenger(
    desk: Desk, visitor: Visitor, messenger: TelegramStandIn, ann: Person
) -> None:
    await visitor.page.goto(f"{desk.url}/help/main")
    await expect(visitor.page.get_by_role("heading", name="Acme")).to_be_visible()
    href = await visitor.page.get_by_role("link", name="Open Telegram").get_attribute("href")
    assert scan_png(await visitor.page.screenshot()) == [href]
    assert href is not None
    ann.follow(href)
    await messenger.until(lambda: "We mend things." in chat_text(ann.chat), what="the consent")
    assert last(ann).labels == ["Subscribe", "Cancel"]
    visitor.assert_at_peace()


async def test_the_desks_own_pages_are_accessible_and_fit_every_screen(
    desk: Desk, chromium: LaunchOptions
) -> None:
    for scheme, language, size in product(("light", "dark"), ("en", "ru"), ({}, PHONE)):
        about = {"color_scheme": scheme, "locale": language, **size}
        async with visiting(chromium, Shop(), desk.url, **about) as visitor:
            for path in ("/", "/help/main"):
                await visitor.page.goto(desk.url + path)
                await expect(visitor.page.locator("html")).to_have_attribute("lang", language)
                await visitor.assert_accessible()
                excess = "document.documentElement.scrollWidth - innerWidth"
                assert await visitor.page.evaluate(excess) <= 0
            assert visitor.problems == []
            assert [url for url in visitor.called if not url.startswith(desk.url)] == []
