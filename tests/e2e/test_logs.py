"""The log tells what happens to which request and ticket; what people write is nobody's there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn, faults
from tests.api.receiver import Receiver
from tests.e2e.conftest import TOKEN, settings_for
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.people import open_ticket, shown, subscribe

PRIVATE = "zebra"
"""Part of everything that people and programs write here; nobody else does."""
REQUEST_ID = "order-4711"


class Talkative(Desk):
    async def ready(self) -> None:
        """In whatever shape it is said."""
        await self.said("connected")


@pytest.fixture(params=["json", "console"])
async def talkative(
    tmp_path: Path, messenger: TelegramStandIn, forum: Group, request: pytest.FixtureRequest
) -> AsyncIterator[Desk]:
    """A desk that logs all that it ever logs."""
    settings = {
        **settings_for(messenger, forum),
        "log_level": "debug",
        "log_format": request.param,
        "metrics_token": "metrics-zebra-token",
        "telegram_limits": "all:1000/1s,chat:1000/1s,group:1000/1s",
    }
    async with Talkative(tmp_path, **settings) as desk:
        yield desk


async def a_full_life(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> list[str]:
    """Everything that people and programs do, and much that goes wrong; the secrets among it."""
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, f"My {PRIVATE} is broken")
    bob.say(f"// an internal {PRIVATE}", topic=topic)
    messenger.faults.add(faults.status(502, f"<p>{PRIVATE}</p>"), "sendMessage", chat_id=ann.id)
    bob.say(f"Send the {PRIVATE} in", topic=topic)
    await messenger.until(lambda: shown(ann, f"Send the {PRIVATE} in"), what="the answer")
    # Updates that cannot be read, and an answer of the messenger that cannot be.
    messenger.faults.add(
        faults.status(200, json.dumps({"ok": True, "result": {"text": PRIVATE}})),
        "sendMessage",
        chat_id=ann.id,
    )
    bob.say(f"And the {PRIVATE}'s box", topic=topic)
    await desk.said("sending failed|not sent|sending waits")
    headers = {"X-Request-Id": REQUEST_ID}
    body = {"text": f"{PRIVATE} by API", "subject": PRIVATE, "context": {"page": f"/{PRIVATE}"}}
    status, ticket = await desk.call("POST", "/v1/helpdesk/tickets", body, headers=headers)
    assert status == 201
    path = f"/v1/helpdesk/tickets/{ticket['id']}"
    await desk.call("POST", f"{path}/reply", {"text": PRIVATE, "internal": PRIVATE})
    await desk.call("GET", f"/v1/helpdesk/tickets?q={PRIVATE}")
    await desk.call("GET", "/v1/helpdesk/tickets", key=f"{PRIVATE}-wrong-key")
    _, request = await desk.call("POST", "/v1/helpdesk/request", {"context": {"a": PRIVATE}})
    await desk.call("GET", f"/v1/helpdesk/request/{request['request_id']}/status")
    async with Receiver() as receiver:
        _, made = await desk.call("POST", "/v1/webhooks", {"url": receiver.url})
        await desk.call("POST", f"/v1/webhooks/{made['id']}/rotate-secret")
        await desk.call("POST", f"{path}/customer-reply", {"text": PRIVATE})
        await receiver.told(1)
    _, code = await desk.command("connect")
    return [made["secret"], request["request_id"], code.split()[-1], ticket["id"]]


async def test_no_text_and_no_secret_is_in_the_log_at_level_debug(
    messenger: TelegramStandIn, talkative: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    *secrets, ticket_id = await a_full_life(messenger, talkative, forum, ann, bob)
    assert await talkative.stop() == 0
    log = talkative.output
    for secret in (TOKEN, API_KEY, *secrets, PRIVATE):
        assert secret not in log
    assert REQUEST_ID in log
    assert ticket_id in log


async def test_a_request_and_what_it_caused_are_found_by_their_ids(
    messenger: TelegramStandIn, talkative: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    headers = {"X-Request-Id": REQUEST_ID}
    body = {"text": "Hello", "channel": "virtual"}
    _, ticket = await talkative.call("POST", "/v1/helpdesk/tickets", body, headers=headers)
    answered = await talkative.said(f"answered.*{ticket['id']}|{ticket['id']}.*answered")
    assert REQUEST_ID in answered
    assert "create_ticket" in answered
    sent = await talkative.said(f'sent .*{ticket["id"]}|{ticket["id"]}.*"sent"')
    assert "card" in sent
    ann.say("/start")
    await talkative.said("an update was handled")
