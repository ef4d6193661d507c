"""The ticket form: the type with Skip, the message as text or media, Back and Cancel throughout."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.acme import FORM, MENU, Acme, in_each, labels_of, now, only_telegram, screens
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPES = ("Delivery", "Payment")
TYPE_STEP = [*TYPES, "Skip", *FORM]


async def begun(acme: Acme, person: Person) -> Message:
    """The form at its first step."""
    menu = await acme.answer(acme.open(person), "", *MENU)
    return await acme.press(menu, "Create ticket")


async def test_menu_has_a_button_for_each_type_between_its_own(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        menu = await acme.answer(acme.open(ann))
        assert labels_of(menu) == ["Create ticket", *TYPES, "Active tickets", "Unsubscribe"]


async def test_form_without_types_asks_for_the_message_at_once_and_its_answer_names_the_ticket(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    form = await begun(acme, ann)
    assert labels_of(form) == list(FORM)
    said = ann.say("My parcel is lost\nIt was a gift")
    number = await acme.number_told(said)
    answer = await acme.sees(ann, f"#{number}")
    assert re.search(rf"#{number}\b", answer.text)
    assert form.labels == []
    ticket = await acme.ticket(number)
    assert ticket["ticket_number"] == number
    assert (ticket["subject"], ticket["status"]) == ("My parcel is lost", "new")
    assert [message["text"] for message in ticket["messages"]] == [
        "My parcel is lost\nIt was a gift"
    ]


async def test_form_with_types_leads_from_the_type_to_the_message(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        form = await begun(acme, ann)
        assert labels_of(form) == TYPE_STEP
        await acme.press(form, "Payment")
        assert "Payment" in form.text
        assert labels_of(form) == list(FORM)
        number = await acme.number_told(ann.say("I paid twice"))
        assert (await acme.ticket(number))["ticket_type_name"] == "Payment"
        card = await acme.agents_see(number, "I paid twice")
        assert "Payment" in card.text


async def test_skip_makes_a_ticket_without_a_type(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        form = await begun(acme, ann)
        await acme.press(form, "Skip")
        assert labels_of(form) == list(FORM)
        number = await acme.number_told(ann.say("Something else"))
        ticket = await acme.ticket(number)
        assert (ticket["ticket_type_id"], ticket["ticket_type_name"]) == (None, None)


async def test_type_button_of_the_menu_leads_to_the_form_with_it_and_back_to_the_menu(
    acme: Acme,
) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        menu = await acme.answer(acme.open(ann))
        await acme.press(menu, "Delivery")
        assert labels_of(menu) == list(FORM)
        await acme.press(menu, "Back")
        assert labels_of(menu) == ["Create ticket", *TYPES, "Active tickets", "Unsubscribe"]
        await acme.press(menu, "Delivery")
        number = await acme.number_told(ann.say("It is late"))
        assert (await acme.ticket(number))["ticket_type_name"] == "Delivery"


async def test_back_leads_one_step_back_from_every_step(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        form = await begun(acme, ann)
        for choice in ("Payment", "Skip"):
            await acme.press(form, choice)
            await acme.press(form, "Back")
            assert labels_of(form) == TYPE_STEP
        await acme.press(form, "Back")
        assert set(MENU) < set(labels_of(form))
    await acme.press(form, "Create ticket")
    assert labels_of(form) == list(FORM)
    await acme.press(form, "Back")
    assert labels_of(form) == list(MENU)
    assert await acme.tickets_of(ann) == []
    assert screens(ann)[-1] is form


@pytest.mark.parametrize("steps", [["Create ticket"], ["Create ticket", "Payment"], ["Payment"]])
async def test_cancel_at_every_step_leads_to_the_menu_and_sends_nothing(
    acme: Acme, steps: list[str]
) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        screen = await acme.answer(acme.open(ann))
        for step in steps:
            await acme.press(screen, step)
        await acme.press(screen, "Cancel")
        assert "Nothing was sent" in screen.text
        assert set(MENU) < set(labels_of(screen))
    assert await acme.tickets_of(ann) == []


async def test_type_left_by_back_is_not_kept(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        form = await begun(acme, ann)
        for label in ("Payment", "Back", "Skip"):
            await acme.press(form, label)
        number = await acme.number_told(ann.say("No type after all"))
        assert (await acme.ticket(number))["ticket_type_name"] is None


async def test_double_taps_make_one_form_and_one_ticket(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        menu = await acme.answer(acme.open(ann))
        for label in ("Create ticket", "Payment"):
            taps = [ann.press(menu, label) for _ in range(2)]
            for tap in taps:
                await tap.answered()
        assert labels_of(menu) == list(FORM)
        first = ann.say("I paid twice")
        number = await acme.number_told(first)
        assert await acme.number_told(ann.say("And got nothing")) == number
        (ticket,) = await acme.tickets_of(ann)
        assert len(ticket["messages"]) == 2


async def test_message_written_while_the_type_is_asked_for_is_the_ticket(acme: Acme) -> None:
    async with acme.types(*TYPES):
        ann = await acme.subscriber()
        form = await begun(acme, ann)
        number = await acme.number_told(ann.say("I have no time for types"))
        assert (await acme.ticket(number))["ticket_type_name"] is None
        assert form.labels == []


async def test_form_opens_a_second_ticket_beside_an_open_one(acme: Acme) -> None:
    ann = await acme.subscriber()
    first = await acme.opens_ticket(ann, "First matter")
    second = await acme.opens_ticket(ann, "Second matter")
    assert first != second
    assert [t["ticket_number"] for t in await acme.tickets_of(ann)] == [first, second]


MEDIA: dict[str, Callable[[Any], Message]] = {
    "photo": lambda ann: ann.send_photo(b"picture", "Look at this"),
    "document": lambda ann: ann.send_document(b"%PDF", name="bill.pdf"),
    "voice": lambda ann: ann.send_voice(b"ogg"),
    "video_note": lambda ann: ann.send_video_note(b"mp4"),
    "sticker": lambda ann: ann.send_sticker(b"webp"),
}


@pytest.mark.parametrize(
    ("acme", "kind"),
    in_each(MEDIA, telegram=["video_note"]),
    indirect=["acme"],
)
async def test_media_can_be_the_first_message(acme: Acme, kind: str) -> None:
    ann = await acme.subscriber()
    await begun(acme, ann)
    said = MEDIA[kind](ann)
    number = await acme.number_told(said)
    ticket = await acme.ticket(number)
    (message,) = ticket["messages"]
    assert message["text"] == said.text
    assert [file["kind"] for file in message["attachments"]] == [kind]
    assert ticket["subject"] == (said.text or f"[{kind}]")
    (copy,) = await acme.agents_get(number, said.files[0].data)
    assert copy.kind == acme.side.passed_on(kind)


async def test_an_album_of_five_is_one_message_of_the_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    await begun(acme, ann)
    pictures = [f"picture {n}".encode() for n in range(5)]
    album = ann.send_album(pictures, "Five <photos> & a caption")
    number = await acme.number_told(album[0])
    (ticket,) = await acme.tickets_of(ann)
    (message,) = ticket["messages"]
    assert message["text"] == "Five <photos> & a caption"
    assert [file["kind"] for file in message["attachments"]] == ["photo"] * 5
    copies = await acme.agents_get(number, *pictures)
    assert len({acme.side.album(message) for message in copies}) == 1
    assert len([m for m in screens(ann) if f"#{number}" in m.text]) == 1


@only_telegram
async def test_an_album_whose_parts_come_in_several_batches_is_one_message(acme: Acme) -> None:
    ann = await acme.subscriber()
    await begun(acme, ann)
    acme.messenger.limit_batches(1)
    try:
        album = ann.send_album([b"one", b"two", b"three"])
        await acme.number_told(album[0])
    finally:
        acme.messenger.limit_batches(100)
    (ticket,) = await acme.tickets_of(ann)
    assert [len(message["attachments"]) for message in ticket["messages"]] == [3]


async def test_what_the_form_can_not_take_is_told_and_the_form_goes_on(acme: Acme) -> None:
    ann = await acme.subscriber()
    await begun(acme, ann)
    moment = now(ann)
    acme.messenger.inject(acme.side.update(acme.side.unknown(ann)))
    await acme.answer(moment, "can't pass this on (message of an unknown kind)")
    number = await acme.number_told(ann.say("It is late"))
    assert await acme.texts(number) == ["It is late"]
