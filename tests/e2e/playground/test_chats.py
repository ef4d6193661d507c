"""What the messengers show, the page shows as they do: media, edits, reactions, topics, blocks."""

import pytest
from playwright.async_api import expect

from tests.e2e.playground.browsing import Player, chat, own, press, said, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(("app", "customer"), [("Telegram", "Ann"), ("MAX", "Emma")])
async def test_albums_voices_videos_and_files_cross_over(
    player: Player, app: str, customer: str
) -> None:
    await player.be(customer, app)
    await player.ask(f"Look, says {customer}")
    arrived = chat(player.agents).get_by_role("article", name="Deskwire")

    await player.attach(player.phone, "Album of three photos")
    await expect(own(player.phone, "").get_by_role("img", name="Photo")).to_have_count(3)
    await expect(arrived.last.get_by_role("img", name="Photo")).to_have_count(3)
    await player.attach(player.phone, "Voice message")
    await expect(arrived.get_by_role("button", name="Voice message: Play")).to_be_visible()
    await player.attach(player.phone, "Video")
    await expect(arrived.get_by_label("Video")).to_be_visible()
    await player.attach(player.agents, "File")
    file = chat(player.phone).get_by_role("link", name="Download receipt.txt")
    await expect(file).to_be_visible()


async def test_a_page_that_is_loaded_anew_is_the_same_persons(player: Player) -> None:
    await player.be("Emma", "MAX")
    await player.page.reload()
    await expect(player.phone.get_by_role("radio", name="MAX", exact=True)).to_be_checked()
    await expect(player.phone.get_by_role("radio", name="Emma")).to_be_checked()
    await player.be("Ann", "Telegram")
    await player.page.reload()
    await expect(player.phone.get_by_role("radio", name="Ann")).to_be_checked()


async def test_edits_reactions_replies_and_deletions_are_shown_as_they_happen(
    player: Player,
) -> None:
    await player.be("Oliver")
    await player.ask("It is blakc")
    message = own(player.phone, "It is bla")
    await player.on(message, "Edit")
    await write(player.phone, "It is black")
    await expect(own(player.phone, "It is black")).to_contain_text("edited")
    await expect(said(player.agents, "It is black")).to_be_visible()

    await player.on(message, "React 🔥")
    await expect(message).to_contain_text("🔥")
    await player.on(message, "React 🔥")
    await expect(message).not_to_contain_text("🔥")

    await player.on(said(player.phone, "this is ticket"), "Reply")
    await write(player.phone, "Thank you")
    await expect(own(player.phone, "Thank you").locator("blockquote")).to_contain_text("Deskwire")
    await player.on(own(player.phone, "Thank you"), "Delete")
    await expect(own(player.phone, "Thank you")).to_have_count(0)


async def test_a_deleted_topic_comes_back_with_the_next_message(player: Player) -> None:
    await player.be("Мария")
    await player.ask("Лампа не горит")
    topic = player.agents.get_by_role("button", name="Лампа не горит")
    await press(player.agents, "Topic actions")
    await player.choose("Delete topic")
    await expect(topic).to_have_count(0)
    await write(player.phone, "Вы ещё здесь?")
    await topic.click()
    await expect(said(player.agents, "Вы ещё здесь?")).to_be_visible()


async def test_a_closed_topic_is_opened_again_by_the_next_message(player: Player) -> None:
    await player.be("Мария")
    topic = player.agents.get_by_role("button", name="Лампа не горит")
    await topic.click()
    await press(player.agents, "Topic actions")
    await player.choose("Close topic")
    await expect(said(player.phone, "Вы ещё здесь?")).to_be_visible()
    await expect(chat(player.agents)).to_contain_text("Topic closed")
    await write(player.phone, "Это снова я")
    await expect(said(player.agents, "Это снова я")).to_be_visible()


@pytest.mark.parametrize(
    ("app", "customer", "stop", "again"),
    [
        ("Telegram", "Тимур", "Заблокировать", "Разблокировать"),
        ("MAX", "Вера", "Остановить", "Запустить снова"),
    ],
)
async def test_a_customer_who_blocks_the_bot_is_named_to_the_agents_and_can_come_back(
    player: Player, app: str, customer: str, stop: str, again: str
) -> None:
    await player.be(customer, app)
    await player.ask(f"Вопрос: {customer}")
    await press(player.phone, stop)
    await expect(chat(player.agents)).to_contain_text("blocked the bot")
    await press(player.phone, again)
    await expect(player.phone.get_by_role("textbox")).to_be_visible()
