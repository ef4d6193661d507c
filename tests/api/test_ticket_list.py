"""GET tickets: filters, words, and pages that stay in place."""

from typing import Any

import pytest

from tests.api.conftest import Client, Desk
from tests.api.test_ticket_opening import TICKET_FIELDS
from tests.api.things import NOBODY

TICKETS = "/v1/helpdesk/tickets"


async def numbers(client: Client, **query: object) -> list[int]:
    answer = await client.get(TICKETS, **query)
    assert answer.status == 200, answer.body
    return [ticket["ticket_number"] for ticket in answer.json["tickets"]]


async def opened(client: Client, count: int) -> list[Any]:
    return [await client.ticket(f"Number {number}") for number in range(1, count + 1)]


async def test_the_newest_is_first_and_has_the_fields_of_a_ticket(client: Client) -> None:
    assert (await client.get(TICKETS)).json == {"tickets": [], "next_cursor": None}
    made = await opened(client, 3)
    answer = (await client.get(TICKETS)).json
    assert answer == {"tickets": made[::-1], "next_cursor": None}
    assert list(answer["tickets"][0]) == TICKET_FIELDS


async def test_a_page_has_50_unless_limit_says_less_or_up_to_100(client: Client) -> None:
    await opened(client, 101)
    assert len(await numbers(client)) == 50
    assert len(await numbers(client, limit=1)) == 1
    assert len(await numbers(client, limit=100)) == 100


async def test_pages_by_cursor_stay_in_place_while_tickets_come_in(client: Client) -> None:
    await opened(client, 7)
    seen, cursor = [], None
    while True:
        query = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        answer = (await client.get(TICKETS, **query)).json
        seen += [ticket["ticket_number"] for ticket in answer["tickets"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        await client.ticket("Meanwhile")
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_pages_of_a_search_stay_in_place_too(client: Client) -> None:
    await opened(client, 7)
    seen, query = [], {"limit": 3, "q": "number"}
    while True:
        answer = (await client.get(TICKETS, **query)).json
        seen += [ticket["ticket_number"] for ticket in answer["tickets"]]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
        await client.ticket("Number meanwhile")
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert await numbers(client, q="number", offset=2, limit=2) == [7, 6]
    assert await numbers(client, q="number", offset=2, limit=2, channel="virtual") == [7, 6]
    assert await numbers(client, q="number", channel="max") == []


async def test_there_is_no_next_page_behind_a_full_last_one(client: Client) -> None:
    await opened(client, 2)
    answer = (await client.get(TICKETS, limit=2)).json
    assert (len(answer["tickets"]), answer["next_cursor"]) == (2, None)


async def test_offset_skips(client: Client) -> None:
    await opened(client, 5)
    assert await numbers(client, offset=2) == [3, 2, 1]
    assert await numbers(client, offset=2, limit=1) == [3]
    assert await numbers(client, offset=10_000) == []


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("limit", ["0", "101", "-1", "", "5.0", "1e1", "+5", " 5", "1_0", "٥", "NaN", "9" * 40]),
        ("offset", ["-1", "10001", "x", "9" * 5000]),
        ("number", ["x", "1.5", "", str(2**63)]),
        ("cursor", ["", "x", "p", "p-1", "\x00", "p" + "9" * 30, "''", "ключ"]),
        ("status", ["", "Open", "done", "new,closed"]),
        ("priority", ["", "HIGH", "1"]),
        ("channel", ["", "sms"]),
        ("assigned_to", ["", "none", "x", NOBODY + "0"]),
        ("ticket_type_id", ["x"]),
        ("subscriber_id", ["x"]),
        ("q", ["x" * 201, "a\x00b"]),
    ],
)
async def test_values_that_do_not_fit_are_refused(
    client: Client, parameter: str, values: list[str]
) -> None:
    for value in values:
        answer = await client.get(TICKETS, **{parameter: value})
        assert list(answer.wrong) == [parameter], (value, answer.body)


