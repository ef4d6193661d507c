"""POST tickets: what a back-end may open, what it becomes, and who is told."""

import json

import pytest

from storage import outbox, subscribers, tickets
from storage.database import Database
from storage.model import Channel, Chat, SubscriberStatus
from storage.outbox import OutboxRow
from tests.api.conftest import Client, Desk, Serve
from tests.api.things import NOBODY

TICKETS = "/v1/helpdesk/tickets"
TICKET_FIELDS = [
    "id",
    "ticket_number",
    "subject",
    "status",
    "priority",
    "channel",
    "ticket_type_id",
    "ticket_type_name",
    "assigned_to",
    "assigned_name",
    "customer",
    "context",
    "rating",
    "previous_ticket_id",
    "created_at",
    "updated_at",
    "first_reply_at",
    "closed_at",
]


async def waiting(desk: Desk, channel: Channel, chat_id: int) -> list[OutboxRow]:
    return await desk.db.read(outbox.pending, Chat(channel, chat_id))


async def test_a_text_is_enough(client: Client) -> None:
    answer = await client.post(TICKETS, {"text": "Where is my parcel?"})
    assert answer.status == 201
    ticket = answer.json
    assert list(ticket) == TICKET_FIELDS
    assert list(ticket["customer"]) == ["subscriber_id", "chat_id", "first_name", "username"]
    assert (ticket["status"], ticket["priority"], ticket["channel"]) == ("new", "normal", "virtual")
    assert (ticket["subject"], ticket["context"]) == ("Where is my parcel?", {})
    for empty in ("ticket_type_id", "assigned_to", "rating", "previous_ticket_id", "closed_at"):
        assert ticket[empty] is None
    assert ticket["created_at"] == ticket["updated_at"] == "2026-03-01T12:00:00.250Z"


async def test_what_a_form_left_blank_counts_as_not_given(client: Client) -> None:
    blank = {"subject": "", "first_name": " ", "username": "\u200b"}
    ticket = (await client.post(TICKETS, {"text": "Where is my parcel?", **blank})).json
    assert ticket["subject"] == "Where is my parcel?"
    assert (ticket["customer"]["first_name"], ticket["customer"]["username"]) == (None, None)


async def test_the_answer_says_where_the_ticket_is(client: Client) -> None:
    answer = await client.post(TICKETS, {"text": "Hi"})
    assert answer.headers["Location"] == f"{TICKETS}/{answer.json['id']}"
    assert answer.headers["Content-Type"] == "application/json"
    got = (await client.get(answer.headers["Location"])).json
    assert {name: got[name] for name in TICKET_FIELDS} == answer.json


async def test_all_that_is_given_is_in_the_ticket(client: Client) -> None:
    kind = await client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})
    given = {
        "subject": "A parcel",
        "first_name": "Ann",
        "username": "ann_lee",
        "chat_id": 12,
        "ticket_type_id": kind.json["id"],
        "priority": "urgent",
        "context": {"page": "/cart", "заказ": "№ 7 🎁"},
    }
    ticket = await client.ticket(**given)
    assert ticket["subject"] == "A parcel"
    assert (ticket["ticket_type_id"], ticket["ticket_type_name"]) == (kind.json["id"], "Delivery")
    assert (ticket["priority"], ticket["context"]) == ("urgent", given["context"])
    assert ticket["customer"]["first_name"] == "Ann"
    assert ticket["customer"]["username"] == "ann_lee"
    assert ticket["customer"]["chat_id"] == 12


async def test_texts_keep_every_character(client: Client) -> None:
    text = " Привет 👋🏽\n\tline\r\n \u202eright\u202c " + "x" * 3900
    ticket = await client.ticket(text)
    details = (await client.get(f"{TICKETS}/{ticket['id']}")).json
    assert details["messages"][0]["text"] == text


async def test_4000_characters_are_a_text_and_4001_are_not(client: Client) -> None:
    await client.ticket("👋" * 4000)
    answer = await client.post(TICKETS, {"text": "x" * 4001})
    assert answer.wrong == {"text": "must have at most 4000 characters"}


async def test_the_first_line_with_words_is_the_subject_where_none_is_given(client: Client) -> None:
    assert (await client.ticket("\n\n  My   parcel \nis late"))["subject"] == "My parcel"
    long = await client.ticket("word " * 100)
    assert len(long["subject"]) <= 80
    assert long["subject"].endswith("…")


async def test_null_counts_as_not_given_where_a_field_may_be_empty(client: Client) -> None:
    empty = dict.fromkeys(["subject", "chat_id", "first_name", "username", "ticket_type_id"])
    assert (await client.ticket("Hi", **empty))["subject"] == "Hi"


async def test_a_virtual_customer_without_a_chat_id_is_a_new_one_each_time(client: Client) -> None:
    one, two = await client.ticket(), await client.ticket()
    assert one["customer"]["subscriber_id"] != two["customer"]["subscriber_id"]


