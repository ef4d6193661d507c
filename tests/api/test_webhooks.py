"""Webhooks over HTTP: made, changed, tested, looked at; what they bring is what the API says."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Client, Desk
from tests.api.receiver import Received, Receiver

PATH = "/v1/webhooks"
URL = "https://93.184.215.14/hook"
FIELDS = {"id", "url", "description", "events", "status", "disabled_reason", "created_at"}
EVENTS = [
    "ticket.created",
    "ticket.replied",
    "ticket.status_changed",
    "ticket.assigned",
    "ticket.closed",
]


async def made(client: Client, **fields: object) -> Any:
    answer = await client.post(PATH, {"url": URL, **fields})
    assert answer.status == 201, answer.body
    return answer.json


async def put(client: Client, path: str, body: object) -> Any:
    return await client.call("PUT", path, json=body)


async def test_a_webhook_shows_its_secret_at_creation_and_never_again(client: Client) -> None:
    webhook = await made(client, description="Our shop", events=EVENTS[:2])
    assert webhook.keys() == FIELDS | {"secret"}
    assert webhook.pop("secret").startswith("whsec_")
    assert (await client.get(PATH)).json == {"webhooks": [webhook]}
    assert (webhook["status"], webhook["disabled_reason"]) == ("active", None)
    assert (webhook["url"], webhook["events"]) == (URL, EVENTS[:2])


async def test_patch_changes_what_it_names_and_put_replaces_all(client: Client) -> None:
    webhook = await made(client, description="Our shop", events=["ticket.closed"])
    path = f"{PATH}/{webhook['id']}"
    patched = await client.patch(path, {"status": "disabled"})
    expected = {"status": "disabled", "disabled_reason": "requested"}
    assert patched.status == 200
    assert patched.json == {k: v for k, v in webhook.items() if k != "secret"} | expected
    replaced = await put(client, path, {"url": URL + "/new"})
    assert (replaced.status, replaced.json.keys()) == (200, FIELDS)
    assert replaced.json["url"] == URL + "/new"
    assert (replaced.json["description"], replaced.json["events"]) == ("", [])
    assert (replaced.json["status"], replaced.json["disabled_reason"]) == ("active", None)
    assert (await put(client, path, {"description": "x"})).wrong == {"url": "is required"}
    assert (await client.patch(path, {})).status == 400


async def test_a_sixth_webhook_is_refused(client: Client) -> None:
    for _ in range(5):
        await made(client)
    refused = await client.post(PATH, {"url": URL})
    assert (refused.status, refused.code) == (409, "limit_reached")


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://user:secret@93.184.215.14/",
        "ftp://93.184.215.14/",
        "no url",
        "",
    ],
)
async def test_a_url_that_leads_where_it_may_not_is_refused(client: Client, url: str) -> None:
    webhook = await made(client)
    path = f"{PATH}/{webhook['id']}"
    for refused in (
        await client.post(PATH, {"url": url}),
        await client.patch(path, {"url": url}),
        await put(client, path, {"url": url}),
    ):
        assert "url" in refused.wrong
        assert "secret" not in refused.body.decode()
    assert [each["url"] for each in (await client.get(PATH)).json["webhooks"]] == [URL]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("events", ["ticket.deleted"]),
        ("events", ["webhook.test"]),
        ("events", "ticket.closed"),
        ("status", "paused"),
        ("secret", "whsec_mine"),
        ("description", "x" * 1001),
    ],
)
async def test_what_does_not_fit_is_refused(client: Client, field: str, value: object) -> None:
    refused = await client.post(PATH, {"url": URL, field: value})
    assert {name.split(".")[0] for name in refused.wrong} == {field}


async def test_who_names_no_event_is_told_which_there_are(client: Client) -> None:
    path = f"{PATH}/{(await made(client))['id']}"
    first, second, third, fourth, last = EVENTS
    told = f"must be '{first}', '{second}', '{third}', '{fourth}' or '{last}'"
    for refused in (
        await client.post(PATH, {"url": URL, "events": ["nope"]}),
        await client.patch(path, {"events": ["nope"]}),
        await put(client, path, {"url": URL, "events": ["nope"]}),
    ):
        assert refused.wrong == {"events.0": told}


async def test_a_stranger_learns_nothing_about_urls(desk: Desk) -> None:
    for url in (URL, "https://127.0.0.1/"):
        refused = await desk.stranger.post(PATH, {"url": url})
        assert (refused.status, refused.code) == (401, "unauthorized")


async def test_an_unknown_webhook_or_delivery_is_not_found(client: Client) -> None:
    webhook = await made(client)
    known, unknown = f"{PATH}/{webhook['id']}", f"{PATH}/{uuid4()}"
    for answer in (
        await client.patch(unknown, {"description": "x"}),
        await put(client, unknown, {"url": URL}),
        await client.delete(unknown),
        await client.post(unknown + "/test"),
        await client.post(unknown + "/rotate-secret"),
        await client.get(unknown + "/deliveries"),
        await client.post(f"{known}/deliveries/{uuid4()}/redeliver"),
        await client.post(f"{known}/deliveries/nonsense/redeliver"),
    ):
        assert (answer.status, answer.code) == (404, "not_found")


async def test_a_deleted_webhook_is_gone(client: Client) -> None:
    webhook = await made(client)
    assert (await client.delete(f"{PATH}/{webhook['id']}")).status == 204
    assert (await client.get(PATH)).json == {"webhooks": []}


async def test_rotation_shows_the_fresh_secret(client: Client) -> None:
    webhook = await made(client)
    rotated = await client.post(f"{PATH}/{webhook['id']}/rotate-secret")
    assert rotated.status == 200
    assert rotated.json.keys() == FIELDS | {"secret"}
    assert rotated.json["secret"] != webhook["secret"]


async def test_a_repeated_creation_makes_one_webhook(client: Client) -> None:
    answers = [
        await client.call("POST", PATH, json={"url": URL}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert len((await client.get(PATH)).json["webhooks"]) == 1


async def test_a_test_is_delivered_and_recorded(sending: Desk, receiver: Receiver) -> None:
    webhook = await made(sending.client, url=receiver.url, events=["ticket.closed"])
    path = f"{PATH}/{webhook['id']}"
    sent = await sending.client.post(path + "/test")
    assert sent.status == 202
    assert sent.json["event"] == "webhook.test"
    [one] = await receiver.told(1)
    assert one.id == sent.json["id"]
    assert one.json == {"event": "webhook.test", "timestamp": sent.json["created_at"], "data": {}}
    [delivery] = await finished(sending, path, 1)
    [attempt] = delivery["attempts"]
    assert attempt.keys() == {"at", "status_code", "error", "duration_ms"}
    assert (attempt["status_code"], attempt["error"]) == (200, None)
    assert delivery.keys() == {
        "id",
        "event",
        "status",
        "attempts",
        "next_attempt_at",
        "created_at",
    }


async def finished(desk: Desk, path: str, count: int) -> list[Any]:
    """The newest deliveries of a webhook, once so many are no longer pending."""
    return await recorded(desk, path, count, lambda delivery: delivery["status"] != "pending")


async def recorded(desk: Desk, path: str, count: int, so: Callable[[Any], bool]) -> list[Any]:
    """The newest deliveries of a webhook, once so many are so."""
    with desk.db.listen("webhooks") as news:
        async with asyncio.timeout(10):
            while True:
                news.clear()
                found = (await desk.client.get(path + "/deliveries")).json["deliveries"]
                if sum(map(so, found)) >= count:
                    return list(found)
                await news.wait()


async def test_what_failed_together_is_not_tried_again_together(
    sending: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 503
    path = f"{PATH}/{(await made(sending.client, url=receiver.url))['id']}"
    for _ in range(10):
        await sending.client.post(path + "/test")
    failed = await recorded(sending, path, 10, lambda delivery: delivery["attempts"] != [])
    planned = sorted(each["next_attempt_at"] for each in failed)
    assert len(set(planned)) > 1
    assert planned[0] >= "2026-03-01T12:00:05.250Z"
    assert planned[-1] <= "2026-03-01T12:00:05.750Z"


async def test_deliveries_come_in_pages(sending: Desk, receiver: Receiver) -> None:
    webhook = await made(sending.client, url=receiver.url)
    path = f"{PATH}/{webhook['id']}"
    for _ in range(3):
        await sending.client.post(path + "/test")
    everything = await finished(sending, path, 3)
    first = (await sending.client.get(path + "/deliveries", limit=2)).json
    rest = await sending.client.get(path + "/deliveries", limit=2, cursor=first["next_cursor"])
    assert first["deliveries"] + rest.json["deliveries"] == everything
    assert rest.json["next_cursor"] is None
    wrong = await sending.client.get(path + "/deliveries", cursor="x")
    assert wrong.wrong.keys() == {"cursor"}


async def test_redelivery_brings_the_same_again(sending: Desk, receiver: Receiver) -> None:
    webhook = await made(sending.client, url=receiver.url)
    path = f"{PATH}/{webhook['id']}"
    await sending.client.ticket()
    [delivery] = await finished(sending, path, 1)
    again = await sending.client.post(f"{path}/deliveries/{delivery['id']}/redeliver")
    assert (again.status, again.json["status"]) == (202, "pending")
    first, second = await receiver.told(2)
    assert (first.id, first.body) == (second.id, second.body)


async def test_a_disabled_webhook_is_neither_tested_nor_repeated(client: Client) -> None:
    webhook = await made(client, status="disabled")
    answer = await client.post(f"{PATH}/{webhook['id']}/test")
    assert (answer.status, answer.code) == (409, "conflict")


async def test_what_an_event_tells_is_what_the_api_answers(
    sending: Desk, receiver: Receiver
) -> None:
    client, olga = sending.client, await sending.agent()
    await made(client, url=receiver.url)
    ticket = await client.ticket("Where?", first_name="Ann", context={"page": "/cart"})
    path = f"/v1/helpdesk/tickets/{ticket['id']}"
    sending.clock.move(minutes=1)
    reply = await client.post(path + "/reply", {"text": "There.", "user_id": str(olga.id)})
    answered = (await client.get(path)).json
    sending.clock.move(minutes=1)
    closed = (await client.patch(path + "/status", {"status": "closed"})).json
    heard = {one.event: one.json for one in await receiver.told(6)}
    first_message, _ = answered.pop("messages")
    assert heard["ticket.created"]["data"] == {"ticket": ticket, "message": first_message}
    assert heard["ticket.created"]["timestamp"] == ticket["created_at"]
    assert heard["ticket.replied"]["data"] == {"ticket": answered, "message": reply.json}
    assert heard["ticket.assigned"]["data"] == {"ticket": answered, "previous_assigned_to": None}
    assert heard["ticket.closed"] == {
        "event": "ticket.closed",
        "timestamp": closed["closed_at"],
        "data": {"ticket": closed, "previous_status": "waiting"},
    }
    changes = [one.json["data"] for one in receiver.taken if one.event.endswith("status_changed")]
    assert changes == [
        {"ticket": answered, "previous_status": "new"},
        {"ticket": closed, "previous_status": "waiting"},
    ]


async def test_another_projects_events_stay_there(sending: Desk, receiver: Receiver) -> None:
    await made(sending.client, url=receiver.url)
    await sending.other.ticket("Nobody else's business")
    await sending.client.ticket("Ours")

    def subject(one: Received) -> Any:
        return one.json["data"]["ticket"]["subject"]

    assert [subject(one) for one in await receiver.told(1)] == ["Ours"]
