"""The button for those who use no mouse, who hear it, who want it calm, or dark."""

from itertools import product

import pytest
from playwright.async_api import expect

from storage import requests
from tests.api.conftest import Desk
from tests.api.visitor import ANN, PHONE, Visit, made

pytestmark = pytest.mark.browser


async def test_the_keyboard_is_enough_and_the_focus_stays_inside_and_comes_back(
    visit: Visit,
) -> None:
    visitor = await visit()
    await visitor.pill.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.codes).to_have_count(2)
    seen = []
    for _ in range(8):
        await visitor.page.keyboard.press("Tab")
        seen.append(await visitor.focused())
    assert {"Close", "Open Telegram", "Open MAX"} <= set(seen)
    assert set(seen) <= {"Close", "Open Telegram", "Open MAX", "the page"}
    await expect(visitor.page.get_by_role("link", name="All orders")).not_to_be_focused()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.dialog).to_be_hidden()
    assert await visitor.focused() == "Contact support"


async def test_the_focus_is_not_lost_when_what_had_it_goes_away(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    request = await made(desk, await visitor.ask())
    await visitor.link("Open Telegram").focus()
    await desk.db.write(requests.cancel, request.id, ANN)
    await visitor.reads("You cancelled")
    assert await visitor.focused() != "the page"
    await visitor.button("Try again").press("Enter")
    await visitor.reads("Waiting for you")
    assert await visitor.focused() != "the page"


async def test_a_click_beside_the_dialog_closes_it(visit: Visit) -> None:
    visitor = await visit()
    await visitor.ask()
    await visitor.dialog.get_by_role("heading", name="Chat with support").click()
    await expect(visitor.dialog).to_be_visible()
    await visitor.page.mouse.click(20, 20)
    await expect(visitor.dialog).to_be_hidden()


async def test_everything_has_a_name_and_news_are_told(visit: Visit) -> None:
    visitor = await visit()
    await visitor.ask()
    await expect(visitor.page.get_by_role("dialog", name="Chat with support")).to_be_visible()
    await expect(visitor.dialog.get_by_role("img", name="QR code for Telegram")).to_be_visible()
    await expect(visitor.dialog.get_by_role("img", name="QR code for MAX")).to_be_visible()
    await expect(visitor.button("Close")).to_be_visible()
    await expect(visitor.dialog.get_by_role("status")).to_have_count(1)


@pytest.mark.parametrize(
    ("scheme", "about"), list(product(("light", "dark"), ({}, PHONE))), ids=str
)
async def test_axe_finds_nothing_in_any_state(
    desk: Desk, visit: Visit, scheme: str, about: dict[str, object]
) -> None:
    visitor = await visit({"color_scheme": scheme, **about})
    await expect(visitor.pill).to_be_visible()
    await visitor.assert_accessible()
    request = await made(desk, await visitor.ask())
    await visitor.reads("Waiting for you")
    await visitor.assert_accessible()
    await desk.db.write(requests.cancel, request.id, ANN)
    await visitor.reads("You cancelled")
    await visitor.assert_accessible()
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")
    await visitor.page.keyboard.press("Escape")
    request = await made(desk, await visitor.ask())
    await desk.db.write(requests.accept, request.id, ANN)
    await visitor.reads("You are connected")
    await visitor.assert_accessible()


async def test_it_is_dark_where_the_visitor_wants_it_dark(visit: Visit) -> None:
    shown = {}
    for scheme in ("light", "dark"):
        visitor = await visit({"color_scheme": scheme})
        await visitor.ask()
        shown[scheme] = await visitor.dialog.evaluate("(e) => getComputedStyle(e).backgroundColor")
        visitor.shop.head = ""
    assert shown == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 31, 42)"}


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "beat")])
async def test_nothing_moves_where_the_visitor_wants_it_calm(
    visit: Visit, motion: str, animation: str
) -> None:
    visitor = await visit({"reduced_motion": motion})
    await visitor.ask()
    dot = "(e) => getComputedStyle(e, '::before').animationName"
    assert await visitor.dialog.get_by_role("status").evaluate(dot) == animation
