"""One attempt at an endpoint: signed for any verifier, sent where it may go, recorded in words."""

import asyncio
import base64
import hashlib
import hmac
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from api import webhook_attempt
from api.guard import Guard
from api.webhook_attempt import LONGEST_PAUSE, retry_after
from storage import deliveries, webhooks
from storage.model import Status
from tests.api.receiver import Answer, Received, Receiver
from tests.api.sending import Office


def by_hand(secret: str, one: Received) -> str:
    """The signature as the specification of Standard Webhooks 1.0 says, without a library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def test_an_event_arrives_signed_for_any_standard_verifier(
    office: Office, receiver: Receiver
) -> None:
    office.clock.now = datetime.now(office.clock.now.tzinfo)
    webhook = await office.post.endpoint(url=receiver.url)
    assert webhook.secret is not None
    ticket = await office.post.ticket("Where is it? ☃ 'quotes' \\ and \u2028")
    [one] = await receiver.told(1)
    assert one.headers["webhook-signature"] == by_hand(webhook.secret, one)
    assert Verifier(webhook.secret).verify(one.body, one.headers) == one.json
    assert one.headers["content-type"] == "application/json"
    assert one.json["data"]["ticket"]["id"] == str(ticket.id)
    [delivery] = await office.recorded(webhook)
    assert (str(delivery.id), delivery.status) == (one.id, "delivered")


async def test_both_secrets_sign_during_a_rotation(office: Office, receiver: Receiver) -> None:
    webhook = await office.post.endpoint(url=receiver.url)
    rotated = await office.post.db.write(webhooks.rotate_secret, office.post.project.id, webhook.id)
    await office.post.ticket()
    [one] = await receiver.told(1)
    assert webhook.secret
    assert rotated.secret
    signatures = one.headers["webhook-signature"].split(" ")
    assert signatures == [by_hand(rotated.secret, one), by_hand(webhook.secret, one)]


async def test_id_and_body_stay_while_the_timestamp_is_of_the_attempt(
    office: Office, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 200 if len(receiver.received) >= 3 else 500
    webhook = await office.post.endpoint(url=receiver.url)
    began = int(office.clock().timestamp())
    ticket = await office.post.ticket()
    [delivery] = await office.recorded(webhook)
    [first] = {(one.id, one.body) for one in receiver.received}
    times = [int(one.headers["webhook-timestamp"]) for one in receiver.received]
    assert times == [began, began + 5, began + 305, began + 2105]
    await office.post.set_status(ticket, Status.CLOSED)
    await receiver.told(3)
    await office.post.db.write(
        deliveries.redeliver, office.post.project.id, webhook.id, delivery.id
    )
    await receiver.told(4)
    assert (receiver.taken[-1].id, receiver.taken[-1].body) == first


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
async def test_what_is_no_2xx_is_tried_again(
    office: Office, receiver: Receiver, status: int
) -> None:
    def answer(_: Received) -> Answer:
        if receiver.received:
            return 204
        return web.Response(status=status, headers={"Location": receiver.url + "/elsewhere"})

    receiver.answer = answer
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    [delivery] = await office.recorded(webhook)
    assert delivery.status == "delivered"
    assert [attempt.status_code for attempt in delivery.attempts] == [status, 204]
    assert {one.path for one in receiver.received} == {"/hook"}


@given(st.text(max_size=40))
def test_a_retry_after_is_a_time_to_come_or_nothing(text: str) -> None:
    wait = retry_after(text, datetime.fromisoformat("2026-03-01T12:00:00Z"))
    assert wait is None or timedelta() < wait <= LONGEST_PAUSE


async def test_who_says_nothing_for_ten_seconds_is_asked_again(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_attempt, "TIMEOUT", 0.2)
    receiver.answer = lambda _: None if not receiver.received else 200
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    [delivery] = await office.recorded(webhook)
    silence, _ = delivery.attempts
    assert (silence.status_code, silence.error) == (None, "no answer within 10 seconds")
    assert silence.duration_ms >= 200


async def test_nobody_there_is_tried_again_until_somebody_is(office: Office) -> None:
    receiver = Receiver()
    await receiver.start()
    await receiver.stop()
    await office.stop()  # a sender with nothing to do would leap to the plan at once
    webhook = await office.post.endpoint(url=receiver.url)
    await office.post.ticket()
    office.at(timedelta(minutes=3), receiver.start)
    office.start()
    await receiver.told(1)
    [delivery] = await office.recorded(webhook)
    await receiver.stop()
    assert [(each.status_code, each.error) for each in delivery.attempts] == [
        (None, "could not connect"),
        (None, "could not connect"),
        (200, None),
    ]


async def test_an_answer_without_end_is_cut_off(office: Office) -> None:
    cut_off = asyncio.Event()

    async def drown(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        cut_off.set()

    async with await asyncio.start_server(drown, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        webhook = await office.post.endpoint(url=f"http://127.0.0.1:{port}/")
        await office.post.ticket()
        [delivery] = await office.recorded(webhook)
        assert delivery.status == "delivered"
        async with asyncio.timeout(10):
            await cut_off.wait()


async def test_an_endpoint_that_turned_private_is_not_reached(
    office: Office, receiver: Receiver
) -> None:
    await office.stop()
    office.start(guard=Guard(allow_private=False))
    webhook = await office.post.endpoint(url=receiver.url.replace("http:", "https:"))
    await office.post.ticket()
    [delivery] = await office.recorded(webhook)
    assert {each.error for each in delivery.attempts} == {"the address is not admitted"}
    assert receiver.received == []
