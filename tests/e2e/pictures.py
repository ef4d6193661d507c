"""Takes the pictures of the documentation: `python -m tests.e2e.pictures`, with an emoji font.

What they show is the playground itself, played on as in the tests.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from tests.conftest import CHROMIUM, LaunchOptions
from tests.e2e.desk import ROOT, Desk
from tests.e2e.palette import reduced
from tests.e2e.playground.browsing import Player, browsing, own, playing, press, said, write

FOLDER = ROOT / "docs" / "pictures"
WIDE = {"width": 1280, "height": 780}
PHONE = {"width": 390, "height": 760}


async def take(player: Player, name: str) -> None:
    """One picture, once the notes are gone and everything is at rest."""
    await expect(player.page.locator(".note")).to_have_count(0)
    await player.page.mouse.move(1, 1)
    path = FOLDER / f"{name}.png"
    path.write_bytes(reduced(await player.page.screenshot(animations="disabled", caret="hide")))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} KB")


async def in_english(browser: Browser, url: str) -> None:
    async with playing(browser, url, viewport=WIDE) as player:
        await player.contact("Telegram")
        await press(player.phone, "Subscribe")
        await player.create("My lamp has no plug")
        await write(player.agents, "// Ask the warehouse for another one")
        await write(player.agents, "Sorry for that! We send you another one today.")
        await expect(own(player.agents, "Sorry for that!")).to_contain_text("👍")
        await expect(said(player.phone, "Sorry for that!")).to_be_visible()
        await write(player.phone, "That was quick, thank you")
        await expect(said(player.agents, "That was quick")).to_be_visible()
        await player.website.get_by_role("button", name="Close", exact=True).last.click()
        await expect(player.behind.get_by_role("status")).to_contain_text("On the way: 0")
        await take(player, "playground")

        await player.be("Emma", "MAX")
        await player.ask("Which bulb fits?")
        await press(player.behind, "Behind the scenes")
        await player.break_("MAX", "429")
        await write(player.agents, "E14, up to 40 watts")
        await expect(player.behind.locator(".call", has_text="429").nth(1)).to_be_visible()
        await player.page.locator(".top").click()
        await take(player, "behind-the-scenes")
        await player.break_("MAX", "Works")
        await expect(said(player.phone, "E14")).to_be_visible()


async def in_russian(browser: Browser, url: str) -> None:
    about: dict[str, Any] = {"locale": "ru-RU", "viewport": WIDE, "color_scheme": "dark"}
    async with playing(browser, url, **about) as player:
        await player.phone.get_by_text("MAX", exact=True).click()
        await player.agents.get_by_text("Группа MAX", exact=True).click()
        await player.ask("Когда привезут лампу?")
        await player.on(said(player.agents, "Когда привезут"), "Ответить")
        await write(player.agents, "В четверг, после обеда")
        await expect(said(player.phone, "В четверг")).to_be_visible()
        await expect(said(player.agents, "✓")).to_be_visible()
        await take(player, "max-dark")


async def on_phones(browser: Browser, url: str) -> None:
    async with playing(browser, url, viewport=PHONE, device_scale_factor=1.5) as player:
        await player.website.get_by_role("button", name="Contact support").click()
        await expect(player.website.get_by_role("link", name="Open MAX")).to_be_visible()
        await take(player, "support-button")
        await player.show("Customer").click()
        await take(player, "telegram-phone")
        await player.show("Agents").click()
        await player.work_in("Topics")
        await player.agents.get_by_role("button", name="My lamp has no plug").click()
        await take(player, "agents-phone")


async def main() -> None:
    assert CHROMIUM, "Chromium is missing"
    chromium: LaunchOptions = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with Desk(Path(folder), playground="auto") as desk, browsing(chromium) as browser:
            await in_english(browser, desk.url)
            await on_phones(browser, desk.url)
            await in_russian(browser, desk.url)


if __name__ == "__main__":
    asyncio.run(main())
