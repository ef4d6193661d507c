"""The same Idempotency-Key does the work once and gives the first answer again."""

import asyncio

from api.guard import Guard
from storage import api_keys, idempotency
from storage.database import Database
from tests.api.conftest import Answer, Client, Desk, Serve
from tests.api.lookups import PUBLIC, names

TICKETS = "/v1/helpdesk/tickets"
WEBHOOKS = "/v1/webhooks"


async def post(client: Client, key: str, body: object, path: str = TICKETS) -> Answer:
    return await client.call("POST", path, json=body, headers={"Idempotency-Key": key})


async def test_the_same_key_and_body_give_the_first_answer_again(client: Client) -> None:
    first = await post(client, "order-1", {"text": "Where is it?"})
    again = await post(client, "order-1", {"text": "Where is it?"})
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((await client.get(TICKETS)).json["tickets"]) == 1


async def test_twenty_equal_requests_at_once_do_the_work_once(client: Client) -> None:
    answers = await asyncio.gather(
        *(post(client, "at-once", {"text": "Only one of us"}) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
    assert len((await client.get(TICKETS)).json["tickets"]) == 1


async def test_another_body_or_path_with_the_key_is_a_conflict(client: Client) -> None:
    first = await post(client, "mine", {"text": "This"})
    assert (await post(client, "mine", {"text": "That"})).code == "idempotency_conflict"
    path = f"{TICKETS}/{first.json['id']}/reply"
    refused = await post(client, "mine", {"text": "This"}, path)
    assert (refused.status, refused.code) == (409, "idempotency_conflict")
    assert len((await client.get(TICKETS)).json["tickets"]) == 1


async def test_a_refused_request_leaves_the_key_free(client: Client) -> None:
    assert (await post(client, "again", {"text": ""})).status == 400
    assert (await post(client, "again", {"text": "Now it is right"})).status == 201


async def test_keys_belong_to_their_project(desk: Desk) -> None:
    assert (await post(desk.client, "same", {"text": "One"})).status == 201
    assert (await post(desk.other, "same", {"text": "Two"})).status == 201


async def test_until_24_hours_are_over_the_first_answer_is_given_again(desk: Desk) -> None:
    first = await post(desk.client, "daily", {"text": "Monday"})
    desk.clock.move(hours=23, minutes=59)
    assert await desk.db.write(idempotency.purge) == 0
    again = await post(desk.client, "daily", {"text": "Monday"})
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    desk.clock.move(minutes=1)
    fresh = await post(desk.client, "daily", {"text": "Monday"})
    assert (fresh.status, fresh.json["ticket_number"]) == (201, 2)
    assert "Idempotency-Replayed" not in fresh.headers


async def test_after_24_hours_the_key_is_new(desk: Desk) -> None:
    first = await post(desk.client, "daily", {"text": "Monday"})
    desk.clock.move(hours=24)
    second = await post(desk.client, "daily", {"text": "Tuesday"})
    assert first.json["id"] != second.json["id"]
    desk.clock.move(hours=25)
    assert await desk.db.write(idempotency.purge) == 1


async def test_the_answer_survives_a_crash_between_commit_and_answer(desk: Desk) -> None:
    first = await post(desk.client, "crash", {"text": "Was it taken?"})
    # What a crash leaves is what is in the file: another process reads it there.
    reopened = await Database.open(desk.db.path, clock=desk.clock)
    try:
        fingerprint = await reopened.read(
            lambda tx: tx.all("SELECT fingerprint FROM idempotency_keys")
        )
        kept = await reopened.read(
            idempotency.find,
            desk.project.id,
            idempotency.Once("crash", fingerprint[0]["fingerprint"]),
        )
    finally:
        await reopened.close()
    assert kept is not None
    assert kept.body == first.body


async def test_a_key_of_no_use_is_refused(client: Client) -> None:
    refused = await post(client, "a" * 256, {"text": "Too long a key"})
    assert "Idempotency-Key" in refused.wrong


async def test_a_webhook_is_answered_again_wherever_its_name_leads_by_then(serve: Serve) -> None:
    addresses = [PUBLIC]
    guard = Guard(allow_private=False, lookup=names(shop_example=addresses))
    client = (await serve(guard=guard)).client
    hook = {"url": "https://shop.example/hook"}
    first = await post(client, "hook", hook, WEBHOOKS)
    addresses[:] = ["10.0.0.7"]
    again = await post(client, "hook", hook, WEBHOOKS)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await post(client, "another", hook, WEBHOOKS)).wrong.keys() == {"url"}
    elsewhere = await post(client, "hook", {"url": "https://10.0.0.7/"}, WEBHOOKS)
    assert (elsewhere.status, elsewhere.code) == (409, "idempotency_conflict")
    assert len((await client.get(WEBHOOKS)).json["webhooks"]) == 1


async def test_a_revoked_key_gets_no_answer_again(desk: Desk) -> None:
    assert (await post(desk.client, "once", {"text": "Hello"})).status == 201
    key, *_ = await desk.db.read(api_keys.listing, desk.project.id)
    await desk.db.write(api_keys.revoke, key.id)
    assert (await post(desk.client, "once", {"text": "Hello"})).code == "unauthorized"


async def test_erasure_forgets_the_answers_that_spoke_of_the_customer(desk: Desk) -> None:
    made = await post(desk.client, "private", {"text": "My secret", "first_name": "Ann"})
    await post(desk.client, "other", {"text": "Nobody's secret", "first_name": "Bob"})
    subscriber = made.json["customer"]["subscriber_id"]
    assert (await desk.client.delete(f"/v1/helpdesk/subscribers/{subscriber}")).status == 200
    kept = await desk.db.read(lambda tx: tx.all("SELECT body FROM idempotency_keys"))
    assert [b"Ann" in row["body"] for row in kept] == [False]
