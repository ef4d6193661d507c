"""Updates on their way in: complete, in order, once each, and nobody waits for somebody else."""

import re

import pytest

from bot.playground.telegram import faults
from tests.e2e.acme import CONSENT, MENU, Acme, labels_of, screens

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
    topic = await acme.topic(number)
    copies = "\n".join(message.text for message in topic.messages if message.from_bot)
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


async def test_two_first_messages_at_once_make_one_ticket_and_one_topic(acme: Acme) -> None:
    ann = await acme.subscriber("Ann the hasty")
    acme.messenger.hold()
    said = [ann.say("First words"), ann.say("Second words")]
    acme.messenger.release()
    number = await acme.number_told(said[0])
    assert await acme.number_told(said[1]) == number
    await acme.agents_see(number, "Second words")
    assert await acme.texts(number) == ["First words", "Second words"]
    assert len(await acme.tickets_of(ann)) == 1
    topics = [t for t in acme.forum.topics.values() if t.name.endswith("· Ann the hasty")]
    assert topics == [await acme.topic(number)]


async def test_two_first_messages_in_a_form_make_one_ticket(acme: Acme) -> None:
    ann = await acme.subscriber()
    await acme.press(await acme.answer(ann.open()), "Create ticket")
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
    copies = [m.text for m in (await acme.topic(number)).messages if "And this too" in m.text]
    assert len(copies) == 1


async def test_a_message_under_another_update_id_has_one_effect_too(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Only once")
    number = await acme.number_told(said)
    acme.messenger.inject({"message": said.to_api()})
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Only once", "The end"]
    assert len([m for m in screens(ann) if m.reply_to is said]) == 1


async def test_presses_and_commands_repeated_have_one_effect(acme: Acme) -> None:
    ann = acme.stranger()
    said = ann.open("help_main")
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
    told = [m for m in (await acme.topic(number)).messages if "The customer gave" in m.text]
    assert len(told) == 1


async def test_nobody_waits_for_a_chat_whose_screen_hangs(acme: Acme) -> None:
    ann, vera = acme.stranger("Ann"), acme.stranger("Vera")
    hanging = acme.messenger.faults.add(faults.hang(2), method="sendMessage", chat_id=ann.id)
    said = ann.open()
    await acme.messenger.until(lambda: hanging.struck, what="the call that hangs")
    menu = await acme.consent(vera)
    assert labels_of(menu) == list(MENU)
    assert screens(ann) == []
    assert labels_of(await acme.answer(said)) == list(CONSENT)


async def test_a_chat_that_must_wait_keeps_no_other_waiting(acme: Acme) -> None:
    ann, vera = await acme.subscriber("Ann"), await acme.subscriber("Vera")
    numbers = [await acme.number_told(person.say("Hello")) for person in (ann, vera)]
    limit = faults.too_many_requests(2)
    refusal = acme.messenger.faults.add(limit, method="sendMessage", chat_id=ann.id)
    for number in numbers:
        await acme.replies(number, "Good day")
    await acme.messenger.until(lambda: refusal.struck, what="the 429")
    await acme.sees(vera, "Good day")
    assert not any("Good day" in message.text for message in ann.chat.messages)
    await acme.sees(ann, "Good day")


@pytest.mark.parametrize(
    "fault",
    [faults.too_many_requests(1), faults.status(502), faults.cut_before()],
    ids=["429", "502", "cut"],
)
async def test_a_screen_that_could_not_be_shown_is_shown_later_once(
    acme: Acme, fault: faults.Fault
) -> None:
    ann = acme.stranger()
    acme.messenger.faults.add(fault, method="sendMessage", chat_id=ann.id)
    screen = await acme.answer(ann.open())
    acme.messenger.faults.add(fault, method="editMessageText", chat_id=ann.id)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert screens(ann) == [screen]


async def test_a_button_too_old_to_answer_still_does_its_work(acme: Acme) -> None:
    ann = await acme.subscriber()
    menu = await acme.answer(ann.open(), "", *MENU)
    tap = ann.press(menu, "Active tickets")
    tap.expire()
    await acme.messenger.until(lambda: "no open tickets" in menu.text)


async def test_an_update_of_an_unknown_shape_stops_no_other(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Hello")
    number = await acme.number_told(said)
    plain = said.to_api()
    # What the customer wrote before the desk knew them, and a kind of update that is yet to come.
    unknown = {**plain, "message_id": 1, "edit_date": plain["date"], "text": "Before all this"}
    acme.messenger.inject({"edited_message": unknown})
    acme.messenger.inject({})
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Hello", "The end"]
