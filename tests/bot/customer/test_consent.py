"""Consent: nobody is written to without it, and it is asked for in one clear screen."""

from bot.playground.telegram import Person
from tests.bot.customer.front import TWICE, Front

pytestmark = TWICE


async def test_consent_screen_names_the_project_and_what_it_is_for(
    front: Front, ann: Person
) -> None:
    await front.set(description="Shoes & <more>")
    ann.open("help_main")
    screen = await front.sees(ann, "Acme", "Subscribe", "Cancel")
    assert "Shoes & <more>" in screen.text
    assert "arrive" in screen.text
    assert screen.labels == ["Subscribe", "Cancel"]
    assert await front.subscriber(ann) is None


async def test_consent_opens_the_menu_in_the_same_message(front: Front, ann: Person) -> None:
    request = await front.request()
    ann.open(f"hd_{request.id}")
    screen = await front.sees(ann, "Acme", "Subscribe")
    await front.press(ann, "Subscribe")
    assert screen.labels == ["Create ticket", "Active tickets", "Unsubscribe"]
    assert await front.subscriber(ann) is not None
    assert await front.status_of(request) == "accepted"


async def test_request_with_a_type_lands_on_the_form_in_the_same_message(
    front: Front, ann: Person
) -> None:
    kind = await front.add_type("Returns")
    request = await front.request(ticket_type_id=kind.id)
    ann.open(f"hd_{request.id}")
    screen = await front.sees(ann, "Acme", "Subscribe")
    await front.press(ann, "Subscribe")
    assert "Returns" in screen.text
    assert screen.labels == ["Back", "Cancel"]
    ann.say("The left one is too big")
    await front.sees(ann, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == ["Returns"]


async def test_cancel_marks_the_request_and_says_how_to_come_back(
    front: Front, ann: Person
) -> None:
    request = await front.request()
    ann.open(f"hd_{request.id}")
    await front.press(ann, "Cancel")
    screen = await front.sees(ann, "/start")
    assert screen.labels == []
    assert await front.status_of(request) == "cancelled"
    assert await front.subscriber(ann) is None


async def test_second_tap_on_subscribe_ends_in_the_menu(front: Front, ann: Person) -> None:
    request = await front.request()
    ann.open(f"hd_{request.id}")
    screen = await front.sees(ann, "Acme", "Subscribe")
    taps = [ann.press(screen, "Subscribe") for _ in range(2)]
    for tap in taps:
        await tap.answered()
    assert await front.latest(ann) is screen
    assert screen.labels == ["Create ticket", "Active tickets", "Unsubscribe"]


async def test_old_consent_screen_of_a_subscriber_leads_to_the_menu(
    front: Front, ann: Person
) -> None:
    for _ in range(2):
        ann.open("help_main")
    await front.settled()
    first, *_, last = [m for m in ann.chat.messages if m.from_bot]
    await ann.press(last, "Subscribe").answered()
    await ann.press(first, "Cancel").answered()
    assert first.labels == ["Create ticket", "Active tickets", "Unsubscribe"]
    assert await front.subscriber(ann) is not None


async def test_consent_after_expiry_says_so_and_offers_the_way_on(
    front: Front, ann: Person
) -> None:
    request = await front.request()
    ann.open(f"hd_{request.id}")
    await front.sees(ann, "Acme", "Subscribe")
    front.clock.move(minutes=16)
    await front.press(ann, "Subscribe")
    await front.sees(ann, "expired", "Subscribe")
    assert await front.status_of(request) == "expired"
    await front.press(ann, "Subscribe", "expired")
    await front.sees(ann, "Acme", "Create ticket")
    assert await front.status_of(request) == "expired"


async def test_subscribing_on_the_screen_of_a_cancelled_request_is_no_error(
    front: Front, ann: Person
) -> None:
    request = await front.request()
    for _ in range(2):
        ann.open(f"hd_{request.id}")
    await front.settled()
    first, *_, last = [m for m in ann.chat.messages if m.from_bot]
    await ann.press(last, "Cancel").answered()
    await ann.press(first, "Subscribe").answered()
    assert "cancelled" in first.text
    assert first.labels == ["Subscribe", "Cancel"]
    assert await front.status_of(request) == "cancelled"


async def test_message_before_consent_is_asked_for_again(front: Front, ann: Person) -> None:
    ann.say("My shoes broke")
    await front.sees(ann, "not been passed on yet", "Subscribe")
    await front.press(ann, "Subscribe")
    ann.say("My shoes broke")
    await front.sees(ann, "#1")
    assert [t.subject for t in await front.tickets()] == ["My shoes broke"]


async def test_consent_screen_deleted_meanwhile_is_followed_by_a_new_menu(
    front: Front, ann: Person
) -> None:
    ann.open("help_main")
    screen = await front.sees(ann, "Acme", "Subscribe")
    ann.delete(screen)
    await ann.press(screen, "Subscribe").answered()
    await front.sees(ann, "Acme", "Create ticket")
