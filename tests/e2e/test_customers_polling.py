"""Polling: a left-over webhook is removed, a messenger out of reach is waited for, and what came
while the desk was away is read."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.e2e.acme import CHANNELS, MENU, Acme, now
from tests.e2e.companies import acme_at
from tests.e2e.sides import SIDES

OLD_WEBHOOK = "https://old.example"


@pytest.fixture(params=CHANNELS)
async def acme(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Acme]:
    """A company of its own, whose desk is yet to start."""
    side = SIDES[request.param]()
    async with side.running, AsyncExitStack() as stack:
        company = acme_at(side, tmp_path)
        stack.push_async_exit(company.desk)
        yield company
        assert side.messenger.calls.broken_contracts == []


async def test_polling_removes_a_webhook_left_over_from_before_and_loses_nothing(
    acme: Acme,
) -> None:
    acme.messenger.route_webhook(OLD_WEBHOOK, "http://127.0.0.1:9")
    await acme.side.set_webhook(OLD_WEBHOOK)
    ann = acme.stranger()
    moment = acme.open(ann)
    await acme.start()
    await acme.answer(moment, "We mend things.")
    assert acme.side.webhooks == []
    assert (await acme.desk.call("GET", "/readyz"))[0] == 200
    # It may be set again while the desk runs.
    await acme.side.set_webhook(OLD_WEBHOOK)
    moment = now(ann)
    ann.say("Is anybody there?")
    await acme.answer(moment, "not been passed on")
    assert acme.side.webhooks == []


async def test_a_messenger_out_of_reach_at_start_is_waited_for_while_the_rest_works(
    acme: Acme,
) -> None:
    acme.messenger.down()
    desk = acme.desk
    await desk.begin()
    await desk.said(f"not connected.*{acme.channel}")
    status, problem = await desk.call("GET", "/readyz")
    assert status == 503
    assert acme.channel in problem["detail"]
    assert (await desk.call("GET", "/healthz"))[0] == 200
    status, ticket = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "From the site"})
    assert (status, ticket["ticket_number"]) == (201, 1)
    status, problem = await desk.call("POST", "/v1/helpdesk/request", {})
    assert (status, problem["code"]) == (503, "unavailable")

    acme.messenger.up()
    ann = acme.stranger()
    await acme.answer(acme.open(ann), "We mend things.")
    assert (await desk.call("GET", "/readyz"))[0] == 200
    await acme.agents_see(1, "From the site")
    screen = await acme.answer(acme.follow(ann, await acme.request()))
    await acme.press(screen, "Subscribe")
    assert await acme.number_told(ann.say("Hello")) == 2


@pytest.mark.parametrize("end", ["stopped", "killed"])
async def test_what_came_while_the_desk_was_away_is_read_in_order_and_once(
    acme: Acme, end: str
) -> None:
    await acme.start()
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    menu = await acme.answer(acme.open(ann), "", *MENU)
    await (acme.desk.stop() if end == "stopped" else acme.desk.kill())
    lines = [f"line {n}." for n in range(10)]
    for line in lines:
        ann.say(line)
    ann.press(menu, "Active tickets")
    await acme.start()
    await acme.messenger.until(lambda: f"#{number} Hello" in menu.text, what="the list")
    await acme.agents_see(number, lines[-1])
    assert await acme.texts(number) == ["Hello", *lines]
    told = "\n".join(message.text for message in acme.shown(number))
    assert [told.count(line) for line in lines] == [1] * len(lines)
