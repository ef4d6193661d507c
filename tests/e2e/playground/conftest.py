"""The playground as `python run.py` opens it, and a browser on it; one of each a module."""

import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.conftest import LaunchOptions
from tests.e2e.desk import Desk
from tests.e2e.playground.browsing import Player, browsing, playing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The process. Tests that share it take customers of their own."""
    async with Desk(tmp_path_factory.mktemp("ground"), playground="auto") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: LaunchOptions) -> AsyncIterator[Browser]:
    async with browsing(chromium) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def player(browser: Browser, ground: Desk) -> AsyncIterator[Player]:
    since = len(ground.lines)
    async with playing(browser, ground.url) as arrived:
        yield arrived
        sys.stdout.write("\n".join(ground.lines[since:]))  # pytest shows it where the test failed
