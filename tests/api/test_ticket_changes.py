"""PATCH status, assign, priority: as asked, once, and nothing changed by what is refused."""

from typing import Any

import pytest

from storage import outbox
from storage.model import Channel, Chat
from tests.api.conftest import Client, Desk
from tests.api.test_ticket_opening import TICKET_FIELDS
from tests.api.things import NOBODY

TICKETS = "/v1/helpdesk/tickets"
STATUSES = ["new", "in_progress", "waiting", "closed"]


async def change(client: Client, ticket: Any, what: str, value: object) -> Any:
    field = {"assign": "user_id"}.get(what, what)
    answer = await client.patch(f"{TICKETS}/{ticket['id']}/{what}", {field: value})
    assert answer.status == 200, answer.body
    assert list(answer.json) == TICKET_FIELDS
    return answer.json


async def as_it_is(client: Client, ticket: Any) -> Any:
    got = (await client.get(f"{TICKETS}/{ticket['id']}")).json
    del got["messages"]
    return got


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", [*STATUSES, "open"])
async def test_a_status_is_set_as_asked_and_open_means_new(
    client: Client, before: str, after: str
) -> None:
    ticket = await client.ticket()
    await change(client, ticket, "status", before)
    changed = await change(client, ticket, "status", after)
    assert changed["status"] == ("new" if after == "open" else after)
    assert changed == await as_it_is(client, ticket)


async def test_closing_notes_the_time_and_reopening_forgets_it(desk: Desk) -> None:
    ticket = await desk.client.ticket()
    desk.clock.move(hours=1)
    closed = await change(desk.client, ticket, "status", "closed")
    assert closed["closed_at"] == closed["updated_at"] == "2026-03-01T13:00:00.250Z"
    assert closed["created_at"] == ticket["created_at"]
    assert (await change(desk.client, ticket, "status", "open"))["closed_at"] is None


async def test_closing_asks_a_messengers_customer_for_a_rating_once(desk: Desk) -> None:
    ticket = await desk.client.ticket(channel="telegram", chat_id=77)
    for _ in range(2):
        await change(desk.client, ticket, "status", "closed")
    rows = await desk.db.read(outbox.pending, Chat(Channel.TELEGRAM, 77))
    assert [row.payload["text"] for row in rows] == ["ticket_created", "ticket_closed_rate"]
    assert rows[1].payload["buttons"] == "rating"


@pytest.mark.parametrize(
    ("what", "value"), [("status", "new"), ("assign", None), ("priority", "normal")]
)
async def test_what_holds_already_succeeds_and_causes_nothing(
    desk: Desk, what: str, value: object
) -> None:
    chat = await desk.link_agents()
    ticket = await desk.client.ticket()
    before = len(await desk.db.read(outbox.pending, chat))
    desk.clock.move(hours=1)
    assert await change(desk.client, ticket, what, value) == ticket
    assert len(await desk.db.read(outbox.pending, chat)) == before


@pytest.mark.parametrize(
    ("what", "value"), [("status", "waiting"), ("assign", "the agent"), ("priority", "urgent")]
)
async def test_the_agents_card_follows_every_change(desk: Desk, what: str, value: str) -> None:
    chat, agent = await desk.link_agents(), await desk.agent()
    ticket = await desk.client.ticket()
    before = len(await desk.db.read(outbox.pending, chat))
    await change(desk.client, ticket, what, str(agent.id) if value == "the agent" else value)
    rows = (await desk.db.read(outbox.pending, chat))[before:]
    assert [row.kind for row in rows] == ["card"]


async def test_assigning_moves_a_new_ticket_on_and_no_other(desk: Desk) -> None:
    agent = await desk.agent("Olga")
    for before in STATUSES:
        ticket = await desk.client.ticket()
        await change(desk.client, ticket, "status", before)
        changed = await change(desk.client, ticket, "assign", str(agent.id))
        assert (changed["assigned_to"], changed["assigned_name"]) == (str(agent.id), "Olga")
        assert changed["status"] == ("in_progress" if before == "new" else before)
        unassigned = await change(desk.client, ticket, "assign", None)
        assert (unassigned["assigned_to"], unassigned["assigned_name"]) == (None, None)
        assert unassigned["status"] == changed["status"]


@pytest.mark.parametrize("priority", ["low", "normal", "high", "urgent"])
async def test_a_priority_is_set_as_asked(client: Client, priority: str) -> None:
    ticket = await client.ticket()
    assert (await change(client, ticket, "priority", priority))["priority"] == priority


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("status", {}, "status"),
        ("status", {"status": None}, "status"),
        ("status", {"status": ""}, "status"),
        ("status", {"status": "OPEN"}, "status"),
        ("status", {"status": "done"}, "status"),
        ("status", {"status": ["closed"]}, "status"),
        ("status", {"status": "closed", "reason": "x"}, "reason"),
        ("assign", {}, "user_id"),
        ("assign", {"user_id": ""}, "user_id"),
        ("assign", {"user_id": "Olga"}, "user_id"),
        ("assign", {"user_id": 7}, "user_id"),
        ("priority", {}, "priority"),
        ("priority", {"priority": None}, "priority"),
        ("priority", {"priority": "highest"}, "priority"),
        ("priority", [], "body"),
        ("status", None, "body"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    desk: Desk, what: str, body: object, field: str
) -> None:
    ticket = await desk.client.ticket()
    desk.clock.move(hours=1)
    answer = await desk.client.patch(f"{TICKETS}/{ticket['id']}/{what}", body)
    assert list(answer.wrong) == [field]
    assert await as_it_is(desk.client, ticket) == ticket


async def test_nobody_is_assigned_who_is_no_agent(client: Client) -> None:
    ticket = await client.ticket()
    answer = await client.patch(f"{TICKETS}/{ticket['id']}/assign", {"user_id": NOBODY})
    assert (answer.status, answer.code) == (404, "not_found")
    assert await as_it_is(client, ticket) == ticket


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("status", {"status": "closed"}),
        ("assign", {"user_id": NOBODY}),
        ("assign", {"user_id": None}),
        ("priority", {"priority": "low"}),
    ],
)
async def test_an_unknown_ticket_is_404(client: Client, what: str, body: object) -> None:
    answer = await client.patch(f"{TICKETS}/{NOBODY}/{what}", body)
    assert (answer.status, answer.code) == (404, "ticket_not_found")
