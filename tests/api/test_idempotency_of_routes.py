"""Every POST that needs a key does its work once for one Idempotency-Key, whatever it makes."""

from typing import Any

import pytest
from pydantic import BaseModel

from api import inputs
from api.routing import Route
from storage.transaction import Transaction
from tests.api.conftest import Answer, Desk
from tests.api.things import body_for, one_of_each, routes

POSTS = routes(lambda route: route.method == "POST")
OTHER_BODIES: dict[type[BaseModel], dict[str, Any]] = {
    inputs.NewTicket: {"text": "Something else"},
    inputs.NewReply: {"text": "Something else"},
    inputs.NewCustomerReply: {"text": "Something else"},
    inputs.NewTicketType: {"name": "Something else"},
    inputs.NewRequest: {"channel": "max"},
    inputs.NewWebhook: {"url": "https://8.8.8.8/else"},
}
"""A body that would do too for each model, and asks for something else."""


async def path_of(desk: Desk, route: Route) -> str:
    """The route's path to a thing that it can be done to."""
    things = await one_of_each(desk)
    things.ids["tickets"]["id"] = (await desk.client.ticket())["id"]  # a virtual customer's
    return things.path(route)


async def another_webhooks(desk: Desk, route: Route) -> str:
    """The route's path to a webhook that was not there before."""
    made = (await desk.client.post("/v1/webhooks", {"url": "https://8.8.8.8/else"})).json
    sent = (await desk.client.post(f"/v1/webhooks/{made['id']}/test")).json
    return route.path.format(id=made["id"], delivery_id=sent["id"])


async def post(desk: Desk, path: str, body: object) -> Answer:
    """A POST with one key, a minute after the last, so that doing it again would leave a trace."""
    desk.clock.move(minutes=1)
    return await desk.client.call("POST", path, json=body, headers={"Idempotency-Key": "once"})


def _all_rows(tx: Transaction) -> dict[str, list[tuple[object, ...]]]:
    named = tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = [row["name"] for row in named if row["name"] != "idempotency_keys"]
    return {table: [tuple(row) for row in tx.all(f"SELECT * FROM {table}")] for table in tables}


async def everything(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """All that the desk keeps, what waits to be sent among it, but the answers that it gave."""
    return await desk.db.read(_all_rows)


def test_every_kind_of_thing_that_is_posted_is_tried() -> None:
    posted = {each.values[0].operation_id for each in POSTS}
    assert {"create_ticket", "reply_to_ticket", "create_webhook", "redeliver"} <= posted


@pytest.mark.parametrize("route", POSTS)
async def test_the_same_post_again_gets_the_first_answer_and_does_nothing(
    desk: Desk, route: Route
) -> None:
    path, body = await path_of(desk, route), body_for(route)
    before = await everything(desk)
    first = await post(desk, path, body)
    done = await everything(desk)
    again = await post(desk, path, body)
    assert first.status == route.status, first.body
    assert done != before
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert await everything(desk) == done


@pytest.mark.parametrize("route", POSTS)
async def test_the_key_of_one_post_is_a_conflict_for_another(desk: Desk, route: Route) -> None:
    path = await path_of(desk, route)
    assert (await post(desk, path, body_for(route))).status == route.status
    if route.body is not None:
        body: object = OTHER_BODIES[route.body]
    else:  # what takes no body is another where it is done to another thing
        path, body = await another_webhooks(desk, route), None
    done = await everything(desk)
    other = await post(desk, path, body)
    assert (other.status, other.code) == (409, "idempotency_conflict")
    assert await everything(desk) == done


@pytest.mark.parametrize("route", [each for each in POSTS if each.values[0].body is not None])
async def test_another_body_would_have_done_without_the_key(desk: Desk, route: Route) -> None:
    path = await path_of(desk, route)
    answer = await desk.client.post(path, OTHER_BODIES[route.body] if route.body else None)
    assert answer.status == route.status, answer.body
