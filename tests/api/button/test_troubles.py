"""What can go wrong is said in plain words, and can be tried again."""

import pytest
from playwright.async_api import expect

from storage import requests
from tests.api.conftest import Desk
from tests.api.pages import Page, allow
from tests.api.visitor import ANN, Visit, linked, made

pytestmark = pytest.mark.browser


async def test_too_many_requests_are_told_with_the_time_to_wait(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    for _ in range(10):
        await Page(desk, visitor.shop.origin).request()
    await visitor.pill.click()
    await visitor.reads("Too often: please wait for 60 s.")
    desk.clock.move(seconds=60)
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")


@pytest.mark.parametrize("setting", ["helpdesk_enabled", "helpdesk_allow_create"])
async def test_a_helpdesk_that_is_switched_off_is_told(
    desk: Desk, visit: Visit, setting: str
) -> None:
    await desk.client.patch("/v1/helpdesk/settings", {setting: False})
    visitor = await visit()
    await visitor.pill.click()
    await visitor.reads("Support takes no new questions right now.")
    await desk.client.patch("/v1/helpdesk/settings", {setting: True})
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")


async def test_a_page_that_is_not_admitted_is_told_so(desk: Desk, visit: Visit) -> None:
    await allow(desk.client, "https://another.example")
    visitor = await visit()
    await visitor.pill.click()
    await visitor.reads("Support is not set up for this page.")
    assert "Deskwire: this origin is not allowed" in visitor.problems
    await allow(desk.client, visitor.shop.origin)
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")


async def test_a_desk_that_fails_can_be_asked_again(desk: Desk, visit: Visit) -> None:
    known = dict(desk.links.bots)
    desk.links.bots.clear()
    visitor = await visit()
    await visitor.pill.click()
    await visitor.reads("Support can’t be reached right now.")
    desk.links.bots |= known
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")


async def test_without_a_network_it_says_so_and_goes_on_when_it_is_back(
    desk: Desk, visit: Visit
) -> None:
    visitor = await visit()
    await expect(visitor.pill).to_be_visible()
    await visitor.page.context.set_offline(True)
    await visitor.pill.click()
    await visitor.reads("No connection")
    await visitor.page.context.set_offline(False)
    await visitor.button("Try again").click()
    await visitor.reads("Waiting for you")
    request = await made(desk, await linked(visitor))
    await visitor.page.context.set_offline(True)
    await visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await visitor.reads("No connection")
    await expect(visitor.link("Open Telegram")).to_be_visible()
    await visitor.page.context.set_offline(False)
    await desk.db.write(requests.accept, request.id, ANN)
    await visitor.reads("You are connected")
