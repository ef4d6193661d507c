"""GET a ticket, reply, customer-reply: what is said, how it is signed, and where it goes."""

from typing import Any
from uuid import UUID

import pytest

from storage import messages, outbox, subscribers
from storage.model import Channel, Chat, Content, SubscriberStatus
from storage.transaction import Transaction
from tests.api.conftest import Client, Desk
from tests.api.test_ticket_opening import TICKET_FIELDS
from tests.api.things import NOBODY, one_of_each

TICKETS = "/v1/helpdesk/tickets"
MESSAGE_FIELDS = [
    "id",
    "ticket_id",
    "author",
    "author_name",
    "agent_id",
    "text",
    "internal",
    "attachments",
    "delivery",
    "delivery_error",
    "created_at",
    "edited_at",
]


async def reply(client: Client, ticket: Any, text: str = "On its way", **fields: object) -> Any:
    answer = await client.post(f"{TICKETS}/{ticket['id']}/reply", {"text": text, **fields})
    assert answer.status == 201, answer.body
    return answer.json


async def details(client: Client, ticket: Any) -> Any:
    return (await client.get(f"{TICKETS}/{ticket['id']}")).json


async def to_customer(desk: Desk, chat_id: int = 77) -> list[str]:
    rows = await desk.db.read(outbox.pending, Chat(Channel.TELEGRAM, chat_id))
    return [row.kind for row in rows]


async def test_a_ticket_comes_with_its_messages_the_oldest_first(desk: Desk) -> None:
    client = desk.client
    ticket = await client.ticket("Question", first_name="Ann")
    await reply(client, ticket, "Answer")
    await reply(client, ticket, "Note", internal=True)
    await client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Thanks"})
    got = await details(client, ticket)
    assert list(got) == [*TICKET_FIELDS, "messages"]
    assert [list(message) for message in got["messages"]] == [MESSAGE_FIELDS] * 4
    assert [(m["author"], m["author_name"], m["text"], m["internal"]) for m in got["messages"]] == [
        ("customer", "Ann", "Question", False),
        ("agent", "Shop", "Answer", False),
        ("agent", "Shop", "Note", True),
        ("customer", "Ann", "Thanks", False),
    ]
    assert {message["ticket_id"] for message in got["messages"]} == {ticket["id"]}


async def test_attachments_are_told_without_the_messengers_own_names(desk: Desk) -> None:
    things = await one_of_each(desk)
    got = (await desk.client.get(f"{TICKETS}/{things.ids['tickets']['id']}")).json
    assert got["messages"][0]["attachments"] == [
        {
            "id": things.ids["attachments"]["id"],
            "kind": "photo",
            "file_name": "Käse.png",
            "mime_type": "image/png",
            "size": 12,
        }
    ]


async def test_an_unknown_ticket_is_404_for_every_way_to_speak(client: Client) -> None:
    for answer in (
        await client.get(f"{TICKETS}/{NOBODY}"),
        await client.post(f"{TICKETS}/{NOBODY}/reply", {"text": "Hi"}),
        await client.post(f"{TICKETS}/{NOBODY}/reply", {"text": "Hi", "user_id": NOBODY}),
        await client.post(f"{TICKETS}/{NOBODY}/customer-reply", {"text": "Hi"}),
    ):
        assert (answer.status, answer.code) == (404, "ticket_not_found")


async def test_a_reply_is_signed_by_the_project_or_by_its_agent(desk: Desk) -> None:
    agent, ticket = await desk.agent("Olga"), await desk.client.ticket()
    unsigned = await reply(desk.client, ticket)
    assert (unsigned["author_name"], unsigned["agent_id"]) == ("Shop", None)
    signed = await reply(desk.client, ticket, user_id=str(agent.id))
    assert (signed["author_name"], signed["agent_id"]) == ("Olga", str(agent.id))
    assert (signed["author"], signed["internal"], signed["edited_at"]) == ("agent", False, None)


async def test_the_first_answer_of_an_agent_assigns_the_ticket(desk: Desk) -> None:
    olga, pavel = await desk.agent("Olga", 7), await desk.agent("Pavel", 8)
    ticket = await desk.client.ticket()
    await reply(desk.client, ticket, user_id=str(olga.id))
    await reply(desk.client, ticket, user_id=str(pavel.id))
    got = await details(desk.client, ticket)
    assert (got["assigned_to"], got["assigned_name"]) == (str(olga.id), "Olga")


