"""The process ends and starts again while customers are at every step: nobody has to begin anew."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from bot.playground.stand_in import faults
from tests.e2e.acme import FORM, MENU, Acme, has
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


Restart = Callable[[], Awaitable[None]]


@pytest.fixture(params=["stopped", "killed"])
def ends(request: pytest.FixtureRequest, acme: Acme) -> Restart:
    """Ends the process, gently or not."""

    async def stop() -> None:
        begun = time.monotonic()
        assert await acme.desk.stop() == 0
        assert time.monotonic() - begun < 10

    return stop if request.param == "stopped" else acme.desk.kill


async def at(acme: Acme, *labels: str) -> tuple[Person, Message]:
    """A new subscriber who pressed these buttons one after the other, and the screen they see."""
    person = await acme.subscriber()
    screen = await acme.answer(acme.open(person))
    for label in labels:
        await acme.press(screen, label)
    return person, screen


async def test_a_restart_at_any_step_loses_nothing(acme: Acme, ends: Restart) -> None:
    newcomer = acme.stranger()
    request = await acme.request()
    consent = await acme.answer(acme.follow(newcomer, request))
    async with acme.types("Delivery", "Payment"):
        _, menu = await at(acme)
        chooser, choice = await at(acme, "Create ticket")
        writer, _ = await at(acme, "Create ticket", "Payment")
        _, going_back = await at(acme, "Create ticket", "Delivery")
        quitter, quitting = await at(acme, "Create ticket", "Skip")

        await ends()
        await acme.start()

        await acme.press(consent, "Subscribe")
        assert (await acme.status_of(request))["status"] == "accepted"
        await acme.press(menu, "Active tickets")
        assert "no open tickets" in menu.text
        await acme.press(choice, "Delivery")
        late = await acme.number_told(chooser.say("It is late"))
        assert (await acme.ticket(late))["ticket_type_name"] == "Delivery"
        paid = await acme.number_told(writer.say("I paid twice"))
        assert (await acme.ticket(paid))["ticket_type_name"] == "Payment"
        await acme.press(going_back, "Back")
        assert has(going_back, "Skip", *FORM)
        await acme.press(quitting, "Cancel")
        assert has(quitting, *MENU)
        assert await acme.tickets_of(quitter) == []


async def test_what_people_do_while_the_desk_is_down_counts(acme: Acme, ends: Restart) -> None:
    newcomer = acme.stranger()
    request = await acme.request()
    consent = await acme.answer(acme.follow(newcomer, request))
    reader, listed = await at(acme)
    number = await acme.opens_ticket(reader, "An old matter")
    await acme.press(listed, "Active tickets")
    async with acme.types("Delivery", "Payment"):
        chooser, choice = await at(acme, "Create ticket")
        writer, _ = await at(acme, "Create ticket", "Payment")
        sender, _ = await at(acme, "Create ticket", "Skip")

        await ends()
        newcomer.press(consent, "Subscribe")
        reader.press(listed, f"#{number} An old matter")
        chooser.press(choice, "Delivery")
        late = chooser.say("It is late")
        paid = writer.say("I paid twice")
        album = sender.send_album([b"one", b"two", b"three"], "Three pictures")
        await acme.start()

        await acme.messenger.until(lambda: has(consent, *MENU), what="the menu")
        assert (await acme.status_of(request))["status"] == "accepted"
        assert (await acme.ticket(await acme.number_told(late)))["ticket_type_name"] == "Delivery"
        assert (await acme.ticket(await acme.number_told(paid)))["ticket_type_name"] == "Payment"
        ticket = await acme.ticket(await acme.number_told(album[0]))
        assert [len(message["attachments"]) for message in ticket["messages"]] == [3]
        await acme.press(listed, "Close ticket")
        assert (await acme.ticket(number))["status"] == "closed"


async def test_a_stop_in_the_middle_of_a_flow_ends_with_0_within_10_seconds_and_loses_nothing(
    acme: Acme,
) -> None:
    people = [await acme.subscriber(f"Customer {number}") for number in range(4)]
    waiting = asyncio.create_task(acme.status_of(await acme.request(), wait=25))
    said = [person.say(f"{person.name} says <{n}>") for n in range(10) for person in people]
    target = len(acme.messenger.calls) + 5
    await acme.messenger.until(lambda: len(acme.messenger.calls) >= target, what="the flow")
    begun = time.monotonic()
    assert await acme.desk.stop() == 0
    assert time.monotonic() - begun < 10
    assert (await waiting)["status"] == "pending"
    await acme.start()
    for person in people:
        number = await acme.number_told(said[people.index(person)])
        await acme.agents_see(number, "<9>")
        assert await acme.texts(number) == [f"{person.name} says <{n}>" for n in range(10)]
        assert [t["ticket_number"] for t in await acme.tickets_of(person)] == [number]


async def test_a_stop_while_the_messenger_hangs_takes_no_longer_than_10_seconds(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    hanging = acme.messenger.faults.add(faults.hang(), method="sendMessage", chat_id=ann.chat.id)
    said = ann.say("Does anybody hear me?")
    await acme.messenger.until(lambda: hanging.struck, what="the call that hangs")
    begun = time.monotonic()
    assert await acme.desk.stop() == 0
    assert time.monotonic() - begun < 10
    await acme.start()
    number = await acme.number_told(said)
    assert await acme.texts(number) == ["Does anybody hear me?"]
