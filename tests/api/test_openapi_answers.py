"""Whatever a route answers is in the document: its status, its code, its headers, its fields."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api import public
from api.routing import Route
from storage.model import Channel
from tests.api.conftest import Answer, Desk, Serve
from tests.api.described import document_of
from tests.api.pages import SHOP, Page, allow
from tests.api.test_authentication import refused_for_other_reasons
from tests.api.things import NOBODY, Things, body_for, one_of_each, routes

EVERY = [*routes(), *(pytest.param(route, id=route.operation_id) for route in public.ROUTES)]
BOTH = (Channel.TELEGRAM, Channel.MAX)
QUERIES = {"get_public_request_qr": {"channel": "telegram"}}
"""What a route has to be asked with."""


async def call(desk: Desk, route: Route, path: str, **how: Any) -> Answer:
    """The route called as those do whom it is for, and with all that it needs."""
    how.setdefault("params", QUERIES.get(route.operation_id))
    caller = Page(desk).call if route.for_pages else desk.client.call
    return await caller(route.method, path, **how)


def path_of(things: Things, route: Route) -> str:
    if route.for_pages:
        return route.path.format(slug="main", **things.ids["request"])
    return things.path(route)


async def with_a_taken_key(desk: Desk, route: Route, path: str) -> Answer:
    """What the route says to an Idempotency-Key that came with something else before."""
    key = {"Idempotency-Key": "taken"}
    if route.for_pages:
        await call(desk, route, path, json={"channel": "max"}, headers=key)
    else:
        body = {"name": "Something else"}
        await desk.client.call("POST", "/v1/helpdesk/ticket-types", json=body, headers=key)
    return await call(desk, route, path, json=body_for(route), headers=key)


@pytest.mark.parametrize("route", EVERY)
async def test_what_is_done_is_described(serve: Serve, route: Route) -> None:
    desk = await serve(rate_limit=1000)
    await allow(desk.client, SHOP)
    document, things = await document_of(desk), await one_of_each(desk)
    if route.operation_id == "reply_as_customer":
        things.ids["tickets"]["id"] = (await desk.client.ticket())["id"]  # a virtual customer's
    key = {"Idempotency-Key": "once"}
    first = await call(desk, route, path_of(things, route), json=body_for(route), headers=key)
    assert first.status in {route.status, 204}, first.body
    assert ("Location" in first.headers) == (route.location is not None)
    document.check(route, first)
    again = await call(desk, route, path_of(things, route), json=body_for(route), headers=key)
    document.check(route, again)


@pytest.mark.parametrize("route", EVERY)
async def test_what_is_refused_is_described(serve: Serve, route: Route) -> None:
    desk = await serve(rate_limit=1000)
    await allow(desk.client, SHOP)
    document, things = await document_of(desk), await one_of_each(desk)
    path = path_of(things, route)
    nowhere = route.path.format(id=NOBODY, request_id="x", delivery_id=NOBODY, slug="nobody")
    answers = [await call(desk, route, path, **how) for how in refused_for_other_reasons(route)]
    answers.append(await call(desk, route, nowhere, json=body_for(route)))
    answers.append(await desk.stranger.call(route.method, path, json=body_for(route)))
    named = {"ticket_type_id", "user_id"} & set(route.body.model_fields if route.body else ())
    body = {**(body_for(route) or {}), **dict.fromkeys(named, NOBODY)}
    answers.append(await call(desk, route, path, json=body))
    if route.method == "POST":
        answers.append(await with_a_taken_key(desk, route, path))
        assert answers[-1].code == "idempotency_conflict"
    assert {400, 413, 415} <= {answer.status for answer in answers} or route.method == "GET"
    for answer in answers:
        document.check(route, answer)


@pytest.mark.parametrize("route", EVERY)
async def test_one_call_too_many_is_described(serve: Serve, route: Route) -> None:
    desk = await serve(rate_limit=1)
    await allow(desk.client, SHOP)
    document, path = await document_of(desk), path_of(await one_of_each(desk), route)
    answer = await call(desk, route, path, json=body_for(route))
    for _ in range(public.ASKED_A_MINUTE):
        if answer.status == 429:
            break
        answer = await call(desk, route, path, json=body_for(route))
    assert (answer.status, answer.code) == (429, "rate_limited")
    document.check(route, answer)


async def nothing(desk: Desk, things: Things) -> None:
    """A desk as it is."""


async def off(desk: Desk, things: Things) -> None:
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": False})


async def no_requests(desk: Desk, things: Things) -> None:
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_allow_create": False})


async def no_names(desk: Desk, things: Things) -> None:
    desk.links.bots.clear()


async def no_room(desk: Desk, things: Things) -> None:
    for _ in range(4):
        await desk.client.post("/v1/webhooks", {"url": "https://8.8.8.8/"})
    for _ in range(9):
        await desk.client.post(f"/v1/webhooks/{things.ids['webhooks']['id']}/rotate-secret")


async def disabled(desk: Desk, things: Things) -> None:
    path = f"/v1/webhooks/{things.ids['webhooks']['id']}"
    await desk.client.patch(path, {"status": "disabled"})


async def erased(desk: Desk, things: Things) -> None:
    ticket = await desk.client.ticket()
    things.ids["tickets"]["id"] = ticket["id"]
    path = f"/v1/helpdesk/subscribers/{ticket['customer']['subscriber_id']}"
    await desk.client.delete(path)


@pytest.mark.parametrize(
    ("situation", "channels", "codes"),
    [
        (nothing, BOTH, {"not_virtual"}),
        (nothing, (Channel.MAX,), {"channel_unavailable"}),
        (off, BOTH, {"helpdesk_disabled"}),
        (no_requests, BOTH, {"helpdesk_create_disabled"}),
        (no_names, BOTH, {"unavailable"}),
        (no_room, BOTH, {"limit_reached"}),
        (disabled, BOTH, {"conflict"}),
        (erased, BOTH, {"conflict"}),
    ],
)
async def test_what_a_situation_forbids_is_described(
    serve: Serve,
    situation: Callable[[Desk, Things], Awaitable[None]],
    channels: tuple[Channel, ...],
    codes: set[str],
) -> None:
    desk = await serve(channels=channels, rate_limit=1000)
    await allow(desk.client, SHOP)
    document, things = await document_of(desk), await one_of_each(desk)
    await situation(desk, things)
    every: list[Route] = [each.values[0] for each in EVERY]
    met = set()
    for route in sorted(every, key=lambda each: ("GET", "POST").count(each.method), reverse=True):
        answer = await call(desk, route, path_of(things, route), json=body_for(route))
        document.check(route, answer)
        if answer.status >= 400:
            met.add(answer.code)
    assert codes <= met
