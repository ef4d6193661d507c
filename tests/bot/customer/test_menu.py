"""The helpdesk menu: what it offers, where its buttons lead, and that old ones still do."""

from datetime import UTC, datetime

import pytest
from aiogram.types import Chat, Message

from bot.customer import commanding
from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.customer.front import Front


async def test_menu_has_a_button_for_each_ticket_type(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    await front.add_type("Payment")
    vera.open()
    menu = await front.sees(vera, "Acme", "Returns")
    expected = ["Create ticket", "Returns", "Payment", "Active tickets", "Unsubscribe"]
    assert menu.labels == expected


@pytest.mark.parametrize("setting", ["helpdesk_enabled", "helpdesk_allow_create"])
async def test_menu_without_creation_says_so_and_keeps_the_rest(
    front: Front, vera: Person, setting: str
) -> None:
    await front.add_type("Returns")
    await front.set(**{setting: False})
    vera.open()
    menu = await front.sees(vera, "not take" if setting == "helpdesk_enabled" else "not taken")
    assert menu.labels == ["Active tickets", "Unsubscribe"]


async def test_old_create_button_is_harmless_once_creation_is_off(
    front: Front, vera: Person
) -> None:
    await front.set(helpdesk_allow_create=False)
    await front.press(vera, "Create ticket")
    menu = await front.sees(vera, "not taken", "Active tickets")
    assert menu.labels == ["Active tickets", "Unsubscribe"]
    vera.say("But I need help")
    await front.sees(vera, "was not passed on")
    assert await front.tickets() == []


async def test_helpdesk_that_is_off_takes_no_further_messages(front: Front, vera: Person) -> None:
    vera.say("First")
    await front.sees(vera, "#1")
    await front.set(helpdesk_enabled=False)
    vera.say("Second")
    await front.sees(vera, "was not passed on")
    assert [m.text for m in await front.said_in(1)] == ["First"]


async def test_unsubscribe_ends_the_subscription_and_says_how_to_come_back(
    front: Front, vera: Person
) -> None:
    await front.press(vera, "Unsubscribe")
    await front.sees(vera, "/start")
    assert await front.subscriber(vera) is None


async def test_buttons_of_an_old_menu_ask_who_left_for_consent(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    menu = await front.sees(vera, "Acme", "Returns")
    for label in ("Create ticket", "Active tickets"):
        vera.say("/stop")
        await vera.press(menu, label).answered()
        assert menu.labels == ["Subscribe", "Cancel"]
        await vera.press(menu, "Subscribe").answered()
        assert "Create ticket" in menu.labels
    vera.say("/stop")
    await vera.press(menu, "Returns").answered()
    assert menu.labels == ["Subscribe", "Cancel"]


async def test_button_that_the_desk_never_made_leads_to_what_is_there(
    front: Front, vera: Person
) -> None:
    forged = ("go:menu:" + "0" * 32, "ticket:open:" + "0" * 32 + ":0", "nonsense", "rate:x:9")
    for data in forged:
        vera.open()
        menu = await front.latest(vera)
        menu.keys[0][0]["callback_data"] = data
        await vera.press(menu, "Create ticket").answered()
        assert "out of date" in menu.text
        assert menu.labels == ["Create ticket", "Active tickets", "Unsubscribe"]


async def test_help_tells_how_it_works_and_unknown_commands_do_too(
    front: Front, vera: Person
) -> None:
    for command in ("/help", "/HELP", "/whatever"):
        vera.say(command)
        assert "/stop" in (await front.latest(vera)).text
    assert await front.tickets() == []


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("/start", True),
        ("  /start", True),
        ("\n/STOP@deskwire_bot now", True),
        (f"https://t.me/deskwire_bot?start=hd_{'a' * 22}", True),
        ("Hello /start", False),
        ("1/2", False),
        ("", False),
    ],
)
async def test_what_may_be_a_command_is_looked_at(text: str, may_be: bool) -> None:
    chat = Chat(id=5, type="private")
    message = Message(message_id=1, date=datetime.now(UTC), chat=chat, text=text)
    assert commanding(message) is may_be


async def test_button_too_old_to_be_answered_works_all_the_same(front: Front, vera: Person) -> None:
    menu = await front.sees(vera, "Acme", "Create ticket")
    vera.press(menu, "Active tickets").expire()
    await front.sees(vera, "no open tickets", "Back")


async def test_who_blocked_the_bot_meanwhile_stops_nobody(
    front: Front, messenger: TelegramStandIn, vera: Person
) -> None:
    messenger.hold()
    vera.say("/help")
    vera.block_bot()
    messenger.release()
    await front.settled()
    bob = messenger.add_person("Bob")
    bob.open()
    await front.sees(bob, "Acme", "Subscribe")
    assert await front.subscriber(vera) is None