async def test_a_virtual_customer_with_a_chat_id_is_known_by_it(client: Client) -> None:
    one = await client.ticket(chat_id=5, first_name="Ann", username="ann")
    two = await client.ticket(chat_id=5, first_name="Anna")
    assert one["customer"]["subscriber_id"] == two["customer"]["subscriber_id"]
    assert (two["customer"]["first_name"], two["customer"]["username"]) == ("Anna", "ann")


@pytest.mark.parametrize("channel", ["telegram", "max"])
async def test_a_messenger_needs_the_chat_id(client: Client, channel: str) -> None:
    answer = await client.post(TICKETS, {"text": "Hi", "channel": channel})
    assert list(answer.wrong) == ["chat_id"]


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.MAX])
async def test_a_messengers_customer_is_subscribed_and_told(desk: Desk, channel: Channel) -> None:
    ticket = await desk.client.ticket(channel=channel, chat_id=77, first_name="Ann")
    subscriber = await desk.client.get(
        f"/v1/helpdesk/subscribers/{ticket['customer']['subscriber_id']}"
    )
    assert subscriber.json["status"] == "active"
    rows = await waiting(desk, channel, 77)
    assert [(row.kind, row.payload["text"]) for row in rows] == [("notice", "ticket_created")]
    assert rows[0].payload["values"] == {"number": ticket["ticket_number"]}


async def test_it_renews_a_subscription_that_had_ended(desk: Desk) -> None:
    known = await desk.subscriber(chat_id=77)
    chat = Chat(Channel.TELEGRAM, 77)
    await desk.db.write(subscribers.unsubscribe, chat, SubscriberStatus.STOPPED)
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    assert ticket["customer"]["subscriber_id"] == str(known.id)
    assert ticket["customer"]["first_name"] == "Ann"
    assert len(await waiting(desk, Channel.TELEGRAM, 77)) == 1


async def test_the_agents_get_a_card_for_it(desk: Desk) -> None:
    chat = await desk.link_agents()
    ticket = await desk.client.ticket()
    rows = await desk.db.read(outbox.pending, chat)
    assert [(row.kind, str(row.ticket_id)) for row in rows] == [("card", ticket["id"])]


async def test_a_channel_that_is_not_configured_is_409(serve: Serve) -> None:
    desk = await serve(channels=(Channel.TELEGRAM,))
    answer = await desk.client.post(TICKETS, {"text": "Hi", "channel": "max", "chat_id": 7})
    assert (answer.status, answer.code) == (409, "channel_unavailable")
    await desk.client.ticket(channel="telegram", chat_id=7)
    await desk.client.ticket(channel="virtual")


async def test_what_is_wrong_with_the_request_comes_before_a_channel_that_is_not_configured(
    serve: Serve,
) -> None:
    desk = await serve(channels=())
    given = {"text": "Hi", "channel": "telegram"}
    assert list((await desk.client.post(TICKETS, given)).wrong) == ["chat_id"]
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": False})
    assert (await desk.client.post(TICKETS, {**given, "chat_id": 7})).code == "helpdesk_disabled"
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": True})
    assert (await desk.client.post(TICKETS, {**given, "chat_id": 7})).code == "channel_unavailable"
    assert (await desk.client.ticket())["ticket_number"] == 1


async def test_a_disabled_helpdesk_opens_no_ticket(client: Client) -> None:
    await client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": False})
    answer = await client.post(TICKETS, {"text": "Hi"})
    assert (answer.status, answer.code) == (403, "helpdesk_disabled")
    await client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": True})
    assert (await client.ticket())["ticket_number"] == 1


async def test_a_back_end_may_open_tickets_where_customers_may_not(client: Client) -> None:
    await client.patch("/v1/helpdesk/settings", {"helpdesk_allow_create": False})
    assert (await client.ticket())["status"] == "new"


async def test_a_type_that_is_unknown_or_inactive_is_refused(client: Client) -> None:
    kind = (await client.post("/v1/helpdesk/ticket-types", {"name": "Old"})).json["id"]
    await client.patch(f"/v1/helpdesk/ticket-types/{kind}", {"active": False})
    for type_id in (kind, NOBODY):
        answer = await client.post(TICKETS, {"text": "Hi", "ticket_type_id": type_id})
        assert (answer.status, answer.code) == (404, "not_found")
    assert (await client.get(TICKETS)).json["tickets"] == []


async def test_a_group_is_no_customer(client: Client) -> None:
    wrong = {"text": "Hi", "channel": "telegram", "chat_id": -100123}
    assert list((await client.post(TICKETS, wrong)).wrong) == ["chat_id"]


async def test_what_was_answered_with_201_is_there_after_a_restart(desk: Desk) -> None:
    made = json.loads((await desk.client.post(TICKETS, {"text": "Hi"})).body)
    again = await Database.open(desk.db.path)
    open_tickets = await again.read(tickets.open_of_project, desk.project.id)
    await again.close()
    assert [str(ticket.id) for ticket in open_tickets] == [made["id"]]
