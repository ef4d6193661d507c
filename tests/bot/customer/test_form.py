"""The ticket form: from the button to the ticket, every way back and out, and over a restart."""

import pytest

from bot.playground.telegram import Person, faults
from tests.bot.customer.front import TWICE, Front

pytestmark = TWICE

MENU = ["Create ticket", "Active tickets", "Unsubscribe"]


async def test_form_makes_a_ticket_and_its_answer_names_it(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "describe", "Back", "Cancel")
    vera.say("My shoes broke\nafter two days")
    answer = await front.sees(vera, "#1")
    await front.settled()
    assert answer.reply_to is not None
    assert answer.reply_to.text.startswith("My shoes")
    assert form.labels == []
    assert [(t.subject, t.ticket_type_name) for t in await front.tickets()] == [
        ("My shoes broke", None)
    ]
    assert sum("#1" in m.text for m in vera.chat.messages) == 1
    vera.say("The left one")
    await front.sees(vera, "Added to ticket #1")


async def test_type_is_chosen_first_where_there_are_types(front: Front, vera: Person) -> None:
    await front.add_type("Returns", "Something does not <fit>")
    vera.open()
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "What is it about", "Returns", "Skip", "Back", "Cancel")
    assert "Something does not <fit>" in form.text
    await vera.press(form, "Returns").answered()
    assert form.labels == ["Back", "Cancel"]
    vera.say("Too big")
    await front.sees(vera, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == ["Returns"]


@pytest.mark.parametrize("count", [24, 25, 96])
async def test_every_type_has_its_button_however_many_there_are(
    front: Front, vera: Person, count: int
) -> None:
    names = [f"Type {number}" for number in range(count)]
    for name in names:
        await front.add_type(name)
    vera.open()
    menu = await front.sees(vera, "How can we help", "Create ticket", names[-1])
    assert menu.labels == [MENU[0], *names, *MENU[1:]]
    assert len(menu.buttons) <= 30  # what MAX takes
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "What is it about", *names, "Skip", "Back", "Cancel")
    assert len(form.buttons) <= 30


