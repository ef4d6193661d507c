"""What endpoints receive, event by event, is what the OpenAPI document says that they will."""

from copy import deepcopy
from typing import Any

from tests.api.conftest import Desk
from tests.api.described import document_of
from tests.api.receiver import Received, Receiver
from tests.api.test_webhooks import made

EVENTS = {
    "ticket.created": {"ticket", "message"},
    "ticket.replied": {"ticket", "message"},
    "ticket.status_changed": {"ticket", "previous_status"},
    "ticket.assigned": {"ticket", "previous_assigned_to"},
    "ticket.closed": {"ticket", "previous_status"},
    "webhook.test": set[str](),
}
"""The fields of each one's data."""


async def everything_happens(desk: Desk, receiver: Receiver) -> list[Received]:
    """What an endpoint hears of a ticket that goes through many hands, and of a test."""
    client, olga, pavel = desk.client, await desk.agent(), await desk.agent("Pavel", 8)
    webhook = await made(client, url=receiver.url)
    kind = (await client.post("/v1/helpdesk/ticket-types", {"name": "Delivery"})).json["id"]
    ticket = await client.ticket(
        "Where?", first_name="Ann", context={"page": "/cart"}, ticket_type_id=kind
    )
    path = f"/v1/helpdesk/tickets/{ticket['id']}"
    await client.post(path + "/reply", {"text": "There.", "user_id": str(olga.id)})
    await client.post(path + "/reply", {"text": "From the shop."})
    await client.post(path + "/customer-reply", {"text": "Thank you."})
    for somebody in (str(pavel.id), None):
        await client.patch(path + "/assign", {"user_id": somebody})
    await client.patch(path + "/status", {"status": "closed"})
    await client.post(f"/v1/webhooks/{webhook['id']}/test")
    return await receiver.told(12)


async def test_a_ticket_that_changes_hands_tells_who_had_it_before(
    sending: Desk, receiver: Receiver
) -> None:
    olga, pavel = [str((await sending.agent(*who)).id) for who in (("Olga", 7), ("Pavel", 8))]
    await made(sending.client, url=receiver.url, events=["ticket.assigned"])
    path = f"/v1/helpdesk/tickets/{(await sending.client.ticket())['id']}/assign"
    for user_id in (olga, pavel, None, olga):
        await sending.client.patch(path, {"user_id": user_id})
    heard = [one.json["data"] for one in await receiver.told(4)]
    assert [each["previous_assigned_to"] for each in heard] == [None, olga, pavel, None]
    assert [each["ticket"]["assigned_to"] for each in heard] == [olga, pavel, None, olga]


async def test_every_event_is_sent_as_the_document_describes_it(
    sending: Desk, receiver: Receiver
) -> None:
    document = await document_of(sending)
    heard = await everything_happens(sending, receiver)
    assert {one.event for one in heard} == document.json["webhooks"].keys() == EVENTS.keys()
    for one in heard:
        document.validate(document.event(one.event), one.json)
        assert one.json.keys() == {"event", "timestamp", "data"}
        assert one.json["data"].keys() == EVENTS[one.event]


async def test_an_event_that_lacks_a_field_is_not_what_the_document_describes(
    sending: Desk, receiver: Receiver
) -> None:
    document = await document_of(sending)

    def fits(event: str, body: Any) -> bool:
        return document.fits(document.event(event), body)

    for one in await everything_happens(sending, receiver):
        assert fits(one.event, one.json)
        for name in ("event", "timestamp", "data"):
            assert not fits(one.event, {k: v for k, v in one.json.items() if k != name})
        for name in one.json["data"]:
            lacking = deepcopy(one.json)
            del lacking["data"][name]
            assert not fits(one.event, lacking), (one.event, name)
