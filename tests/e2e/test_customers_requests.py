"""A website's request: its deeplink, the consent it asks for, and what its status tells."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.max import Person as MaxPerson
from bot.playground.max.people import Again
from tests.e2e.acme import CHANNELS, CONSENT, FORM, MENU, Acme, has, labels_of, only_max, screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIFE = timedelta(minutes=15)


async def test_deeplink_of_a_request_is_its_id_behind_hd(acme: Acme) -> None:
    request = await acme.request()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", request["request_id"])
    link = f"{acme.side.link}/{acme.messenger.bot.username}?start=hd_{request['request_id']}"
    links = {f"{channel}_link": request[f"{channel}_link"] for channel in CHANNELS}
    assert links == {**dict.fromkeys(links), f"{acme.channel}_link": link}
    assert request["status"] == "pending"
    life = datetime.fromisoformat(request["expires_at"]) - datetime.now(UTC)
    assert LIFE - timedelta(seconds=30) < life <= LIFE


async def test_consent_screen_has_name_description_where_answers_arrive_and_two_buttons(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    screen = await acme.answer(acme.follow(ann, await acme.request()))
    assert "Acme" in screen.text
    assert "We mend things." in screen.text
    assert "answers arrive in this chat" in screen.text
    assert labels_of(screen) == list(CONSENT)
    assert len(screens(ann)) == 1


async def test_consent_accepts_the_request_and_opens_the_menu_in_the_same_message(
    acme: Acme,
) -> None:
    ann = acme.stranger(username="ann")
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request))
    assert (await acme.status_of(request))["subscriber_id"] is None
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert screens(ann) == [screen]
    status = await acme.status_of(request)
    assert status["status"] == "accepted"
    subscriber = await acme.call("GET", f"subscribers/{status['subscriber_id']}")
    assert subscriber["chat_id"] == ann.chat.id


async def test_cancel_makes_the_request_cancelled_and_says_how_to_come_back(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request))
    await acme.press(screen, "Cancel")
    assert "/start" in screen.text
    assert screen.labels == []
    status = await acme.status_of(request)
    assert (status["status"], status["subscriber_id"]) == ("cancelled", None)
    back = await acme.answer(acme.open(ann), "We mend things.")
    assert labels_of(back) == list(CONSENT)


async def test_a_double_tap_on_subscribe_subscribes_once(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request))
    taps = [ann.press(screen, "Subscribe") for _ in range(3)]
    for tap in taps:
        await tap.answered()
    assert labels_of(screen) == list(MENU)
    assert screens(ann) == [screen]
    assert (await acme.status_of(request))["status"] == "accepted"


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("Subscribe", "Cancel", "accepted"), ("Cancel", "Subscribe", "cancelled")],
)
async def test_of_two_answers_the_first_one_counts(
    acme: Acme, first: str, second: str, status: str
) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request))
    taps = [ann.press(screen, first), ann.press(screen, second)]
    for tap in taps:
        await tap.answered()
    assert (await acme.status_of(request))["status"] == status
    assert labels_of(screen) == list(MENU if status == "accepted" else CONSENT)


async def test_a_subscriber_sees_no_consent_screen_and_the_request_is_accepted_at_once(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    request = await acme.request()
    menu = await acme.answer(acme.follow(ann, request), "", *MENU)
    assert labels_of(menu) == list(MENU)
    status = await acme.status_of(request)
    assert status["status"] == "accepted"
    assert status["subscriber_id"] is not None


async def test_a_request_opened_twice_by_its_owner_leads_to_the_menu(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    first = await acme.answer(acme.follow(ann, request))
    again = await acme.answer(acme.follow(ann, request))
    await acme.press(again, "Subscribe")
    await acme.press(first, "Subscribe")
    assert labels_of(first) == labels_of(again) == list(MENU)
    await acme.answer(acme.follow(ann, request), "", *MENU)
    assert (await acme.status_of(request))["status"] == "accepted"


async def test_a_request_with_a_type_lands_on_the_form_with_that_type_chosen(acme: Acme) -> None:
    kind = await acme.call("POST", "ticket-types", {"name": "Returns <&>"})
    ann, vera = acme.stranger(), await acme.subscriber("Vera")
    try:
        for person in (ann, vera):
            request = await acme.request(ticket_type_id=kind["id"])
            screen = await acme.answer(acme.follow(person, request))
            if has(screen, "Subscribe"):
                await acme.press(screen, "Subscribe")
            assert "Returns <&>" in screen.text
            assert labels_of(screen) == list(FORM)
            assert (await acme.status_of(request))["status"] == "accepted"
            number = await acme.number_told(person.say("Too big"))
            assert (await acme.ticket(number))["ticket_type_name"] == "Returns <&>"
    finally:
        await acme.call("PATCH", f"ticket-types/{kind['id']}", {"active": False})


async def test_what_the_website_sent_along_is_on_the_ticket_and_on_its_card(acme: Acme) -> None:
    context = {"page": "/checkout?a=1&b=<2>", "order": "4711"}
    ann = acme.stranger()
    request = await acme.request(context=context)
    screen = await acme.answer(acme.follow(ann, request))
    await acme.press(screen, "Subscribe")
    number = await acme.number_told(ann.say("It does not pay"))
    assert (await acme.ticket(number))["context"] == context
    card = await acme.agents_see(number, "It does not pay")
    assert "page: /checkout?a=1&b=<2>" in card.text
    assert "order: 4711" in card.text


@pytest.mark.parametrize("whole", [True, False], ids=["link", "code"])
async def test_a_link_may_be_pasted_or_its_code_alone(acme: Acme, *, whole: bool) -> None:
    ann = acme.stranger()
    await acme.answer(acme.open(ann), "", *CONSENT)
    request = await acme.request()
    link = request[f"{acme.channel}_link"]
    screen = await acme.answer(ann.say(link if whole else link.partition("start=")[2]))
    await acme.press(screen, "Subscribe")
    assert (await acme.status_of(request))["status"] == "accepted"


@only_max
@pytest.mark.parametrize("again", ["bot_started", "text"])
async def test_a_link_is_followed_in_an_open_dialog_however_max_tells_of_it(
    acme: Acme, again: Again
) -> None:
    ann = acme.stranger()
    assert isinstance(ann, MaxPerson)
    ann.again = again
    await acme.consent(ann)
    for _ in range(2):
        request = await acme.request()
        await acme.answer(acme.follow(ann, request), "", *MENU)
        assert (await acme.status_of(request))["status"] == "accepted"


@only_max
async def test_a_link_that_max_keeps_to_itself_is_followed_once_it_is_pasted(acme: Acme) -> None:
    ann = await acme.subscriber()
    assert isinstance(ann, MaxPerson)
    ann.again = "nothing"
    request = await acme.request()
    before = len(screens(ann))
    acme.follow(ann, request)
    await acme.answer(ann.say(request["max_link"]), "", *MENU)
    assert len(screens(ann)) == before + 1
    assert (await acme.status_of(request))["status"] == "accepted"


@pytest.mark.parametrize(("label", "status"), [("Subscribe", "accepted"), ("Cancel", "cancelled")])
async def test_wait_answers_at_the_change(acme: Acme, label: str, status: str) -> None:
    ann = acme.stranger()
    request = await acme.request()
    begun = time.monotonic()
    waiting = asyncio.create_task(acme.status_of(request, wait=25))
    screen = await acme.answer(acme.follow(ann, request))
    assert not waiting.done()
    await acme.press(screen, label)
    assert (await waiting)["status"] == status
    assert time.monotonic() - begun < 10


async def test_wait_answers_when_the_request_expires(acme: Acme) -> None:
    request = await acme.request()
    acme.earlier("requests", "expires_at", request["request_id"], LIFE - timedelta(seconds=2))
    begun = time.monotonic()
    assert (await acme.status_of(request, wait=25))["status"] == "expired"
    assert time.monotonic() - begun < 10


async def test_wait_ends_with_what_holds_when_nothing_changes(acme: Acme) -> None:
    request = await acme.request()
    begun = time.monotonic()
    assert (await acme.status_of(request, wait=1))["status"] == "pending"
    assert time.monotonic() - begun >= 1
