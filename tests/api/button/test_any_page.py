"""The button on any page: under its styles, in its language, at any width, whatever it does."""

import pytest
from playwright.async_api import expect

from tests.api.shop import Shop
from tests.api.visitor import WIDTHS, Visit

pytestmark = pytest.mark.browser


async def test_included_twice_it_is_there_once(visit: Visit, shop: Shop, url: str) -> None:
    shop.button(url, project="main")
    visitor = await visit()
    await expect(visitor.pill).to_have_count(1)
    again = "(src) => document.head.append(Object.assign(document.createElement('script'), {src}))"
    shop.policy = None
    await visitor.visit()
    async with visitor.page.expect_response("**/support.js?again"):
        await visitor.page.evaluate(again, f"{url}/support.js?again")
    await visitor.ask()
    assert len([path for path in visitor.to_the_desk if path.endswith("/request")]) == 1
    await expect(visitor.pill).to_have_count(1)


async def test_it_outlives_a_page_that_replaces_its_body(visit: Visit) -> None:
    visitor = await visit()
    await expect(visitor.pill).to_be_visible()
    await visitor.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    await visitor.ask()


async def test_it_speaks_the_pages_language(visit: Visit, shop: Shop) -> None:
    shop.lang = "ru-RU"
    visitor = await visit()
    await expect(visitor.pill).to_have_text("Написать в поддержку")
    await visitor.pill.click()
    await visitor.reads("Ждём вас в мессенджере")
    await expect(visitor.link("Открыть Telegram")).to_be_visible()
    await visitor.button("Закрыть").click()
    await visitor.page.evaluate("document.documentElement.lang = 'de'")
    await expect(visitor.pill).to_have_text("Contact support")


async def test_a_pages_own_styles_do_not_reach_it_but_its_variables_do(
    visit: Visit, shop: Shop
) -> None:
    shop.looks += """
        * { display: block !important; color: red !important; font-size: 40px !important; }
        :root { --deskwire-accent: rgb(0, 90, 60); --deskwire-right: 60px; }
    """
    visitor = await visit()
    look = "(e) => { const s = getComputedStyle(e); return [s.color, s.fontSize, s.display]; }"
    assert await visitor.pill.evaluate(look) == ["rgb(255, 255, 255)", "15px", "flex"]
    assert await visitor.pill.evaluate("(e) => getComputedStyle(e).backgroundColor") == (
        "rgb(0, 90, 60)"
    )
    box = await visitor.pill.bounding_box()
    assert box is not None
    assert round(box["x"] + box["width"]) == 1280 - 60


@pytest.mark.parametrize("lang", ["en", "ru"])
async def test_it_fits_every_screen(visit: Visit, shop: Shop, lang: str) -> None:
    shop.lang = lang
    visitor = await visit()
    for width in WIDTHS:
        await visitor.page.set_viewport_size({"width": width, "height": 640})
        await expect(visitor.pill).to_be_in_viewport(ratio=1)
        await visitor.pill.click()
        await expect(visitor.dialog.get_by_role("link")).to_have_count(2)
        await expect(visitor.dialog).to_be_in_viewport(ratio=1)
        excess = "document.documentElement.scrollWidth - innerWidth"
        assert await visitor.page.evaluate(excess) <= 0
        fits = await visitor.dialog.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        assert fits
        await visitor.page.keyboard.press("Escape")
