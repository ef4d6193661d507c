"""Updates on their way in: complete, in order, once each, and nobody waits for somebody else."""

import re
from collections.abc import Callable
from typing import cast

import pytest

from bot.playground.max import Message as MaxMessage
from bot.playground.max import Person as MaxPerson
from bot.playground.stand_in import faults
from tests.e2e.acme import CONSENT, MENU, Acme, labels_of, only_max, screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_twenty_messages_in_one_batch_arrive_complete_and_in_order(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    acme.messenger.hold()
    lines = [f"line {n:02}." for n in range(20)]
    said = [ann.say(line) for line in lines]
    acme.messenger.release()
    assert await acme.number_told(said[-1]) == number
    await acme.agents_see(number, lines[-1])
    assert await acme.texts(number) == ["Hello", *lines]
    copies = "\n".join(message.text for message in acme.shown(number))
    assert re.findall(r"line \d\d\.", copies) == lines


async def test_texts_albums_and_edits_in_one_batch_keep_their_order(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    acme.messenger.hold()
    before = ann.say("before")
    ann.send_album([b"1", b"2", b"3"], "an album")
    ann.edit(before, "before, edited")
    last = ann.say("after")
    acme.messenger.release()
    assert await acme.number_told(last) == number
    messages = (await acme.ticket(number))["messages"]
    assert [(m["text"], len(m["attachments"])) for m in messages] == [
        ("Hello", 0),
        ("before, edited", 0),
        ("an album", 3),
        ("after", 0),
    ]


async def test_two_first_messages_at_once_make_one_ticket_and_one_card(acme: Acme) -> None:
    ann = await acme.subscriber("Ann the hasty")
    acme.messenger.hold()
    said = [ann.say("First words"), ann.say("Second words")]
    acme.messenger.release()
    number = await acme.number_told(said[0])
    assert await acme.number_told(said[1]) == number
    await acme.agents_see(number, "Second words")
    assert await acme.texts(number) == ["First words", "Second words"]
    assert len(await acme.tickets_of(ann)) == 1
    cards = [m for m in acme.side.group.messages if "Ann the hasty" in m.text and m.keys]
    assert cards == acme.shown(number)[:1]


async def test_two_first_messages_in_a_form_make_one_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    await acme.press(await acme.answer(acme.open(ann)), "Create ticket")
    acme.messenger.hold()
    said = [ann.say("First words"), ann.say("Second words")]
    acme.messenger.release()
    number = await acme.number_told(said[0])
    assert await acme.number_told(said[1]) == number
    (ticket,) = await acme.tickets_of(ann)
    assert [m["text"] for m in ticket["messages"]] == ["First words", "Second words"]


async def test_first_messages_of_many_people_at_once_make_a_ticket_each(acme: Acme) -> None:
    people = [await acme.subscriber(f"Customer {n}") for n in range(8)]
    acme.messenger.hold()
    said = [person.say(f"I am {person.name}") for person in people]
    acme.messenger.release()
    numbers = [await acme.number_told(message) for message in said]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 8))
    for number, person in zip(numbers, people, strict=True):
        assert await acme.texts(number) == [f"I am {person.name}"]
        await acme.agents_see(number, f"I am {person.name}")


