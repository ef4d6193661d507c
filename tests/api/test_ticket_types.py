"""Ticket types: listed by position while active, deactivated where they are in use."""

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.things import NOBODY

TYPES = "/v1/helpdesk/ticket-types"
TICKETS = "/v1/helpdesk/tickets"


async def made(client: Client, name: str, **fields: object) -> Any:
    answer = await client.post(TYPES, {"name": name, **fields})
    assert answer.status == 201, answer.body
    return answer.json


async def names(client: Client) -> list[str]:
    return [kind["name"] for kind in (await client.get(TYPES)).json["ticket_types"]]


async def test_a_name_is_enough_and_new_types_come_last(client: Client) -> None:
    one, two = await made(client, "Delivery"), await made(client, "Payment", description="Cards")
    assert list(one) == ["id", "name", "description", "active", "position"]
    assert (one["description"], one["active"], one["position"]) == ("", True, 0)
    assert (two["description"], two["position"]) == ("Cards", 1)
    assert (await client.get(TYPES)).json == {
        "ticket_types": [
            {"id": one["id"], "name": "Delivery", "description": ""},
            {"id": two["id"], "name": "Payment", "description": "Cards"},
        ]
    }


async def test_types_are_listed_by_position_the_active_ones(client: Client) -> None:
    await made(client, "Third", position=30)
    await made(client, "First", position=1)
    hidden = await made(client, "Hidden", position=2, active=False)
    assert hidden["active"] is False
    await made(client, "Second", position=3)
    assert await names(client) == ["First", "Second", "Third"]


async def test_a_change_changes_what_it_names(client: Client) -> None:
    kind = await made(client, "Delivery", description="Where is it?", position=4)
    path = f"{TYPES}/{kind['id']}"
    changed = await client.patch(path, {"name": "Parcels"})
    assert (changed.status, changed.json) == (200, {**kind, "name": "Parcels"})
    changed = await client.patch(path, {"active": False, "position": 0, "description": ""})
    assert changed.json == {
        "id": kind["id"],
        "name": "Parcels",
        "description": "",
        "active": False,
        "position": 0,
    }
    assert await names(client) == []
    await client.patch(path, {"active": True})
    assert await names(client) == ["Parcels"]


async def test_a_type_that_nothing_uses_is_deleted(client: Client) -> None:
    kind = await made(client, "Delivery")
    answer = await client.delete(f"{TYPES}/{kind['id']}")
    assert (answer.status, answer.body) == (204, b"")
    assert (await client.delete(f"{TYPES}/{kind['id']}")).code == "not_found"


@pytest.mark.parametrize("user", [TICKETS, "/v1/helpdesk/request"])
async def test_a_type_in_use_is_deactivated_and_keeps_its_name(client: Client, user: str) -> None:
    kind = await made(client, "Delivery")
    body = {"ticket_type_id": kind["id"], **({"text": "Hi"} if user == TICKETS else {})}
    assert (await client.post(user, body)).status == 201
    answer = await client.delete(f"{TYPES}/{kind['id']}")
    assert (answer.status, answer.json) == (200, {**kind, "active": False})
    assert await names(client) == []
    if user == TICKETS:
        ticket = (await client.get(TICKETS)).json["tickets"][0]
        assert ticket["ticket_type_name"] == "Delivery"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "description": "x" * 1001}, "description"),
        ({"name": "x", "description": None}, "description"),
        ({"name": "x", "active": "yes"}, "active"),
        ({"name": "x", "position": -1}, "position"),
        ({"name": "x", "position": 10**9}, "position"),
        ({"name": "x", "position": "1"}, "position"),
        ({"name": "x", "id": NOBODY}, "id"),
    ],
)
async def test_a_type_that_does_not_fit_is_refused(client: Client, body: Any, field: str) -> None:
    assert list((await client.post(TYPES, body)).wrong) == [field]
    assert await names(client) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"name": None}, "name"),
        ({"description": None}, "description"),
        ({"active": None}, "active"),
        ({"position": None}, "position"),
        ({"name": ""}, "name"),
        ({"name": "Good", "position": -1}, "position"),
    ],
)
async def test_a_change_that_does_not_fit_changes_nothing(
    client: Client, body: Any, field: str
) -> None:
    kind = await made(client, "Delivery", description="Where?")
    assert list((await client.patch(f"{TYPES}/{kind['id']}", body)).wrong) == [field]
    assert (await client.get(TYPES)).json["ticket_types"] == [
        {"id": kind["id"], "name": "Delivery", "description": "Where?"}
    ]


async def test_an_unknown_type_is_404(client: Client) -> None:
    for answer in (
        await client.patch(f"{TYPES}/{NOBODY}", {"name": "x"}),
        await client.delete(f"{TYPES}/{NOBODY}"),
        await client.delete(f"{TYPES}/nothing"),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
