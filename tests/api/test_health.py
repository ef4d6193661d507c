"""Whether the process lives, whether it is ready, and the numbers for those who may read them."""

import math
from uuid import UUID

import aiohttp
import pytest

from storage import inbox, webhooks
from storage.model import Channel
from storage.transaction import Transaction
from tests.api.conftest import Desk, Serve
from tests.api.things import one_of_each

STATES = ("working", "failing", "disabled")


def endpoint_ids(tx: Transaction) -> list[UUID]:
    return [UUID(row["id"]) for row in tx.all("SELECT id FROM webhooks")]


async def test_healthz_answers_while_the_process_lives(desk: Desk) -> None:
    desk.reasons.append("Telegram cannot be reached.")
    await desk.db.close()
    assert (await desk.stranger.get("/healthz")).status == 200


async def test_readyz_says_what_is_missing(desk: Desk) -> None:
    assert (await desk.stranger.get("/readyz")).status == 200
    desk.reasons += ["Telegram cannot be reached.", "The database is locked."]
    answer = await desk.stranger.get("/readyz")
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.json["detail"] == "Telegram cannot be reached. The database is locked."
    assert answer.json["retryable"] is True
    desk.reasons.clear()
    assert (await desk.stranger.get("/readyz")).status == 200


async def test_they_need_no_key_and_answer_head_too(desk: Desk) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await desk.stranger.call("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")


async def test_metrics_tell_of_requests_and_of_what_waits(desk: Desk) -> None:
    await one_of_each(desk)
    ticket = await desk.client.ticket()
    await desk.client.get(f"/v1/helpdesk/tickets/{ticket['id']}")
    await desk.client.get("/v1/helpdesk/tickets/nothing")
    await desk.stranger.get("/nowhere/secret-path")
    answer = await desk.stranger.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    counted = "deskwire_http_request_seconds_count"
    assert f'{counted}{{operation="create_ticket",status="201"}} 1.0' in text
    assert f'{counted}{{operation="get_ticket",status="200"}} 1.0' in text
    assert f'{counted}{{operation="get_ticket",status="404"}} 1.0' in text
    assert f'{counted}{{operation="none",status="404"}} 1.0' in text
    assert 'deskwire_waiting{channel="telegram",where="outbox"}' in text
    assert "process_resident_memory_bytes" in text
    assert "secret-path" not in text
    assert ticket["id"] not in text


async def numbers(desk: Desk) -> dict[str, float]:
    """The samples of /metrics by name and labels."""
    text = (await desk.stranger.get("/metrics")).body.decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_metrics_tell_how_long_the_oldest_of_each_queue_waits(desk: Desk) -> None:
    await one_of_each(desk)
    desk.clock.move(minutes=2)
    await desk.link_agents()
    await desk.client.ticket()
    desk.clock.move(seconds=30)
    seen = await numbers(desk)
    assert seen['deskwire_oldest_waiting_seconds{channel="telegram",where="outbox"}'] == 150
    assert seen['deskwire_oldest_waiting_seconds{channel="webhook",where="outbox"}'] == 150
    update = (1, 500, {"update_id": 1})
    await desk.db.write(inbox.add, Channel.TELEGRAM, [update])
    desk.clock.move(seconds=5)
    seen = await numbers(desk)
    assert seen['deskwire_waiting{channel="telegram",where="inbox"}'] == 1
    assert seen['deskwire_oldest_waiting_seconds{channel="telegram",where="inbox"}'] == 5


async def test_metrics_count_tickets_by_project_and_status(desk: Desk) -> None:
    first, second, third = [await desk.client.ticket() for _ in range(3)]
    await desk.other.ticket()
    path = "/v1/helpdesk/tickets/{}/{}"
    await desk.client.patch(path.format(first["id"], "status"), {"status": "closed"})
    await desk.client.post(path.format(second["id"], "reply"), {"text": "Good day"})
    desk.clock.move(minutes=1)
    seen = await numbers(desk)
    assert third["ticket_number"] == seen['deskwire_tickets_total{project="main"}'] == 3
    assert seen['deskwire_tickets_open{project="main",status="new"}'] == 1
    assert seen['deskwire_tickets_open{project="main",status="waiting"}'] == 1
    assert seen['deskwire_tickets_open{project="second",status="new"}'] == 1
    assert seen['deskwire_oldest_new_ticket_seconds{project="main"}'] == 60
    await desk.other.patch(
        path.format(
            (await desk.other.get("/v1/helpdesk/tickets")).json["tickets"][0]["id"], "status"
        ),
        {"status": "in_progress"},
    )
    assert (await numbers(desk))['deskwire_oldest_new_ticket_seconds{project="second"}'] == 0


