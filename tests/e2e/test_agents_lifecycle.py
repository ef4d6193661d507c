"""The life of a ticket: what each event makes of each status, by every door it comes through."""

from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.case import Case
from tests.e2e.rooms import Room, TelegramRoom, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATUSES = ("new", "in_progress", "waiting", "closed")
TOLD = {
    "new": "Status: new",
    "in_progress": "Status: in progress",
    "waiting": "Status: waiting",
    "closed": "Status: closed",
}
Event = Callable[[Case], Awaitable[object]]


async def bob_of(room: Room) -> str:
    """Bob's id as an agent, whom a first action makes known."""
    case = await room.case()
    case.answer("/take")
    await case.card_says("Assignee: Bob")
    bob: str = (await case.details())["assigned_to"]
    return bob


async def case_in(room: Room, status: str, *, assigned: bool = False) -> Case:
    case = await room.case()
    if assigned:
        case.answer("/take")
        await case.card_says("Assignee: Bob")
    await case.set("status", status=status)
    await case.card_says(TOLD[status])
    return case


async def status_of(case: Case) -> str:
    status: str = (await case.details())["status"]
    return status


# --- the events, each waited for until it had its effect -----------------------------------------


async def take_by_button(case: Case) -> None:
    await case.room.bob.press(case.card, "Take").answered()
    await case.card_says("Assignee: Bob")


async def take_by_command(case: Case) -> None:
    case.answer("/take")
    await case.card_says("Assignee: Bob")


async def assign_by_api(case: Case) -> None:
    await case.set("assign", user_id=await bob_of(case.room))


async def answer(case: Case) -> None:
    await case.answered("Good day")


async def reply_by_api(case: Case) -> None:
    await case.reply("Good day")
    await case.reads("Good day")


async def customer_writes(case: Case) -> None:
    case.customer.say("And another thing")
    await case.tells("And another thing")


async def note(case: Case) -> None:
    case.answer("// only for us")
    case.answer("/ticket")  # is answered after it
    await case.tells("Assignee:")


async def note_by_api(case: Case) -> None:
    await case.reply("only for us", internal=True)


@pytest.mark.parametrize("event", [take_by_button, take_by_command, assign_by_api])
@pytest.mark.parametrize("status", STATUSES)
async def test_taking_moves_a_new_ticket_on_and_leaves_the_others(
    forum_room: TelegramRoom, status: str, event: Event
) -> None:
    case = await case_in(forum_room, status)
    await event(case)
    assert await status_of(case) == ("in_progress" if status == "new" else status)


@pytest.mark.parametrize("status", STATUSES)
async def test_unassigning_leaves_every_status_as_it_is(
    forum_room: TelegramRoom, status: str
) -> None:
    case = await case_in(forum_room, status, assigned=True)
    assert (await case.set("assign", user_id=None))["status"] == status


@pytest.mark.parametrize("event", [answer, reply_by_api])
@pytest.mark.parametrize("status", STATUSES)
async def test_a_public_reply_makes_an_open_ticket_wait_and_leaves_a_closed_one_closed(
    forum_room: TelegramRoom, status: str, event: Event
) -> None:
    case = await case_in(forum_room, status)
    await event(case)
    assert await status_of(case) == ("closed" if status == "closed" else "waiting")


@pytest.mark.parametrize("assigned", [True, False])
@pytest.mark.parametrize("status", STATUSES)
async def test_a_customers_message_moves_a_waiting_ticket_on_and_opens_a_closed_one(
    forum_room: TelegramRoom, status: str, assigned: bool
) -> None:
    case = await case_in(forum_room, status, assigned=assigned)
    await customer_writes(case)
    opened = "in_progress" if assigned else "new"
    after = {"new": "new", "in_progress": "in_progress", "waiting": "in_progress"}
    assert await status_of(case) == {**after, "closed": opened}[status]
    if status == "closed":
        await case.reads(f"#{case.number} is open again")


@pytest.mark.parametrize("event", [note, note_by_api])
@pytest.mark.parametrize("status", STATUSES)
async def test_a_note_leaves_every_status_as_it_is(
    forum_room: TelegramRoom, status: str, event: Event
) -> None:
    case = await case_in(forum_room, status)
    await event(case)
    assert await status_of(case) == status


@pytest.mark.parametrize("asked", [*STATUSES, "open"])
@pytest.mark.parametrize("status", STATUSES)
async def test_the_api_sets_every_status_as_asked_and_open_means_new(
    forum_room: TelegramRoom, status: str, asked: str
) -> None:
    case = await case_in(forum_room, status)
    after = "new" if asked == "open" else asked
    assert (await case.set("status", status=asked))["status"] == after
    await case.card_says(TOLD[after])


@pytest.mark.parametrize("door", ["button", "command"])
@pytest.mark.parametrize("assigned", [True, False])
@pytest.mark.parametrize("status", ["new", "in_progress", "waiting"])
@rooms_only("plain", "max")
async def test_buttons_and_commands_close_and_reopen(
    room: Room, status: str, assigned: bool, door: str
) -> None:
    case = await case_in(room, status, assigned=assigned)

    async def act(label: str, command: str) -> None:
        if door == "button":
            await room.bob.press(case.card, label).answered()
        else:
            case.answer(command)

    await act("Close", "/close")
    await case.card_says(TOLD["closed"])
    assert (await case.details())["closed_at"] is not None
    opened = "in_progress" if assigned else "new"
    await act("Reopen", "/reopen")
    await case.card_says(TOLD[opened])
    details = await case.details()
    assert (details["status"], details["closed_at"]) == (opened, None)


async def test_the_status_that_holds_already_is_no_event(room: Room) -> None:
    case = await case_in(room, "closed")
    asked = await case.reads("is closed")
    before = (await case.details())["updated_at"]
    await case.set("status", status="closed")
    case.answer("/close")
    case.answer("/ticket")
    await case.tells("Status: closed")
    assert (await case.details())["updated_at"] == before
    assert [m for m in case.received if "is closed" in m.text] == [asked]


async def test_closing_asks_the_customer_and_the_rating_shows_on_the_card(room: Room) -> None:
    case = await case_in(room, "closed")
    asked = await case.reads("is closed")
    await case.customer.press(asked, "4").answered()
    await case.card_says("Rating: 4 of 5")
    await case.tells("4 of 5")
    assert (await case.details())["rating"] == 4
