"""Projects share a server and nothing else. A new route is covered by being in the table."""

import pytest

from api.routing import Route
from tests.api.conftest import Desk
from tests.api.things import NOBODY, body_for, names_something, one_of_each, routes


@pytest.mark.parametrize("route", routes(names_something))
async def test_another_projects_ids_are_404_and_stay_untouched(desk: Desk, route: Route) -> None:
    things = await one_of_each(desk)
    path = things.path(route)
    answer = await desk.other.call(route.method, path, json=body_for(route))
    assert answer.status == 404, answer.body
    assert answer.code in {"not_found", "ticket_not_found", "request_not_found"}
    assert not any(each in answer.body.decode() for each in things.all_ids())
    mine = await desk.client.call(route.method, path, json=body_for(route))
    assert mine.status < 300 or mine.status == 409, mine.body


@pytest.mark.parametrize("route", routes(names_something))
async def test_ids_of_nothing_are_404(desk: Desk, route: Route) -> None:
    await one_of_each(desk)
    for nothing in (NOBODY, "1", "x" * 36, NOBODY[:-1] + "%00", "A" * 22, "%FF"):
        path = route.path.format(id=nothing, request_id=nothing, delivery_id=nothing)
        answer = await desk.client.call(route.method, path, json=body_for(route))
        assert answer.status == 404, (nothing, answer.body)
        assert answer.code in {"not_found", "ticket_not_found", "request_not_found"}


@pytest.mark.parametrize(
    "route", routes(lambda route: route.method == "GET" and not names_something(route))
)
async def test_lists_show_nothing_of_another_project(desk: Desk, route: Route) -> None:
    things = await one_of_each(desk)
    await desk.agent()
    answer = await desk.other.get(route.path)
    assert answer.status == 200
    told = answer.body.decode()
    assert not any(each in told for each in things.all_ids())
    assert not any(word in told for word in ("Olga", "Kitchen", "parcel", '"Shop"'))


async def test_another_projects_agents_and_types_cannot_be_used(desk: Desk) -> None:
    agent = await desk.agent()
    made = await desk.client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})
    ticket = await desk.other.ticket()
    path = f"/v1/helpdesk/tickets/{ticket['id']}"
    answer = {"text": "Hello", "user_id": str(agent.id)}
    wanted = {"text": "Hello", "ticket_type_id": made.json["id"]}
    refused = [
        await desk.other.post(path + "/reply", answer),
        await desk.other.patch(path + "/assign", {"user_id": str(agent.id)}),
        await desk.other.post("/v1/helpdesk/tickets", wanted),
        await desk.other.post("/v1/helpdesk/request", {"ticket_type_id": made.json["id"]}),
    ]
    assert [each.code for each in refused] == ["not_found"] * 4
    assert len((await desk.other.get(path)).json["messages"]) == 1


async def test_the_same_chat_is_another_customer_in_each_project(desk: Desk) -> None:
    mine = await desk.client.ticket(channel="telegram", chat_id=77)
    theirs = await desk.other.ticket(channel="telegram", chat_id=77)
    assert mine["customer"]["subscriber_id"] != theirs["customer"]["subscriber_id"]


async def test_tickets_are_numbered_from_1_in_each_project_without_gaps(desk: Desk) -> None:
    for number in (1, 2, 3):
        assert (await desk.client.ticket())["ticket_number"] == number
        assert (await desk.client.post("/v1/helpdesk/tickets", {"text": ""})).status == 400
    assert (await desk.other.ticket())["ticket_number"] == 1


async def test_words_are_found_in_the_own_project_only(desk: Desk) -> None:
    await desk.client.ticket("The samovar leaks")
    assert (await desk.other.get("/v1/helpdesk/tickets", q="samovar")).json["tickets"] == []
    assert len((await desk.client.get("/v1/helpdesk/tickets", q="samovar")).json["tickets"]) == 1
