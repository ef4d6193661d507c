"""A shop with the support button, and visitors of it; the desk runs in the test's own process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.conftest import Desk
from tests.api.pages import allow
from tests.api.shop import Shop
from tests.api.visitor import Visit, Visitor, visiting
from tests.conftest import LaunchOptions


@pytest.fixture
def url(desk: Desk) -> str:
    return f"http://127.0.0.1:{desk.port}"


@pytest.fixture
async def shop(desk: Desk, url: str) -> AsyncIterator[Shop]:
    """A shop that the project admits, under the strictest policy that lets the button work."""
    desk.clock.now = datetime.now(UTC)  # the browser's clock shows it too
    async with Shop() as site:
        await allow(desk.client, site.origin)
        site.policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
            f" script-src 'self' {url}; connect-src {url};"
            " require-trusted-types-for 'script'; trusted-types 'none'"
        )
        yield site


@pytest.fixture
async def visit(chromium: LaunchOptions, shop: Shop, url: str) -> AsyncIterator[Visit]:
    """Opens a page of the shop; without attributes the button is as `data-project` makes it."""
    async with AsyncExitStack() as stack:

        async def open_page(about: dict[str, Any] | None = None, **attributes: str) -> Visitor:
            shop.button(url, **{"project": "main", **attributes})
            browser = visiting(chromium, shop, url, **(about or {}))
            visitor = await stack.enter_async_context(browser)
            await visitor.visit()
            return visitor

        yield open_page