async def test_open_asks_for_new_ones(client: Client) -> None:
    one, two = await opened(client, 2)
    await client.patch(f"{TICKETS}/{one['id']}/status", {"status": "waiting"})
    assert await numbers(client, status="open") == [two["ticket_number"]]
    assert await numbers(client, status="new") == [two["ticket_number"]]
    assert await numbers(client, status="waiting") == [one["ticket_number"]]
    assert await numbers(client, status="closed") == []


async def test_each_filter_finds_its_own_and_all_hold_together(desk: Desk) -> None:
    client, agent = desk.client, await desk.agent()
    kind = (await client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})).json["id"]
    plain = await client.ticket()
    wanted = await client.ticket(
        priority="high", channel="telegram", chat_id=7, ticket_type_id=kind
    )
    await client.patch(f"{TICKETS}/{wanted['id']}/assign", {"user_id": str(agent.id)})
    filters = {
        "priority": "high",
        "channel": "telegram",
        "assigned_to": str(agent.id),
        "ticket_type_id": kind,
        "subscriber_id": wanted["customer"]["subscriber_id"],
        "number": wanted["ticket_number"],
        "status": "in_progress",
    }
    for name, value in filters.items():
        assert await numbers(client, **{name: value}) == [wanted["ticket_number"]], name
    assert await numbers(client, **filters) == [wanted["ticket_number"]]
    assert await numbers(client, **{**filters, "number": plain["ticket_number"]}) == []
    for name in ("assigned_to", "ticket_type_id", "subscriber_id"):
        assert await numbers(client, **{name: NOBODY}) == []


async def test_words_are_found_in_subjects_and_in_messages_of_both_sides(client: Client) -> None:
    one = await client.ticket("The samovar leaks", subject="Kitchen")
    two = await client.ticket("Another matter")
    await client.post(f"{TICKETS}/{two['id']}/reply", {"text": "Try the kitchen door"})
    await client.post(f"{TICKETS}/{two['id']}/customer-reply", {"text": "It is a samovar"})
    await client.post(f"{TICKETS}/{two['id']}/reply", {"text": "plumber called", "internal": True})
    assert await numbers(client, q="samovar") == [two["ticket_number"], one["ticket_number"]]
    assert await numbers(client, q="kitchen") == [two["ticket_number"], one["ticket_number"]]
    assert await numbers(client, q="plumber") == [two["ticket_number"]]
    assert await numbers(client, q="nothing") == []


async def test_a_message_is_found_right_after_it_was_said(client: Client) -> None:
    ticket = await client.ticket("First")
    for word in ("alpha", "beta", "gamma"):
        await client.post(f"{TICKETS}/{ticket['id']}/customer-reply", {"text": word})
        assert await numbers(client, q=word) == [1]


async def test_every_word_counts_by_its_beginning_without_case_and_accents(client: Client) -> None:
    await client.ticket("Où est mon Colis № 1042-B?", subject="Ёлка и самовары")
    for found in ("colis", "COL", "ou est", "1042-b", "ёлк", "Самовар colis", "  mon\tcolis "):
        assert await numbers(client, q=found) == [1], found
    for missed in ("olis", "colis samovar", "est1"):
        assert await numbers(client, q=missed) == [], missed
    assert await numbers(client, q="") == [1]


@pytest.mark.parametrize(
    "q",
    ['"', "'", "*", "a*b", 'x" OR "y', "NOT", "AND", "NEAR(a b)", "words:x", "^x", "(", "-", "🎁"],
)
async def test_signs_have_no_meaning_in_a_search(client: Client, q: str) -> None:
    await client.ticket("Nothing of it")
    assert await numbers(client, q=q) == ([1] if q == "NOT" else [])


async def test_a_hundred_words_are_searched_for(client: Client) -> None:
    await client.ticket("a b c d e f g h i j k l m n o p q r s t u v w x y z")
    assert await numbers(client, q=" ".join("abcdefghij" * 10)) == [1]
    assert await numbers(client, q=" ".join(chr(0x4E00 + n) for n in range(100))) == []
