"""A customer's data, and its erasure: every word and name goes, numbers, states and times stay."""

from typing import Any

from storage import outbox
from storage.model import Channel, Chat
from tests.api.conftest import Client, Desk
from tests.api.things import one_of_each

TICKETS = "/v1/helpdesk/tickets"
SUBSCRIBERS = "/v1/helpdesk/subscribers"
WORDS = ("Ann", "parcel", "Delivery", "/cart", "Käse", "hurry", "secret note", "Bye")


async def talked(desk: Desk) -> tuple[Client, Any]:
    """Ann's ticket with a picture, a context, an answer, a note, and an edited message."""
    things = await one_of_each(desk)
    client, ticket_id = desk.client, things.ids["tickets"]["id"]
    await client.post(f"{TICKETS}/{ticket_id}/reply", {"text": "Do not hurry"})
    await client.post(f"{TICKETS}/{ticket_id}/reply", {"text": "secret note", "internal": True})
    await client.patch(f"{TICKETS}/{ticket_id}/priority", {"priority": "high"})
    return client, things


async def test_a_customers_data_is_told(desk: Desk) -> None:
    subscriber = await desk.subscriber(chat_id=500)
    answer = await desk.client.get(f"{SUBSCRIBERS}/{subscriber.id}")
    assert (answer.status, answer.json) == (
        200,
        {
            "id": str(subscriber.id),
            "channel": "telegram",
            "chat_id": 500,
            "user_id": 500,
            "first_name": "Ann",
            "last_name": "Lee",
            "username": "ann",
            "locale": "en",
            "status": "active",
            "created_at": "2026-03-01T12:00:00.250Z",
        },
    )


async def test_erasure_says_what_was_erased_and_then_the_customer_is_gone(desk: Desk) -> None:
    client, things = await talked(desk)
    path = f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}"
    answer = await client.delete(path)
    assert (answer.status, answer.json) == (
        200,
        {
            "subscriber_id": things.ids["subscribers"]["id"],
            "tickets": 1,
            "messages": 3,
            "attachments": 1,
        },
    )
    for again in (await client.get(path), await client.delete(path)):
        assert (again.status, again.code) == (404, "not_found")


async def test_erasure_leaves_no_word_but_the_numbers_states_and_times(desk: Desk) -> None:
    client, things = await talked(desk)
    path = f"{TICKETS}/{things.ids['tickets']['id']}"
    before = (await client.get(path)).json
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    answer = await client.get(path)
    after = answer.json
    assert not any(word in answer.body.decode() for word in WORDS)
    empty = {"subscriber_id": None, "chat_id": None, "first_name": None, "username": None}
    assert (after["customer"], after["subject"], after["context"]) == (empty, "", {})
    kept = ("id", "ticket_number", "status", "priority", "channel", "created_at", "first_reply_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    for old, new in zip(before["messages"], after["messages"], strict=True):
        assert (new["text"], new["attachments"]) == ("", [])
        assert all(new[name] == old[name] for name in ("id", "author", "internal", "created_at"))
    assert [message["author_name"] for message in after["messages"]] == ["", "Shop", "Shop"]


async def test_erased_words_and_files_are_found_no_more(desk: Desk) -> None:
    client, things = await talked(desk)
    for word in ("parcel", "hurry", "delivery"):
        assert len((await client.get(TICKETS, q=word)).json["tickets"]) == 1
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    for word in ("parcel", "hurry", "delivery"):
        assert (await client.get(TICKETS, q=word)).json["tickets"] == []
    picture = await client.get(f"/v1/helpdesk/attachments/{things.ids['attachments']['id']}")
    assert (picture.status, picture.code) == (404, "not_found")


async def test_nothing_more_goes_out_to_an_erased_customer(desk: Desk) -> None:
    client, things = await talked(desk)
    chat = Chat(Channel.TELEGRAM, 500)
    assert await desk.db.read(outbox.pending, chat)
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    assert await desk.db.read(outbox.pending, chat) == []
    path = f"{TICKETS}/{things.ids['tickets']['id']}"
    assert (await client.post(f"{path}/reply", {"text": "Bye"})).json["delivery"] == "failed"
    assert (await client.patch(f"{path}/status", {"status": "closed"})).json["status"] == "closed"
    assert await desk.db.read(outbox.pending, chat) == []


async def test_an_erased_customer_who_comes_again_is_a_new_one(desk: Desk) -> None:
    client, things = await talked(desk)
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    ticket = await client.ticket(channel="telegram", chat_id=500)
    assert ticket["customer"]["subscriber_id"] != things.ids["subscribers"]["id"]
    assert ticket["customer"]["first_name"] is None


async def test_other_customers_keep_all_of_theirs(desk: Desk) -> None:
    client, things = await talked(desk)
    other = await client.ticket("My parcel too", first_name="Bob", chat_id=9)
    before = (await client.get(f"{TICKETS}/{other['id']}")).json
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    assert (await client.get(f"{TICKETS}/{other['id']}")).json == before
    assert len((await client.get(TICKETS, q="parcel")).json["tickets"]) == 1


async def test_a_virtual_customer_is_erased_like_any_other(client: Client) -> None:
    ticket = await client.ticket(first_name="Ann", chat_id=5)
    subscriber_id = ticket["customer"]["subscriber_id"]
    assert (await client.delete(f"{SUBSCRIBERS}/{subscriber_id}")).json["messages"] == 1
    again = await client.ticket(chat_id=5)
    assert again["customer"]["subscriber_id"] != subscriber_id


async def test_an_accepted_request_tells_no_more_than_its_status_afterwards(desk: Desk) -> None:
    client, things = await talked(desk)
    await client.delete(f"{SUBSCRIBERS}/{things.ids['subscribers']['id']}")
    answer = await client.get(f"/v1/helpdesk/request/{things.ids['request']['request_id']}/status")
    assert (answer.status, answer.json["status"]) == (200, "accepted")
    assert not any(word in answer.body.decode() for word in WORDS)
