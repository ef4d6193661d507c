"""From a website's deeplink to an answer that the customer reads: the main job, end to end."""

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.desk import Desk
from tests.e2e.people import last, shown, topic_of


async def test_a_deeplink_leads_to_an_answered_ticket(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    status, request = await desk.call(
        "POST", "/v1/helpdesk/request", {"context": {"page": "/checkout"}}
    )
    assert status == 201
    assert request["status"] == "pending"
    assert request["max_link"] is None

    ann.follow(request["telegram_link"])
    consent = await messenger.until(lambda: shown(ann, "We mend things."), what="consent")
    assert "Acme" in consent.text
    ann.press(consent, "Subscribe")
    await messenger.until(lambda: "Create ticket" in str(consent.buttons), what="the menu")
    accepted = await desk.get(f"/v1/helpdesk/request/{request['request_id']}/status")
    assert accepted["status"] == "accepted"
    assert accepted["subscriber_id"]

    ann.press(consent, "Create ticket")
    await messenger.until(lambda: "Cancel" in str(last(ann).buttons), what="the form")
    ann.say("My parcel is lost\nIt was a <b>gift</b> & urgent")
    await messenger.until(lambda: shown(ann, "#1"), what="the confirmation")

    topic = await topic_of(messenger, forum, 1)
    assert topic.name == "#1 My parcel is lost · Ann"
    card = await messenger.until(
        lambda: next((m for m in topic.messages if m.from_bot), None), what="the card"
    )
    assert "It was a <b>gift</b> & urgent" in card.text
    assert "/checkout" in card.text

    answer = bob.say("We found it, it comes tomorrow.", topic=topic)
    received = await messenger.until(lambda: shown(ann, "comes tomorrow"), what="the answer")
    assert "#1" in received.text
    assert "Bob" in received.text
    await messenger.until(lambda: answer.reactions, what="the mark of delivery")

    ticket = (await desk.get("/v1/helpdesk/tickets"))["tickets"][0]
    assert (ticket["ticket_number"], ticket["status"]) == (1, "waiting")
    assert ticket["assigned_name"] == "Bob"
    assert ticket["context"] == {"page": "/checkout"}
    messages = (await desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [(m["author"], m["delivery"]) for m in messages] == [
        ("customer", "none"),
        ("agent", "sent"),
    ]
    assert await desk.stop() == 0
