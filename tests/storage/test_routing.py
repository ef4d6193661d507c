"""Where a plain message goes: to what it answers, what is open, or what was closed last."""

from datetime import timedelta
from uuid import UUID

import pytest

from storage import (
    agents,
    message_map,
    outbox,
    projects,
    routing,
    subscribers,
    tickets,
)
from storage.errors import HelpdeskCreateDisabled, HelpdeskDisabled
from storage.message_map import Copy, Role
from storage.model import Channel, Chat, Content, Person, Source, Status, SubscriberStatus
from storage.routing import Route
from tests.replying import reply
from tests.storage.vera import CHAT, VERA, Vera


async def test_first_message_makes_a_ticket(vera: Vera) -> None:
    routed = await vera.writes("Help")
    assert (routed.route, routed.ticket.ticket_number) == (Route.NEW, 1)
    assert await vera.told() == ["ticket_created"]


async def test_one_open_ticket_takes_everything(vera: Vera) -> None:
    ticket = await vera.has_ticket("Help")
    routed = await vera.writes("More")
    assert (routed.route, routed.ticket.id) == (Route.ADDED, ticket.id)
    assert await vera.told() == ["ticket_created", "added_to_ticket"]


async def test_of_several_the_one_last_in_hand_takes_it(vera: Vera) -> None:
    first = await vera.has_ticket("First")
    second = await vera.has_ticket("Second")
    assert (await vera.writes("To the second")).ticket.id == second.id
    await vera.db.write(reply, vera.project.id, first.id, Content("An answer"))
    assert (await vera.writes("To the answered one")).ticket.id == first.id


async def test_newest_takes_it_when_the_one_in_hand_is_closed(vera: Vera) -> None:
    first = await vera.has_ticket("First")
    second = await vera.has_ticket("Second")
    third = await vera.has_ticket("Third")
    await vera.close(third)
    assert (await vera.writes("Which?")).ticket.id == second.id
    assert await vera.said_in(first.id) == ["First"]


async def test_reply_decides_whatever_is_in_hand(vera: Vera) -> None:
    await vera.writes("First")
    second = await vera.has_ticket("Second")
    notice = Copy(CHAT, 1000, None, second.id, Role.NOTICE)
    await vera.db.write(message_map.record_copies, [notice])
    assert (await vera.writes("To mine", reply_to=1)).ticket.ticket_number == 1
    assert (await vera.writes("To yours", reply_to=1000)).ticket.id == second.id


async def test_a_reply_takes_its_ticket_in_hand(vera: Vera) -> None:
    await vera.writes("First")
    second = await vera.has_ticket("Second")
    assert (await vera.writes("To the first", reply_to=1)).ticket.ticket_number == 1
    assert (await vera.writes("And more")).ticket.id != second.id


async def test_a_reply_takes_its_project_in_hand_too(vera: Vera) -> None:
    mine = await vera.writes("First")
    shop = await vera.db.write(projects.create, slug="shop", name="Shop")
    await vera.db.write(subscribers.subscribe, shop.id, VERA)
    other = await vera.has_ticket("Second", shop)
    assert (await vera.writes("To the shop")).ticket.id == other.id
    await vera.writes("To the first", reply_to=1)
    assert (await vera.writes("And more")).ticket.id == mine.ticket.id


async def test_reply_to_what_belongs_to_no_ticket_decides_nothing(vera: Vera) -> None:
    ticket = await vera.has_ticket("Help")
    assert (await vera.writes("More", reply_to=4711)).ticket.id == ticket.id


async def test_late_part_of_an_album_follows_the_others(vera: Vera) -> None:
    first = (await vera.writes("Part one", album="a")).ticket
    await vera.has_ticket("Second")
    assert (await vera.writes("Part two", album="a")).ticket.id == first.id


@pytest.mark.parametrize(("assigned", "status"), [(False, Status.NEW), (True, Status.IN_PROGRESS)])
async def test_closed_ticket_reopens_within_seven_days(
    vera: Vera, assigned: bool, status: Status
) -> None:
    ticket = await vera.has_ticket("Help")
    if assigned:
        agent = await an_agent(vera)
        await vera.db.write(tickets.assign, vera.project.id, ticket.id, agent)
    await vera.close(ticket)
    vera.now += timedelta(days=7) - timedelta(seconds=1)
    routed = await vera.writes("Again")
    assert (routed.route, routed.ticket.id) == (Route.REOPENED, ticket.id)
    assert routed.ticket.status is status
    assert (await vera.told())[-1] == "reopened_ticket"


async def an_agent(vera: Vera) -> UUID:
    person = Person(Chat(Channel.TELEGRAM, -100), 1, "Anna")
    return (await vera.db.write(agents.seen, vera.project.id, person)).id


