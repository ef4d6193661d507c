"""The main job by clicks, in both messengers: from the support button to an answer that is read."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.playground.browsing import Player, chat, own, press, said, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(("app", "customer"), [("Telegram", "Ann"), ("MAX", "Emma")])
async def test_the_support_button_leads_to_an_answer_that_the_customer_reads(
    player: Player, app: str, customer: str
) -> None:
    question = f"My lamp has no plug, says {customer}"
    await player.be(customer, app)
    await player.contact(app)
    await press(player.phone, "Subscribe")
    await expect(player.website.get_by_text("You are connected")).to_be_visible()
    await player.create(question)

    card = chat(player.agents).get_by_role("article", name="Deskwire").first
    await expect(card).to_contain_text(question)
    await expect(card).to_contain_text("shop.example/orders/1042")
    await expect(card).to_contain_text(app)
    await expect(card.get_by_role("button", name="Take")).to_be_visible()
    await write(player.agents, "We send you one today")
    await expect(said(player.phone, "We send you one today")).to_contain_text("Kate")
    await expect(own(player.agents, "We send you one today")).to_contain_text("👍")
    await expect(card).to_contain_text("Kate")


async def test_the_agents_work_in_a_max_group_by_replies(player: Player) -> None:
    await player.work_in("MAX group")
    await player.be("Игорь", "MAX")
    await player.ask("У лампы нет вилки")
    await player.on(said(player.agents, "У лампы нет вилки"), "Reply")
    await write(player.agents, "Пришлём сегодня")
    await expect(said(player.phone, "Пришлём сегодня")).to_be_visible()
    await expect(said(player.agents, "✓")).to_be_visible()
    await player.work_in("Topics")


async def test_the_agents_work_in_a_plain_group(player: Player) -> None:
    await player.be("Oliver")
    await player.work_in("Group")
    await player.ask("The bulb is dim")
    await player.on(said(player.agents, "The bulb is dim"), "Reply")
    await expect(player.agents).to_contain_text("Reply to Deskwire")
    await write(player.agents, "A new one is on its way")
    await expect(said(player.phone, "A new one is on its way")).to_be_visible()
    await player.work_in("Topics")


async def test_each_customer_has_a_chat_a_language_and_unread_messages_of_their_own(
    player: Player,
) -> None:
    await player.be("Мария")
    await expect(player.website.get_by_text("Настольная лампа")).to_be_visible()
    await player.ask("Лампа не горит")

    await player.be("Oliver")
    await expect(player.website.get_by_text("Desk lamp, black")).to_be_visible()
    await write(player.agents, "Посмотрим")
    maria = player.phone.locator("label", has_text="Мария")
    await expect(maria.get_by_label("1 unread")).to_be_visible()
    await player.be("Мария")
    await expect(maria.get_by_label("unread")).to_be_hidden()
    await expect(said(player.phone, "Посмотрим")).to_be_visible()


async def test_the_main_job_is_done_by_keyboard_alone(player: Player) -> None:
    page: Page = player.page
    await player.phone.get_by_role("radio", name="Telegram").focus()
    await page.keyboard.press("ArrowRight")
    await player.phone.get_by_role("radio", name="Вера").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    for name in ("Начать", "Подписаться", "Создать"):
        button = player.phone.get_by_role("button", name=name)
        await button.focus()
        await page.keyboard.press("Enter")
    await expect(player.phone.get_by_role("button", name="Отмена")).to_be_visible()
    await player.phone.get_by_role("textbox").focus()
    await page.keyboard.type("Где мой заказ?")
    await page.keyboard.press("Enter")
    topic = player.agents.get_by_role("button", name="Где мой заказ?")
    await topic.focus()
    await page.keyboard.press("Enter")
    await player.agents.get_by_role("button", name="Message actions").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="React 👍")).to_be_focused()
    await page.keyboard.press("Escape")
    await player.agents.get_by_role("textbox").focus()
    await page.keyboard.type("Уже в пути")
    await page.keyboard.press("Enter")
    await expect(said(player.phone, "Уже в пути")).to_be_visible()
