"""A request's QR codes lead where its links lead."""

import pytest

from api import qr
from tests.api.conftest import Desk
from tests.api.pages import SHOP, Page, allow
from tests.api.scanning import scan_path


@pytest.mark.parametrize("channel", ["telegram", "max"])
async def test_a_code_says_the_link(desk: Desk, channel: str) -> None:
    await allow(desk.client, SHOP)
    page = Page(desk)
    request = await page.request()
    answer = await page.about(request, "qr", channel=channel)
    assert answer.status == 200
    assert set(answer.json) == {"size", "path"}
    assert scan_path(**answer.json) == request[f"{channel}_link"]


async def test_a_link_that_the_request_has_not_has_no_code(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    page = Page(desk)
    request = await page.request(channel="max")
    answer = await page.about(request, "qr", channel="telegram")
    assert (answer.status, answer.code) == (409, "channel_unavailable")


@pytest.mark.parametrize("length", [1, 60, 400])
def test_codes_of_any_length_can_be_read(length: int) -> None:
    link = "https://t.me/" + "x" * length
    made = qr.code(link)
    assert scan_path(made.size, made.path) == link