async def test_metrics_tell_how_long_customers_wait_for_a_first_reply(desk: Desk) -> None:
    median = 'deskwire_first_reply_seconds{project="main",quantile="0.5"}'
    slow = 'deskwire_first_reply_seconds{project="main",quantile="0.9"}'
    assert math.isnan((await numbers(desk))[median])
    for wait in (10, 20, 30, 40, 600):
        ticket = await desk.client.ticket()
        desk.clock.move(seconds=wait)
        await desk.client.post(f"/v1/helpdesk/tickets/{ticket['id']}/reply", {"text": "Good day"})
    await desk.client.ticket()  # nobody answered it yet
    seen = await numbers(desk)
    assert (seen[median], seen[slow]) == (30, 600)
    desk.clock.move(days=8)
    assert math.isnan((await numbers(desk))[median])


async def test_metrics_tell_of_webhooks_that_fail(desk: Desk) -> None:
    await one_of_each(desk)
    states = {state: f'deskwire_webhook_endpoints{{state="{state}"}}' for state in STATES}
    assert [(await numbers(desk))[name] for name in states.values()] == [1, 0, 0]
    for webhook_id in await desk.db.read(endpoint_ids):
        await desk.db.write(webhooks.failed, webhook_id, gone=False, pause=None)
    assert [(await numbers(desk))[name] for name in states.values()] == [0, 1, 0]


async def test_metrics_tell_of_readiness_and_room_on_the_disk(desk: Desk) -> None:
    seen = await numbers(desk)
    assert seen["deskwire_ready"] == 1
    assert seen["deskwire_database_bytes"] >= desk.db.path.stat().st_size
    assert seen["deskwire_disk_free_bytes"] > 0
    desk.reasons.append("Telegram cannot be reached.")
    assert (await numbers(desk))["deskwire_ready"] == 0


async def test_metrics_are_there_while_the_database_is_not(desk: Desk) -> None:
    await desk.client.ticket()
    await desk.db.close()
    seen = await numbers(desk)
    assert 'deskwire_tickets_total{project="main"}' not in seen
    assert "process_resident_memory_bytes" in seen


@pytest.mark.parametrize("shown", [None, "Bearer", "Bearer wrong", "Basic numbers", "numbers"])
async def test_metrics_with_a_token_are_for_those_who_show_it(
    serve: Serve, shown: str | None
) -> None:
    desk = await serve(metrics_token="numbers")
    headers = {} if shown is None else {"Authorization": shown}
    answer = await desk.stranger.call("GET", "/metrics", headers=headers)
    assert (answer.status, answer.code) == (401, "unauthorized")
    right = {"Authorization": "Bearer numbers"}
    assert (await desk.stranger.call("GET", "/metrics", headers=right)).status == 200


async def test_metrics_without_a_token_are_for_this_machine_alone(desk: Desk) -> None:
    assert (await desk.stranger.get("/metrics")).status == 200
    for header in ("X-Forwarded-For", "Forwarded"):
        headers = {header: "for=198.51.100.7"}
        answer = await desk.stranger.call("GET", "/metrics", headers=headers)
        assert (answer.status, answer.code) == (401, "unauthorized")


async def test_an_api_key_opens_no_metrics(serve: Serve) -> None:
    desk = await serve(metrics_token="numbers")
    assert (await desk.client.get("/metrics")).status == 401


async def test_another_machine_reads_no_metrics(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiohttp.web.BaseRequest, "remote", "198.51.100.7")
    assert (await desk.stranger.get("/metrics")).status == 401
    for here in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        monkeypatch.setattr(aiohttp.web.BaseRequest, "remote", here)
        assert (await desk.stranger.get("/metrics")).status == 200
