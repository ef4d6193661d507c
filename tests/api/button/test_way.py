"""From the click to the consent, in a real browser, on a page of another origin."""

import pytest
from playwright.async_api import expect

from storage import requests
from tests.api.conftest import Desk
from tests.api.scanning import scan_png
from tests.api.visitor import ANN, PHONE, Visit, linked, made

pytestmark = pytest.mark.browser


async def test_nothing_is_asked_of_the_desk_before_the_click(visit: Visit) -> None:
    visitor = await visit()
    await expect(visitor.pill).to_be_visible()
    assert visitor.to_the_desk == []
    visitor.assert_at_peace()


async def test_a_wide_screen_shows_codes_that_say_what_the_links_lead_to(visit: Visit) -> None:
    visitor = await visit({"device_scale_factor": 2})
    telegram = await visitor.ask()
    await expect(visitor.codes).to_have_count(2)
    shown = [await visitor.link(f"Open {app}").get_attribute("href") for app in ("Telegram", "MAX")]
    assert telegram.startswith("https://t.me/desk_bot?start=hd_")
    assert scan_png(await visitor.dialog.screenshot()) == shown
    await visitor.reads("Waiting for you in the messenger")
    visitor.assert_at_peace()


async def test_a_phone_shows_the_links_alone(visit: Visit) -> None:
    visitor = await visit(PHONE)
    await visitor.ask()
    await expect(visitor.link("Open MAX")).to_be_visible()
    await expect(visitor.link("Open MAX")).to_have_attribute("target", "_blank")
    await expect(visitor.codes).to_have_count(0)
    assert not any("/qr" in url for url in visitor.to_the_desk)
    visitor.assert_at_peace()


async def test_a_screen_that_grows_wide_shows_the_codes(visit: Visit) -> None:
    visitor = await visit(PHONE)
    await visitor.ask()
    await visitor.page.set_viewport_size({"width": 1000, "height": 720})
    await expect(visitor.codes).to_have_count(2)


async def test_the_page_says_when_the_customer_consented(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    request = await made(desk, await visitor.ask())
    await desk.db.write(requests.accept, request.id, ANN)
    await visitor.reads("You are connected")
    await expect(visitor.link("Open Telegram")).to_have_count(0)
    await visitor.button("Close").last.click()
    await expect(visitor.dialog).to_be_hidden()
    assert await visitor.ask() != f"https://t.me/desk_bot?start=hd_{request.id}"
    await visitor.assert_nothing_kept()
    visitor.assert_at_peace()


async def test_who_cancelled_is_told_and_may_try_again(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    request = await made(desk, await visitor.ask())
    await desk.db.write(requests.cancel, request.id, ANN)
    await visitor.reads("You cancelled")
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")
    assert (await made(desk, await linked(visitor))).id != request.id


async def expire(desk: Desk) -> None:
    desk.clock.move(minutes=15)
    await desk.db.write(requests.expire)


async def test_a_link_that_expires_on_the_screen_is_replaced_once(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    first = await visitor.ask()
    await expire(desk)
    await expect(visitor.link("Open Telegram")).not_to_have_attribute("href", first)
    await expire(desk)
    await visitor.reads("The link has expired")
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")


async def test_closing_and_opening_again_keeps_the_link_while_it_lives(
    desk: Desk, visit: Visit
) -> None:
    visitor = await visit()
    first = await visitor.ask()
    await visitor.page.keyboard.press("Escape")
    assert await visitor.ask() == first
    await visitor.button("Close").click()
    await visitor.page.evaluate("history.pushState(null, '', '/orders/7')")
    second = await visitor.ask()
    assert second != first
    assert (await made(desk, second)).context == {"page": f"{visitor.shop.origin}/orders/7"}