async def test_type_can_be_skipped(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    await front.press(vera, "Skip")
    vera.say("Something else")
    await front.sees(vera, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == [None]


async def test_type_of_the_menu_goes_straight_to_the_message(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Returns")
    form = await front.sees(vera, "describe", "Back", "Cancel")
    await vera.press(form, "Back").answered()
    assert form.labels == ["Create ticket", "Returns", "Active tickets", "Unsubscribe"]


async def test_message_at_the_type_step_is_the_ticket_without_a_type(
    front: Front, vera: Person
) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    vera.say("I don't know, it just broke")
    await front.sees(vera, "#1")
    assert [(t.subject, t.ticket_type_name) for t in await front.tickets()] == [
        ("I don't know, it just broke", None)
    ]


async def test_back_goes_one_step_at_a_time(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "What is it about", "Skip")
    await vera.press(form, "Returns").answered()
    await vera.press(form, "Back").answered()
    assert "Skip" in form.labels
    await vera.press(form, "Skip").answered()
    await vera.press(form, "Back").answered()
    assert "Skip" in form.labels
    await vera.press(form, "Back").answered()
    assert form.labels == ["Create ticket", "Returns", "Active tickets", "Unsubscribe"]


@pytest.mark.parametrize("steps", [[], ["Returns"], ["Skip"]], ids=["type", "chosen", "skipped"])
async def test_cancel_leaves_the_form_at_every_step(
    front: Front, vera: Person, steps: list[str]
) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "What is it about", "Skip")
    for label in [*steps, "Cancel"]:
        await vera.press(form, label).answered()
    assert "Nothing was sent" in form.text
    assert form.labels[0] == "Create ticket"
    assert await front.tickets() == []


async def test_message_after_cancel_is_a_plain_message(front: Front, vera: Person) -> None:
    kind = await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Returns")
    await front.press(vera, "Cancel")
    vera.say("Something else after all")
    await front.sees(vera, "#1")
    assert kind.name not in [t.ticket_type_name for t in await front.tickets()]


@pytest.mark.parametrize("command", ["/start", "/stop", "/menu", "/cancel"])
async def test_commands_leave_the_form(front: Front, vera: Person, command: str) -> None:
    await front.press(vera, "Create ticket")
    vera.say(command)
    await front.settled()
    assert await front.tickets() == []
    assert await front.state_of(vera) != "new_ticket"


async def test_help_does_not_leave_the_form(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Returns")
    vera.say("/help")
    vera.say("Too big")
    await front.sees(vera, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == ["Returns"]


async def test_restart_in_the_middle_loses_nothing(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    form = await front.sees(vera, "What is it about", "Skip")
    await front.close()
    await front.open()
    await vera.press(form, "Returns").answered()
    await front.close()
    vera.say("Too big")
    await front.open()
    await front.sees(vera, "#1")
    await front.settled()
    assert form.labels == []
    assert [t.ticket_type_name for t in await front.tickets()] == ["Returns"]


async def test_album_counts_as_one_message(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    vera.send_album([b"one", b"two", b"three"], "What broke")
    await front.sees(vera, "#1")
    (message,) = await front.said_in(1)
    assert message.text == "What broke"
    assert [file.kind for file in message.attachments] == ["photo"] * 3


async def test_photo_without_words_makes_a_ticket_too(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    vera.send_photo(b"picture")
    await front.sees(vera, "#1")
    assert [t.subject for t in await front.tickets()] == ["[photo]"]


async def test_unsupported_kind_gets_a_word_and_the_form_goes_on(
    front: Front, vera: Person
) -> None:
    await front.press(vera, "Create ticket")
    vera.send_poll("Tea or coffee?", ["Tea", "Coffee"])
    await front.sees(vera, "poll")
    vera.say("Tea, please")
    await front.sees(vera, "#1")
    assert [t.subject for t in await front.tickets()] == ["Tea, please"]


async def test_link_opened_in_a_form_wins_over_it(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    payment = await front.add_type("Payment")
    vera.open()
    await front.press(vera, "Returns")
    request = await front.request(ticket_type_id=payment.id)
    vera.open(f"hd_{request.id}")
    await front.sees(vera, "Payment", "Back", "Cancel")
    vera.say("Paid twice")
    await front.sees(vera, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == ["Payment"]


async def test_type_retired_meanwhile_does_not_lose_the_message(front: Front, vera: Person) -> None:
    kind = await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Returns")
    await front.retire(kind)
    vera.say("Too big")
    await front.sees(vera, "#1")
    assert [(t.subject, t.ticket_type_name) for t in await front.tickets()] == [("Too big", None)]


async def test_retired_types_button_leads_to_those_there_are(front: Front, vera: Person) -> None:
    gone = await front.add_type("Returns")
    await front.add_type("Payment")
    vera.open()
    menu = await front.sees(vera, "Acme", "Returns")
    await front.retire(gone)
    await vera.press(menu, "Returns").answered()
    assert menu.labels == ["Payment", "Skip", "Back", "Cancel"]


async def test_helpdesk_switched_off_in_a_form_is_told(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    await front.set(helpdesk_enabled=False)
    vera.say("Too late")
    await front.sees(vera, "was not passed on", "Active tickets")
    assert await front.tickets() == []


async def test_old_form_button_works_after_the_ticket_was_made(front: Front, vera: Person) -> None:
    await front.add_type("Returns")
    vera.open()
    await front.press(vera, "Create ticket")
    vera.open()
    await front.press(vera, "Create ticket")
    vera.say("First")
    await front.sees(vera, "#1")
    await front.press(vera, "Returns", "What is it about")
    vera.say("Second")
    await front.sees(vera, "#2")
    assert [t.ticket_type_name for t in await front.tickets()] == [None, "Returns"]


async def test_who_is_unsubscribed_elsewhere_is_asked_again(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    await front.unsubscribe(vera)
    vera.say("Hello?")
    await front.sees(vera, "not been passed on yet", "Subscribe")
    assert await front.tickets() == []


async def test_reply_to_an_answer_is_no_new_ticket_even_in_a_form(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 1)
    await front.press(vera, "Create ticket")
    await front.answer(1, "Which size?")
    answer = await front.sees(vera, "Which size?")
    vera.say("42", reply_to=answer)
    await front.sees(vera, "Added to ticket #1")
    vera.say("And something else")
    await front.sees(vera, "ticket #2")
    assert [t.subject for t in await front.tickets()] == ["Matter 1", "And something else"]


async def test_caption_is_no_command(front: Front, vera: Person) -> None:
    await front.press(vera, "Create ticket")
    vera.send_photo(b"picture", "/stop showing this")
    await front.sees(vera, "#1")
    assert [t.subject for t in await front.tickets()] == ["/stop showing this"]
    assert await front.subscriber(vera) is not None


async def test_form_that_could_not_be_shown_takes_no_message(front: Front, vera: Person) -> None:
    gone = faults.reject(403, "Forbidden: bot was blocked by the user")
    rule = front.messenger.faults.add(gone, method=("editMessageText", "sendMessage"), times=None)
    menu = next(m for m in vera.chat.messages if m.labels == MENU)
    vera.press(menu, "Create ticket")
    await front.settled()
    front.messenger.faults.remove(rule)
    assert await front.state_of(vera) == "new_ticket"
    vera.say("Hello?")
    await front.sees(vera, "#1")
    assert await front.state_of(vera) is None


async def test_button_of_a_message_too_old_to_be_read_works(front: Front, vera: Person) -> None:
    menu = next(m for m in vera.chat.messages if m.labels == MENU)
    await vera.press(menu, "Create ticket", inaccessible=True).answered()
    await front.sees(vera, "describe", "Back", "Cancel")
    vera.say("Help")
    await front.sees(vera, "#1")