async def test_a_message_repeated_has_one_effect(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Only once")
    acme.messenger.repeat_update()
    number = await acme.number_told(said)
    acme.messenger.repeat_update()
    ann.say("And this too")
    acme.messenger.repeat_update()
    assert await acme.number_told(ann.say("The end")) == number
    await acme.agents_see(number, "The end")
    assert await acme.texts(number) == ["Only once", "And this too", "The end"]
    copies = [m.text for m in acme.shown(number) if "And this too" in m.text]
    assert len(copies) == 1


async def test_a_message_under_another_update_id_has_one_effect_too(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Only once")
    number = await acme.number_told(said)
    acme.messenger.inject(acme.side.update(said.to_api()))
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Only once", "The end"]
    assert len([m for m in screens(ann) if m.reply_to is said]) == 1


async def test_presses_and_commands_repeated_have_one_effect(acme: Acme) -> None:
    ann = acme.stranger()
    said = acme.open(ann, "help_main")
    acme.messenger.repeat_update()
    screen = await acme.answer(said)
    tap = ann.press(screen, "Subscribe")
    acme.messenger.repeat_update()
    await tap.answered()
    number = await acme.number_told(ann.say("Shoes broke"))
    assert [m for m in screens(ann) if m.keys] == [screen]
    await acme.close(number)
    asked = await acme.sees(ann, f"#{number} is closed")
    tap = ann.press(asked, "4")
    acme.messenger.repeat_update()
    await tap.answered()
    assert await acme.number_told(ann.say("Thanks")) == number
    await acme.agents_see(number, "Thanks")
    told = [m for m in acme.shown(number) if "The customer gave" in m.text]
    assert len(told) == 1


async def test_nobody_waits_for_a_chat_whose_screen_hangs(acme: Acme) -> None:
    ann, vera = acme.stranger("Ann"), acme.stranger("Vera")
    hanging = acme.messenger.faults.add(faults.hang(2), method="sendMessage", chat_id=ann.chat.id)
    said = acme.open(ann)
    await acme.messenger.until(lambda: hanging.struck, what="the call that hangs")
    menu = await acme.consent(vera)
    assert labels_of(menu) == list(MENU)
    assert screens(ann) == []
    assert labels_of(await acme.answer(said)) == list(CONSENT)


async def test_a_chat_that_must_wait_keeps_no_other_waiting(acme: Acme) -> None:
    ann, vera = await acme.subscriber("Ann"), await acme.subscriber("Vera")
    numbers = [await acme.number_told(person.say("Hello")) for person in (ann, vera)]
    limit = acme.side.too_many_requests(2)
    refusal = acme.messenger.faults.add(limit, method="sendMessage", chat_id=ann.chat.id)
    for number in numbers:
        await acme.replies(number, "Good day")
    await acme.messenger.until(lambda: refusal.struck, what="the 429")
    await acme.sees(vera, "Good day")
    assert not any("Good day" in message.text for message in ann.chat.messages)
    await acme.sees(ann, "Good day")


FAULTS: dict[str, Callable[[Acme], faults.Fault]] = {
    "429": lambda acme: acme.side.too_many_requests(1),
    "502": lambda acme: faults.status(502),
    "cut": lambda acme: faults.cut_before(),
}


@pytest.mark.parametrize("fails", FAULTS)
async def test_a_screen_that_could_not_be_shown_is_shown_later_once(acme: Acme, fails: str) -> None:
    fault = FAULTS[fails](acme)
    ann = acme.stranger()
    acme.messenger.faults.add(fault, method="sendMessage", chat_id=ann.chat.id)
    screen = await acme.answer(acme.open(ann))
    acme.messenger.faults.add(fault, method=acme.side.edits, chat_id=ann.chat.id)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert screens(ann) == [screen]


async def test_a_button_too_old_to_answer_still_does_its_work(acme: Acme) -> None:
    ann = await acme.subscriber()
    menu = await acme.answer(acme.open(ann), "", *MENU)
    tap = ann.press(menu, "Active tickets")
    tap.expire()
    await acme.messenger.until(lambda: "no open tickets" in menu.text)


async def test_an_update_of_an_unknown_shape_stops_no_other(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Hello")
    number = await acme.number_told(said)
    # What the customer wrote before the desk knew them, and a kind of update that is yet to come.
    acme.messenger.inject(acme.side.update(acme.side.unknown(ann), edited=True))
    acme.messenger.inject(acme.side.unknown_update)
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Hello", "The end"]


@only_max
async def test_what_max_tells_of_in_part_stops_nothing(acme: Acme) -> None:
    ann = await acme.subscriber()
    assert isinstance(ann, MaxPerson)
    number = await acme.number_told(ann.say("Hello"))
    ann.send_voice(b"ogg", heard=False)
    ann.mute_bot()
    ann.delete(ann.say("Never mind"))
    menu = await acme.answer(acme.open(ann), "", *MENU)
    tap = ann.press(cast(MaxMessage, menu), "Active tickets", without_chat_id=True)
    await tap.answered()
    assert f"#{number} Hello" in menu.text
    ann.clear_dialog()
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Hello", "Never mind", "The end"]
