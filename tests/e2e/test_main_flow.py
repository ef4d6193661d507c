"""From a website's deeplink to an answer that the customer reads: the main job, end to end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.case import Case, shown
from tests.e2e.houses import own_room
from tests.e2e.messengers import channel_of
from tests.e2e.rooms import Room
from tests.e2e.vocabulary import Person


@pytest.fixture(params=["forum", "max", "mixed", "turned"])
async def room(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """Agents and customers, each in either messenger, and a desk of its own."""
    async with own_room(tmp_path, request.param) as room:
        yield room


async def test_a_deeplink_leads_to_a_ticket_that_is_answered_closed_and_rated(room: Room) -> None:
    channel = channel_of(room.outside)
    body = {"channel": channel, "context": {"page": "/checkout"}}
    request = await room.post("/v1/helpdesk/request", body)
    other = "telegram_link" if channel == "max" else "max_link"
    assert (request["status"], request[other]) == ("pending", None)

    ann: Person = room.outside.add_person("Ann")
    ann.follow(request[f"{channel}_link"])
    consent = await room.until(lambda: shown(ann, "We mend things."), "consent")
    assert "Acme" in consent.text
    await ann.press(consent, "Subscribe").answered()
    await room.until(lambda: "Create ticket" in consent.labels, "the menu")
    accepted = await room.get(f"/v1/helpdesk/request/{request['request_id']}/status")
    assert accepted["status"] == "accepted"
    assert accepted["subscriber_id"]

    await ann.press(consent, "Create ticket").answered()
    await room.until(lambda: "Cancel" in str(ann.chat.messages[-1].labels), "the form")
    first = ann.say("My parcel is lost\nIt was a <b>gift</b> & urgent")
    case = await room.opened_by(ann, first)
    assert case.topic is None or case.topic.name == "#1 My parcel is lost · Ann"
    assert "It was a <b>gift</b> & urgent" in case.card.text
    assert "/checkout" in case.card.text

    await is_answered(case)
    await is_closed_and_rated(case)
    assert await room.desk.stop() == 0


async def is_answered(case: Case) -> None:
    await case.answered("We found it, it comes tomorrow.")
    received = await case.reads("comes tomorrow")
    assert received.text.startswith("#1 · Bob:")
    case.customer.say("Thank you!")
    await case.tells("Thank you!")
    details = await case.details()
    assert (details["ticket_number"], details["status"]) == (1, "in_progress")
    assert details["assigned_name"] == "Bob"
    assert [(message["author"], message["delivery"]) for message in details["messages"]] == [
        ("customer", "none"),
        ("agent", "sent"),
        ("customer", "none"),
    ]


async def is_closed_and_rated(case: Case) -> None:
    card = case.card
    await case.room.bob.press(card, "Close").answered()
    await case.room.until(lambda: "Reopen" in card.labels, "the closed card")
    asked = await case.reads("is closed")
    await case.customer.press(asked, "5").answered()
    await case.card_says("Rating: 5 of 5")
    details = await case.details()
    assert (details["status"], details["rating"]) == ("closed", 5)
    assert details["customer"]["chat_id"] == case.customer.chat.id
    assert case.cards == [card]
