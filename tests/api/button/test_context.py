"""What goes along with a request, and how a page says it."""

import json

import pytest
from playwright.async_api import expect

from storage.model import Channel
from tests.api.conftest import Desk
from tests.api.shop import Shop
from tests.api.visitor import Visit, made

pytestmark = pytest.mark.browser


async def test_the_pages_address_goes_along(desk: Desk, visit: Visit) -> None:
    visitor = await visit()
    request = await made(desk, await visitor.ask())
    assert request.context == {"page": f"{visitor.shop.origin}/orders/1042?from=mail"}
    assert (request.channel, request.ticket_type_id) == (None, None)


async def test_attributes_say_project_channel_type_and_context(desk: Desk, visit: Visit) -> None:
    created = await desk.client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})
    kind = created.json["id"]
    about = {"context_order": "1042", "context_user-name": "Ann", "label": "Ask us"}
    visitor = await visit(None, channel="telegram", ticket_type=kind, **about)
    await expect(visitor.pill).to_have_text("Ask us")
    request = await made(desk, await visitor.ask())
    assert (request.channel, str(request.ticket_type_id)) == (Channel.TELEGRAM, kind)
    assert request.context["order"] == "1042"
    assert request.context["user-name"] == "Ann"
    await expect(visitor.codes).to_have_count(1)
    await expect(visitor.link("Open MAX")).to_have_count(0)


@pytest.mark.parametrize("as_function", [True, False])
async def test_the_pages_own_script_says_more_at_the_click(
    desk: Desk, visit: Visit, shop: Shop, as_function: bool
) -> None:
    context = {"order": 1042, "user": "Ann", "page": None, "empty": "", "long": "x" * 3000}
    said = f"() => ({json.dumps(context)})" if as_function else json.dumps(context)
    shop.script("own.js", f"window.deskwire = {{ context: {said} }};")
    visitor = await visit(None, context_order="1")
    request = await made(desk, await visitor.ask())
    assert request.context == {"order": "1042", "user": "Ann", "long": "x" * 2000}


async def test_the_pages_own_button_opens_the_dialog(visit: Visit, shop: Shop) -> None:
    visitor = await visit(None, button="off")
    await expect(visitor.page.locator("deskwire-support")).to_be_attached()
    await expect(visitor.pill).to_be_hidden()
    await visitor.page.get_by_role("link", name="All orders").focus()
    await visitor.page.evaluate("deskwire.open()")
    await visitor.reads("Waiting for you")
    await visitor.page.evaluate("deskwire.close()")
    await expect(visitor.dialog).to_be_hidden()
    await expect(visitor.page.get_by_role("link", name="All orders")).to_be_focused()