async def test_an_unknown_agent_says_nothing(desk: Desk) -> None:
    ticket = await desk.client.ticket()
    wrong = {"text": "Hi", "user_id": NOBODY}
    answer = await desk.client.post(f"{TICKETS}/{ticket['id']}/reply", wrong)
    assert (answer.status, answer.code) == (404, "not_found")
    assert len((await details(desk.client, ticket))["messages"]) == 1


async def test_an_answer_moves_the_ticket_a_note_does_not(desk: Desk) -> None:
    ticket = await desk.client.ticket()
    await reply(desk.client, ticket, internal=True)
    got = await details(desk.client, ticket)
    assert (got["status"], got["first_reply_at"]) == ("new", None)
    desk.clock.move(minutes=5)
    await reply(desk.client, ticket)
    got = await details(desk.client, ticket)
    assert (got["status"], got["first_reply_at"]) == ("waiting", "2026-03-01T12:05:00.250Z")
    desk.clock.move(minutes=5)
    await reply(desk.client, ticket)
    assert (await details(desk.client, ticket))["first_reply_at"] == "2026-03-01T12:05:00.250Z"


async def test_a_reply_to_a_messenger_is_pending_until_the_messenger_took_it(desk: Desk) -> None:
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    message = await reply(desk.client, ticket)
    assert (message["delivery"], message["delivery_error"]) == ("pending", None)
    assert await to_customer(desk) == ["notice", "message"]


async def test_a_note_never_goes_to_the_customer(desk: Desk) -> None:
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    message = await reply(desk.client, ticket, internal=True)
    assert (message["delivery"], message["internal"]) == ("none", True)
    assert await to_customer(desk) == ["notice"]


async def test_a_reply_to_a_virtual_customer_needs_no_delivery(client: Client) -> None:
    assert (await reply(client, await client.ticket()))["delivery"] == "none"


async def test_a_reply_to_someone_who_left_says_at_once_that_it_failed(desk: Desk) -> None:
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    chat = Chat(Channel.TELEGRAM, 77)
    await desk.db.write(subscribers.unsubscribe, chat, SubscriberStatus.BLOCKED)
    message = await reply(desk.client, ticket)
    assert (message["delivery"], message["delivery_error"]) == ("failed", "blocked")
    assert "message" not in await to_customer(desk)


