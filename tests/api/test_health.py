"""Whether the process lives, whether it is ready, and the numbers for those who may read them."""

import aiohttp
import pytest

from tests.api.conftest import Desk, Serve
from tests.api.things import one_of_each


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
