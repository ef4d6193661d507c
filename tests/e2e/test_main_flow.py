"""From a website's deeplink to an answer that the customer reads: the main job, end to end."""

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.desk import Desk
from tests.e2e.people import last, open_ticket, ours, shown, subscribe, topic_of


async def test_a_deeplink_leads_through_consent_to_a_ticket_that_the_agents_see(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    body = {"context": {"page": "/checkout"}}
    status, request = await desk.call("POST", "/v1/helpdesk/request", body)
    assert (status, request["status"], request["max_link"]) == (201, "pending", None)

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
    card = (await messenger.until(lambda: ours(topic.messages), what="the card"))[0]
    assert "It was a <b>gift</b> & urgent" in card.text
    assert "/checkout" in card.text


async def test_an_agents_answer_is_read_by_the_customer_and_counts_as_sent_then(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "My parcel is lost")
    answer = bob.say("We found it, it comes tomorrow.", topic=topic)
    received = await messenger.until(lambda: shown(ann, "comes tomorrow"), what="the answer")
    assert "#1" in received.text
    assert "Bob" in received.text
    await messenger.until(lambda: answer.reactions, what="the mark of delivery")

    ticket = (await desk.get("/v1/helpdesk/tickets"))["tickets"][0]
    assert (ticket["ticket_number"], ticket["status"]) == (1, "waiting")
    assert ticket["assigned_name"] == "Bob"
    messages = (await desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [(message["author"], message["delivery"]) for message in messages] == [
        ("customer", "none"),
        ("agent", "sent"),
    ]
    assert await desk.stop() == 0
