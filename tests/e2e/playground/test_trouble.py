"""What is broken on purpose is seen, and nothing is lost by it; the calls behind it are shown."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.playground.browsing import Player, own, press, said, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def look_behind(player: Player) -> None:
    await press(player.behind, "Behind the scenes")
    await expect(player.behind.get_by_role("heading", name="Break something")).to_be_visible()


async def test_an_answer_is_not_called_sent_while_the_messenger_refuses_it(player: Player) -> None:
    await look_behind(player)
    await player.be("Emma", "MAX")
    await player.ask("Is it safe?")
    await player.break_("MAX", "429")
    await write(player.agents, "Quite safe")
    await expect(player.behind.locator(".call", has_text="sendMessage").last).to_contain_text("429")
    await expect(own(player.agents, "Quite safe")).not_to_contain_text("👍")
    await expect(said(player.phone, "Quite safe")).to_have_count(0)
    await player.break_("MAX", "Works")
    await expect(said(player.phone, "Quite safe")).to_be_visible()
    await expect(own(player.agents, "Quite safe")).to_contain_text("👍")
    await expect(player.phone.get_by_role("article").filter(has_text="Quite safe")).to_have_count(1)


@pytest.mark.parametrize(("how", "seen"), [("502", "502"), ("Cut off", "cut")])
async def test_what_a_customer_writes_while_the_messenger_is_down_arrives_later(
    player: Player, how: str, seen: str
) -> None:
    await look_behind(player)
    await player.be("Emma", "MAX")
    await player.break_("MAX", how)
    await write(player.phone, f"Hello? {how}")
    await expect(player.behind.locator(".call").filter(has_text=seen).last).to_be_visible()
    await expect(said(player.agents, f"Hello? {how}")).to_have_count(0)
    await player.break_("MAX", "Works")
    await player.agents.get_by_role("button", name="Is it safe?").click()
    await expect(said(player.agents, f"Hello? {how}")).to_be_visible()


async def test_a_slow_messenger_shows_in_the_time_of_the_calls(player: Player) -> None:
    await look_behind(player)
    await player.be("Ann")
    await player.break_("Telegram", "Slow")
    await press(player.phone, "Start")
    took = player.behind.locator(".call", has_text="sendMessage").filter(
        has_text=re.compile("3.[0-9] s")
    )
    await expect(took.last).to_be_visible()
    await player.break_("Telegram", "Works")
    await expect(player.phone.get_by_role("button", name="Subscribe")).to_be_visible()


async def test_a_desk_that_was_killed_goes_on_where_it_stopped(player: Player) -> None:
    await look_behind(player)
    await player.be("Emma", "MAX")
    await press(player.behind, "Kill")
    await expect(player.behind.get_by_role("status")).to_contain_text("Deskwire is dead")
    await write(player.phone, "Are you still there?")
    await write(player.phone, "Anybody?")
    await expect(player.behind.locator(".counts div").first).to_contain_text("2")
    await press(player.behind, "Start again")
    await expect(player.behind.get_by_role("status")).to_contain_text("Deskwire runs")
    await player.agents.get_by_role("button", name="Is it safe?").click()
    await expect(said(player.agents, "Anybody?")).to_be_visible()
    await expect(said(player.agents, "Are you still there?")).to_be_visible()
    await expect(player.behind.get_by_role("status")).to_contain_text("On the way: 0")


async def test_the_calls_stand_under_the_step_that_caused_them_without_secrets(
    player: Player,
) -> None:
    await look_behind(player)
    await player.be("Oliver")
    await player.ask("Which bulb fits?")
    calls = player.behind.locator("#calls")
    await expect(calls.get_by_text("Oliver presses “Create ticket”")).to_be_visible()
    await player.attach(player.phone, "Photo")
    sent = calls.locator("details", has_text="sendPhoto").last
    await sent.locator("summary").click()
    await expect(sent).to_contain_text('"photo": ')
    await expect(sent).to_contain_text('"file_id": "•••"')
    await expect(sent.locator("summary")).to_contain_text("200")
    await player.behind.get_by_role("group", name="Messenger").get_by_text("MAX").click()
    await expect(sent).to_be_hidden()
    await press(player.behind, "Clear")
    await expect(calls.locator("li")).to_have_count(0)