async def test_replies_of_the_api_reach_the_agents_too(desk: Desk) -> None:
    chat = await desk.link_agents()
    ticket = await desk.client.ticket()
    answers = [
        await reply(desk.client, ticket),
        await reply(desk.client, ticket, internal=True),
        (await desk.client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Hm"})).json,
    ]
    rows = await desk.db.read(outbox.pending, chat)
    shown = [str(row.message_id) for row in rows if row.kind == "message"]
    assert shown == [answer["id"] for answer in answers]


async def test_a_closed_ticket_is_answered_all_the_same(desk: Desk) -> None:
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    await desk.client.patch(f"{TICKETS}/{ticket['id']}/status", {"status": "closed"})
    assert (await reply(desk.client, ticket))["delivery"] == "pending"
    assert (await details(desk.client, ticket))["status"] == "closed"


@pytest.mark.parametrize("path", ["reply", "customer-reply"])
async def test_texts_have_1_to_4000_characters(client: Client, path: str) -> None:
    ticket = await client.ticket()
    for wrong in ({}, {"text": ""}, {"text": "  \n"}, {"text": None}, {"text": "x" * 4001}):
        answer = await client.post(f"{TICKETS}/{ticket['id']}/{path}", wrong)
        assert list(answer.wrong) == ["text"]
    longest = await client.post(f"{TICKETS}/{ticket['id']}/{path}", {"text": "я" * 4000})
    assert longest.status == 201
    assert len((await details(client, ticket))["messages"]) == 2


async def test_internal_is_true_or_false_and_user_id_a_uuid(client: Client) -> None:
    ticket = await client.ticket()
    for wrong in ({"internal": "yes"}, {"internal": 1}, {"internal": None}, {"user_id": "Olga"}):
        answer = await client.post(f"{TICKETS}/{ticket['id']}/reply", {"text": "Hi", **wrong})
        assert list(answer.wrong) == list(wrong)


async def test_a_virtual_customers_message_goes_to_the_ticket(desk: Desk) -> None:
    agent = await desk.agent()
    ticket = await desk.client.ticket(first_name="Ann")
    await reply(desk.client, ticket, user_id=str(agent.id))
    answer = await desk.client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Thanks"})
    assert answer.status == 201
    assert list(answer.json) == MESSAGE_FIELDS
    assert (answer.json["author"], answer.json["author_name"]) == ("customer", "Ann")
    assert answer.json["delivery"] == "none"
    assert (await details(desk.client, ticket))["status"] == "in_progress"


async def test_a_messengers_customer_speaks_in_the_messenger_only(client: Client) -> None:
    ticket = await client.ticket(channel="telegram", chat_id=77)
    answer = await client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Hi"})
    assert (answer.status, answer.code) == (409, "not_virtual")
    assert len((await details(client, ticket))["messages"]) == 1


async def test_a_disabled_helpdesk_takes_no_customers_message_but_agents_answer(
    client: Client,
) -> None:
    ticket = await client.ticket()
    await client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": False})
    answer = await client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Hi"})
    assert (answer.status, answer.code) == (403, "helpdesk_disabled")
    await reply(client, ticket)


async def test_a_virtual_customers_message_reopens_a_ticket_that_closed_lately(desk: Desk) -> None:
    ticket = await desk.client.ticket()
    await desk.client.patch(f"{TICKETS}/{ticket['id']}/status", {"status": "closed"})
    desk.clock.move(days=7)
    path = f"{TICKETS}/{ticket['id']}/customer-reply"
    assert (await desk.client.post(path, {"text": "Again"})).status == 201
    got = await details(desk.client, ticket)
    assert (got["status"], got["closed_at"]) == ("new", None)


async def test_after_7_days_the_message_begins_a_ticket_that_names_the_old(desk: Desk) -> None:
    old = await desk.client.ticket(first_name="Ann")
    await desk.client.patch(f"{TICKETS}/{old['id']}/status", {"status": "closed"})
    desk.clock.move(days=7, seconds=1)
    answer = await desk.client.post(f"{TICKETS}/{old['id']}/customer-reply", {"text": "Again"})
    assert answer.status == 201
    new = await details(desk.client, {"id": answer.json["ticket_id"]})
    assert (new["previous_ticket_id"], new["ticket_number"], new["status"]) == (old["id"], 2, "new")
    assert new["customer"] == old["customer"]
    assert [message["id"] for message in new["messages"]] == [answer.json["id"]]
    assert (await details(desk.client, old))["status"] == "closed"


async def test_what_follows_a_ticket_closed_long_ago_is_one_ticket(desk: Desk) -> None:
    old = await desk.client.ticket()
    await desk.client.patch(f"{TICKETS}/{old['id']}/status", {"status": "closed"})
    desk.clock.move(days=8)
    path = f"{TICKETS}/{old['id']}/customer-reply"
    first, second = [(await desk.client.post(path, {"text": text})).json for text in ("One", "Two")]
    assert first["ticket_id"] == second["ticket_id"] != old["id"]
    messages = (await details(desk.client, {"id": first["ticket_id"]}))["messages"]
    assert [message["text"] for message in messages] == ["One", "Two"]


async def test_nobody_speaks_for_a_customer_who_was_erased(client: Client) -> None:
    ticket = await client.ticket()
    await client.delete(f"/v1/helpdesk/subscribers/{ticket['customer']['subscriber_id']}")
    answer = await client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": "Hi"})
    assert (answer.status, answer.code) == (409, "conflict")


async def test_an_edit_is_told_with_its_time(desk: Desk) -> None:
    ticket = await desk.client.ticket("Befor")
    first = (await details(desk.client, ticket))["messages"][0]

    def correct(tx: Transaction) -> None:
        messages.rewrite(tx, messages.get(tx, UUID(first["id"])), Content("Before"))

    desk.clock.move(minutes=1)
    await desk.db.write(correct)
    message = (await details(desk.client, ticket))["messages"][0]
    assert (message["text"], message["edited_at"]) == ("Before", "2026-03-01T12:01:00.250Z")
    found = await desk.client.get(TICKETS, q="before")
    assert len(found.json["tickets"]) == 1
