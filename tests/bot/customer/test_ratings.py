"""The closing notice: a rating by five buttons, and the way to open the ticket again."""

import pytest

from bot.playground.telegram import Message, Person, TelegramStandIn
from tests.bot.customer.front import TWICE, Front

pytestmark = TWICE

BUTTONS = ["1", "2", "3", "4", "5", "Reopen"]


@pytest.fixture
async def closed(front: Front, vera: Person) -> Message:
    """Vera's notice that ticket #1 is closed."""
    await front.open_tickets(vera, 1)
    await front.close_ticket(1)
    return await front.sees(vera, "#1 is closed", *BUTTONS)


async def test_rating_is_kept_and_thanked_for(front: Front, vera: Person, closed: Message) -> None:
    await vera.press(closed, "4").answered()
    assert "4 of 5" in closed.text
    assert [t.rating for t in await front.tickets()] == [4]


async def test_rating_can_be_changed_later(front: Front, vera: Person, closed: Message) -> None:
    await vera.press(closed, "1").answered()
    await vera.press(closed, "5").answered()
    assert closed.labels == BUTTONS
    assert "5 of 5" in closed.text
    assert [t.rating for t in await front.tickets()] == [5]


async def test_reopen_opens_the_ticket_which_takes_what_is_written_next(
    front: Front, vera: Person, closed: Message
) -> None:
    vera.open()
    await front.press(vera, "Create ticket", "How can we help")
    await vera.press(closed, "Reopen").answered()
    assert "#1 is open again" in closed.text
    assert closed.labels == ["Active tickets"]
    vera.say("It broke again")
    await front.sees(vera, "Added to ticket #1")
    assert [t.status for t in await front.tickets()] == ["new"]


async def test_reopen_of_an_open_ticket_changes_nothing(
    front: Front, vera: Person, closed: Message
) -> None:
    vera.say("It broke again")
    await front.sees(vera, "#1 is open again")
    await front.answer(1, "Oh no")
    await vera.press(closed, "Reopen").answered()
    await front.settled()
    assert [t.status for t in await front.tickets()] == ["waiting"]


async def test_who_left_is_asked_for_consent_before_reopening(
    front: Front, vera: Person, closed: Message
) -> None:
    vera.say("/stop")
    await front.settled()
    await vera.press(closed, "Reopen").answered()
    assert closed.labels == ["Subscribe", "Cancel"]
    assert [t.status for t in await front.tickets()] == ["closed"]


async def test_nobody_rates_another_customers_ticket(
    front: Front, messenger: TelegramStandIn, closed: Message
) -> None:
    bob = messenger.add_person("Bob")
    bob.open("help_main")
    await front.press(bob, "Subscribe")
    menu = await front.latest(bob)
    menu.keys[0][0]["callback_data"] = closed.keys[0][0]["callback_data"]
    await bob.press(menu, "Create ticket").answered()
    assert "out of date" in menu.text
    assert [t.rating for t in await front.tickets()] == [None]
