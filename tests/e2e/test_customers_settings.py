"""`helpdesk_enabled` and `helpdesk_allow_create` off: what customers and back-ends meet then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.e2e.acme import MENU, Acme, labels_of, now

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHOUT_CREATION = list(MENU[1:])


@asynccontextmanager
async def without(acme: Acme, setting: str) -> AsyncIterator[None]:
    await acme.set(**{setting: False})
    try:
        yield
    finally:
        await acme.set(**{setting: True})


async def refused(acme: Acme, path: str, body: dict[str, Any]) -> tuple[int, str]:
    status, problem = await acme.desk.call("POST", f"/v1/helpdesk/{path}", body)
    return status, problem["code"]


async def test_without_creation_the_menu_has_no_create_ticket_and_no_types(acme: Acme) -> None:
    async with acme.types("Delivery"), without(acme, "helpdesk_allow_create"):
        ann = acme.stranger()
        menu = await acme.consent(ann)
        assert labels_of(menu) == WITHOUT_CREATION
        assert "New tickets are not taken here" in menu.text


async def test_without_creation_a_form_in_hand_makes_no_ticket(acme: Acme) -> None:
    ann, vera = await acme.subscriber("Ann"), await acme.subscriber("Vera")
    form = await acme.press(await acme.answer(acme.open(ann)), "Create ticket")
    menu = await acme.answer(acme.open(vera))
    async with without(acme, "helpdesk_allow_create"):
        answer = await acme.answer(ann.say("Shoes broke"))
        assert "was not passed on" in answer.text
        assert labels_of(answer) == WITHOUT_CREATION
        await acme.press(menu, "Create ticket")
        assert labels_of(menu) == WITHOUT_CREATION
        await acme.press(form, "Back")
        assert labels_of(form) == WITHOUT_CREATION
    assert await acme.tickets_of(ann) == []


async def test_without_creation_a_plain_message_makes_no_ticket_and_is_told_so(acme: Acme) -> None:
    ann = await acme.subscriber()
    async with without(acme, "helpdesk_allow_create"):
        answer = await acme.answer(ann.say("Shoes broke"))
        assert "was not passed on" in answer.text
        moment = now(ann)
        acme.messenger.inject(acme.side.update(acme.side.unknown(ann)))
        assert "was not passed on" in (await acme.answer(moment)).text
    assert await acme.tickets_of(ann) == []


async def test_without_creation_open_tickets_go_on_and_closed_ones_reopen(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    async with without(acme, "helpdesk_allow_create"):
        assert await acme.number_told(ann.say("The left one")) == number
        await acme.answers(number, "Send it in")
        await acme.sees(ann, "Send it in")
        await acme.close(number)
        assert await acme.number_told(ann.say("Where to?")) == number
    assert await acme.texts(number) == ["Shoes broke", "The left one", "Send it in", "Where to?"]


async def test_without_creation_requests_are_refused_while_a_back_end_may_create(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    async with without(acme, "helpdesk_allow_create"):
        assert await refused(acme, "request", {}) == (403, "helpdesk_create_disabled")
        ticket = await acme.back_end_ticket(ann, "Made by the shop")
        await acme.sees(ann, f"#{ticket['ticket_number']}")
        assert (await acme.call("POST", "tickets", {"text": "From the website"}))["id"]


async def test_disabled_helpdesk_takes_no_requests_tickets_and_customer_replies(
    acme: Acme,
) -> None:
    virtual = await acme.call("POST", "tickets", {"text": "From the website"})
    async with without(acme, "helpdesk_enabled"):
        disabled = (403, "helpdesk_disabled")
        assert await refused(acme, "request", {}) == disabled
        assert await refused(acme, "tickets", {"text": "One more"}) == disabled
        reply = f"tickets/{virtual['id']}/customer-reply"
        assert await refused(acme, reply, {"text": "Hello?"}) == disabled


async def test_disabled_helpdesk_tells_customers_and_takes_nothing(acme: Acme) -> None:
    ann, vera = await acme.subscriber("Ann"), await acme.subscriber("Vera")
    number = await acme.number_told(ann.say("Shoes broke"))
    async with without(acme, "helpdesk_enabled"):
        for person in (ann, vera):
            for photo in (False, True):
                said = person.send_photo(b"shoe") if photo else person.say("Is anybody there?")
                answer = await acme.answer(said)
                assert "was not passed on" in answer.text
                assert "We do not take messages at the moment" in answer.text
                assert "Create ticket" not in answer.labels
    assert await acme.texts(number) == ["Shoes broke"]
    assert await acme.tickets_of(vera) == []


async def test_disabled_helpdesk_still_delivers_answers(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    async with without(acme, "helpdesk_enabled"):
        await acme.answers(number, "We are closed for today")
        await acme.sees(ann, "We are closed for today")


async def test_name_and_description_of_the_settings_are_those_of_the_consent_screen(
    acme: Acme,
) -> None:
    await acme.set(name="Acme & <Sons>", description="We mend <everything> & more 👞\nAlways.")
    try:
        screen = await acme.answer(acme.open(acme.stranger(), "help_main"))
        assert "Acme & <Sons>" in screen.text
        assert "We mend <everything> & more 👞\nAlways." in screen.text
    finally:
        await acme.set(name="Acme", description="We mend things.")


async def test_the_longest_description_does_not_keep_the_consent_screen_away(acme: Acme) -> None:
    await acme.set(description=("<&👞> " * 200)[:1000])
    try:
        screen = await acme.answer(acme.open(acme.stranger(), "help_main"))
        assert labels_of(screen) == ["Subscribe", "Cancel"]
    finally:
        await acme.set(description="We mend things.")
