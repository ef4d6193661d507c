"""Plain messages outside a form: which ticket takes them, and that the customer is told which."""

from datetime import timedelta

import pytest

from tests.e2e.acme import MENU, Acme, only_telegram

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEK = timedelta(days=7)
A_BIT = timedelta(minutes=1)


async def test_first_plain_message_begins_a_ticket_that_the_customer_is_told(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Where is my parcel?")
    number = await acme.number_told(said)
    answer = await acme.answer(said, f"#{number}")
    assert answer.reply_to is said
    assert "this is ticket" in answer.text
    (ticket,) = await acme.tickets_of(ann)
    assert (ticket["ticket_number"], ticket["subject"]) == (number, "Where is my parcel?")


async def test_message_goes_to_the_one_open_ticket_and_the_customer_is_told(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Where is my parcel?")
    said = ann.say("It was due on Monday")
    await acme.answer(said, f"Added to ticket #{number}")
    assert await acme.texts(number) == ["Where is my parcel?", "It was due on Monday"]
    await acme.agents_see(number, "It was due on Monday")


async def test_reply_to_a_message_goes_to_the_ticket_of_that_message(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = "First matter"
    first = await acme.opens_ticket(ann, said)
    own = next(m for m in ann.chat.messages if m.text == said)
    confirmation = await acme.sees(ann, f"#{first}")
    second = await acme.opens_ticket(ann, "Second matter")
    await acme.answers(first, "An answer to the first")
    answer = await acme.sees(ann, "An answer to the first")
    assert await acme.number_told(ann.say("to the second", reply_to=None)) == first
    await acme.replies(second, "An answer to the second")
    await acme.sees(ann, "An answer to the second")
    for replied in (own, confirmation, answer):
        assert await acme.number_told(ann.say("More of the first", reply_to=replied)) == first
        await acme.replies(second, "The second again")
        await acme.messenger.until(lambda: ann.chat.messages[-1].text.endswith("The second again"))


async def test_reply_to_a_message_of_a_closed_ticket_reopens_that_one(acme: Acme) -> None:
    ann = await acme.subscriber()
    closed = await acme.opens_ticket(ann, "First matter")
    confirmation = await acme.sees(ann, f"#{closed}")
    open_one = await acme.opens_ticket(ann, "Second matter")
    await acme.close(closed)
    await acme.sees(ann, f"#{closed} is closed")
    assert await acme.number_told(ann.say("Unrelated")) == open_one
    assert await acme.number_told(ann.say("Not solved", reply_to=confirmation)) == closed
    assert (await acme.ticket(closed))["status"] == "new"


async def test_of_several_open_tickets_the_one_last_answered_takes_it(acme: Acme) -> None:
    ann = await acme.subscriber()
    numbers = [await acme.opens_ticket(ann, f"Matter {n}") for n in range(3)]
    for number in (numbers[1], numbers[0], numbers[2]):
        await acme.answers(number, f"An answer to {number}")
        await acme.sees(ann, f"An answer to {number}")
        said = ann.say(f"Thanks for {number}")
        await acme.answer(said, f"Added to ticket #{number}")


async def test_of_several_open_tickets_the_one_last_opened_takes_it(acme: Acme) -> None:
    ann = await acme.subscriber()
    numbers = [await acme.opens_ticket(ann, f"Matter {n}") for n in range(3)]
    menu = await acme.answer(acme.open(ann), "", *MENU)
    await acme.press(menu, "Active tickets")
    for number in (numbers[1], numbers[0]):
        await acme.press(menu, next(la for la in menu.labels if la.startswith(f"#{number} ")))
        assert await acme.number_told(ann.say("About the one I look at")) == number
        await acme.press(menu, "Back")


async def test_a_note_among_agents_moves_no_message_to_its_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    first = await acme.opens_ticket(ann, "First matter")
    second = await acme.opens_ticket(ann, "Second matter")
    note = {"text": "a secret", "internal": True}
    await acme.call("POST", f"tickets/{(await acme.ticket(first))['id']}/reply", note)
    assert await acme.number_told(ann.say("Which one?")) == second
    assert not any("a secret" in message.text for message in ann.chat.messages)


async def test_closed_ticket_reopens_within_7_days_and_the_customer_is_told(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.close(number)
    ticket = await acme.ticket(number)
    acme.earlier("tickets", "closed_at", ticket["id"], WEEK - A_BIT)
    said = ann.say("They broke again")
    await acme.answer(said, f"Ticket #{number} is open again")
    ticket = await acme.ticket(number)
    assert (ticket["status"], ticket["closed_at"]) == ("new", None)
    assert [message["text"] for message in ticket["messages"]] == [
        "Shoes broke",
        "They broke again",
    ]
    await acme.agents_see(number, "They broke again")


async def test_reopened_ticket_of_somebody_is_theirs_again(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.answers(number, "Send them in")
    await acme.sees(ann, "Send them in")
    await acme.close(number)
    await acme.number_told(ann.say("Where to?"))
    ticket = await acme.ticket(number)
    assert (ticket["status"], ticket["assigned_name"]) == ("in_progress", "Bob")


async def test_after_7_days_a_message_begins_a_new_ticket_that_names_the_old(acme: Acme) -> None:
    ann = await acme.subscriber()
    old = await acme.opens_ticket(ann, "Shoes broke")
    await acme.close(old)
    old_id = (await acme.ticket(old))["id"]
    acme.earlier("tickets", "closed_at", old_id, WEEK + A_BIT)
    said = ann.say("They broke again")
    told = await acme.answer(said, f"#{old} was closed a while ago")
    number = await acme.number_told(said)
    assert number != old
    assert f"#{number}" in told.text
    ticket = await acme.ticket(number)
    assert ticket["previous_ticket_id"] == old_id
    assert (await acme.ticket(old))["status"] == "closed"
    card = await acme.agents_see(number, "They broke again")
    assert f"Continues #{old}" in card.text
    assert len([m for m in ann.chat.messages if f"#{number}" in m.text]) == 1


async def test_of_several_closed_tickets_the_last_closed_one_reopens(acme: Acme) -> None:
    ann = await acme.subscriber()
    first = await acme.opens_ticket(ann, "First matter")
    second = await acme.opens_ticket(ann, "Second matter")
    await acme.close(second)
    await acme.close(first)
    assert await acme.number_told(ann.say("Hello again")) == first


async def test_customers_message_moves_a_waiting_ticket_on(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.replies(number, "Which ones?")
    assert (await acme.ticket(number))["status"] == "waiting"
    await acme.number_told(ann.say("The red ones"))
    assert (await acme.ticket(number))["status"] == "in_progress"


async def test_plain_media_and_albums_are_routed_like_texts(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    assert await acme.number_told(ann.send_photo(b"left", "The left one")) == number
    album = ann.send_album([b"1", b"2", b"3", b"4", b"5"], "All five")
    assert await acme.number_told(album[0]) == number
    messages = (await acme.ticket(number))["messages"]
    assert [(m["text"], len(m["attachments"])) for m in messages] == [
        ("Shoes broke", 0),
        ("The left one", 1),
        ("All five", 5),
    ]


@only_telegram
async def test_a_part_of_an_album_that_comes_late_joins_the_same_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "First matter")
    await acme.opens_ticket(ann, "Second matter")
    confirmation = await acme.sees(ann, f"#{number}")
    album = ann.send_album([b"one", b"two"], reply_to=confirmation)
    await acme.number_told(album[0])
    late = {**album[1].to_api(), "message_id": album[1].id + 100_000}
    del late["reply_to_message"]
    acme.messenger.inject(acme.side.update(late))
    await acme.agents_get(number, b"one", b"two", b"two")
    sizes = [len(m["attachments"]) for m in (await acme.ticket(number))["messages"]]
    assert sizes == [0, 2, 1]


async def test_commands_are_no_messages_of_a_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.answer(ann.say("/help"), "/stop")
    await acme.answer(ann.say("/whatever"), "/stop")
    await acme.answer(ann.say("/start"), "", *MENU)
    await acme.number_told(ann.say("/etc/hosts is gone"))
    assert await acme.texts(number) == ["Shoes broke", "/etc/hosts is gone"]
