"""Leaving and coming back: by /stop, by a block, and after consent only."""

from bot.playground.telegram import Person
from tests.bot.customer.front import Front


async def test_stop_ends_the_subscription_and_says_how_to_come_back(
    front: Front, vera: Person
) -> None:
    vera.say("/stop")
    await front.sees(vera, "unsubscribed from Acme")
    await front.sees(vera, "/start")
    assert await front.subscriber(vera) is None


async def test_stop_without_a_subscription_says_how_to_begin(front: Front, ann: Person) -> None:
    ann.say("/stop")
    await front.sees(ann, "/start")
    assert await front.subscriber(ann) is None


async def test_stop_ends_all_subscriptions(front: Front, vera: Person) -> None:
    await front.add_project("shop", "Shop")
    vera.open("help_shop")
    await front.press(vera, "Subscribe", "Shop")
    vera.say("/stop")
    await front.settled()
    vera.open()
    assert "website" in (await front.latest(vera)).text


async def test_writing_again_renews_after_consent(front: Front, vera: Person) -> None:
    vera.say("/stop")
    vera.say("Wait, one more thing")
    await front.press(vera, "Subscribe", "not been passed on yet")
    assert await front.subscriber(vera) is not None
    vera.say("One more thing")
    await front.sees(vera, "#1")


async def test_block_ends_the_subscription_and_unblocking_does_not_renew_it(
    front: Front, vera: Person
) -> None:
    await front.press(vera, "Create ticket")
    vera.block_bot()
    await front.settled()
    assert await front.subscriber(vera) is None
    vera.unblock_bot()
    await front.settled()
    assert await front.subscriber(vera) is None
    vera.say("Hello again")
    await front.press(vera, "Subscribe", "not been passed on yet")
    assert await front.subscriber(vera) is not None
    assert await front.tickets() == []


async def test_start_after_a_block_asks_for_consent(front: Front, vera: Person) -> None:
    vera.block_bot()
    vera.open()
    assert (await front.latest(vera)).labels == ["Subscribe", "Cancel"]


async def test_reply_to_a_project_that_was_left_asks_for_its_consent(
    front: Front, vera: Person
) -> None:
    await front.add_project("shop", "Shop")
    vera.open("help_shop")
    await front.press(vera, "Subscribe", "Shop")
    mine = vera.say("Where is my parcel?")
    await front.settled()
    await front.press(vera, "Unsubscribe", "Shop")
    vera.say("My account is 1234", reply_to=mine)
    assert "not been passed on yet" in (await front.sees(vera, "Shop", "Subscribe", "Cancel")).text
    assert await front.tickets() == []