async def test_after_seven_days_a_new_ticket_names_the_old(vera: Vera) -> None:
    old = await vera.has_ticket("Help")
    await vera.close(old)
    vera.now += timedelta(days=7)
    routed = await vera.writes("Again")
    assert (routed.route, routed.ticket.ticket_number) == (Route.CONTINUED, 2)
    assert routed.ticket.previous_ticket_id == old.id
    last = (await vera.db.read(outbox.pending, CHAT))[-1]
    assert last.payload["text"] == "new_ticket_after_closed"
    assert last.payload["values"] == {"number": 2, "previous": 1}


async def test_what_follows_a_ticket_closed_long_ago_is_one_ticket(vera: Vera) -> None:
    old = (await vera.writes("Help")).ticket
    await vera.close(old)
    vera.now += timedelta(days=8)
    new = (await vera.writes("Again", reply_to=1)).ticket
    await vera.has_ticket("Something else")
    routed = await vera.writes("And more", reply_to=1)
    assert (routed.route, routed.ticket.id) == (Route.ADDED, new.id)
    await vera.close(new)
    assert (await vera.writes("Now", reply_to=1)).ticket.previous_ticket_id == old.id


async def test_last_closed_is_the_one_that_reopens(vera: Vera) -> None:
    first = await vera.has_ticket("First")
    second = await vera.has_ticket("Second")
    await vera.close(second)
    await vera.close(first)
    assert (await vera.writes("Again")).ticket.id == first.id


async def test_same_message_again_changes_nothing(vera: Vera) -> None:
    source = Source(CHAT, (1,))
    content = Content("Help")
    first = await vera.db.write(routing.customer_message, VERA, content, source)
    again = await vera.db.write(routing.customer_message, VERA, content, source)
    assert first is not None
    assert again is not None
    assert again.ticket_id == first.ticket_id
    assert await vera.told() == ["ticket_created"]
    assert await vera.said_in(first.ticket_id) == ["Help"]


async def test_stranger_is_no_customer(vera: Vera) -> None:
    stranger = Person(Chat(Channel.TELEGRAM, 8), 8, "Bob")
    source = Source(stranger.chat, (1,))
    taken = await vera.db.write(routing.customer_message, stranger, Content("Hi"), source)
    assert taken is None


async def test_reply_to_another_customers_message_decides_nothing(vera: Vera) -> None:
    ticket = await vera.has_ticket("Help")
    bob = Person(Chat(Channel.TELEGRAM, 8), 8, "Bob")
    await vera.db.write(subscribers.subscribe, vera.project.id, bob)
    source = Source(bob.chat, (1,), reply_to=1)
    routed = await vera.db.write(routing.customer_message, bob, Content("Mine"), source)
    assert routed is not None
    assert routed.ticket_id != ticket.id
    assert await vera.said_in(ticket.id) == ["Help"]


async def test_reply_to_a_project_that_was_left_goes_to_no_other(vera: Vera) -> None:
    await vera.writes("To Acme")
    shop = await vera.db.write(projects.create, slug="shop", name="Shop")
    await vera.db.write(subscribers.subscribe, shop.id, VERA)
    other = await vera.has_ticket("To the shop", shop)
    copy = Copy(CHAT, 1000, None, other.id, Role.MESSAGE)
    await vera.db.write(message_map.record_copies, [copy])
    await vera.db.write(subscribers.unsubscribe, CHAT, SubscriberStatus.STOPPED, shop.id)
    assert await vera.maybe("My account is 1234", reply_to=1000) is None
    asked = Source(CHAT, (99,), None, 1000)
    assert await vera.db.read(routing.project_left, asked) == shop.id
    assert await vera.db.read(routing.project_left, Source(CHAT, (99,), None, 1)) is None


async def test_project_used_last_takes_what_belongs_to_no_ticket(vera: Vera) -> None:
    shop = await vera.db.write(projects.create, slug="shop", name="Shop")
    vera.now += timedelta(seconds=1)
    subscriber = await vera.db.write(subscribers.subscribe, shop.id, VERA)
    await vera.db.write(subscribers.turn_to, subscriber.id)
    assert (await vera.writes("Help")).ticket.project_id == shop.id


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ("helpdesk_enabled", HelpdeskDisabled),
        ("helpdesk_allow_create", HelpdeskCreateDisabled),
    ],
)
async def test_no_ticket_is_made_where_the_settings_forbid_it(
    vera: Vera, setting: str, error: type[Exception]
) -> None:
    await vera.db.write(lambda tx: projects.update(tx, vera.project.id, **{setting: False}))
    with pytest.raises(error):
        await vera.maybe("Help")
    assert await vera.told() == []


async def test_open_ticket_goes_on_while_no_new_ones_are_taken(vera: Vera) -> None:
    ticket = await vera.has_ticket("Help")
    await vera.db.write(
        lambda tx: projects.update(tx, vera.project.id, helpdesk_allow_create=False)
    )
    assert (await vera.writes("More")).ticket.id == ticket.id
