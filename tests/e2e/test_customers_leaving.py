"""The end of a subscription: /stop, Unsubscribe, blocking; and that only consent renews it."""

import pytest

from bot.playground.max import Person as MaxPerson
from tests.e2e.acme import CONSENT, MENU, Acme, in_each, labels_of, screens
from tests.e2e.vocabulary import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def stop(acme: Acme, person: Person) -> None:
    said = person.say("/stop")
    farewell = await acme.answer(said)
    assert "unsubscribed from Acme" in farewell.text
    assert "/start" in farewell.text


async def unsubscribe(acme: Acme, person: Person) -> None:
    menu = await acme.answer(acme.open(person), "", *MENU)
    await acme.press(menu, "Unsubscribe")
    assert "unsubscribed from Acme" in menu.text
    assert menu.labels == []


async def block(acme: Acme, person: Person) -> None:
    person.block_bot()


async def remove_dialog(acme: Acme, person: Person) -> None:
    assert isinstance(person, MaxPerson)
    person.remove_dialog()


LEAVING = {
    "stop": (stop, "The customer unsubscribed"),
    "unsubscribe": (unsubscribe, "The customer unsubscribed"),
    "block": (block, "The customer blocked the bot"),
    "remove the dialog": (remove_dialog, "The customer blocked the bot"),
}
WAYS = in_each(LEAVING, max_=["remove the dialog"])


@pytest.mark.parametrize(("acme", "way"), WAYS, indirect=["acme"])
async def test_who_left_gets_no_answer_and_the_agents_are_told_why(acme: Acme, way: str) -> None:
    leave, reason = LEAVING[way]
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await leave(acme, ann)
    await acme.agents_see(number, f"{reason}: answers do not arrive")
    before = len(screens(ann))
    answer = await acme.answers(number, "Are you there?")
    told = await acme.agents_see(number, f"Not delivered. {reason}")
    assert told.reply_to is answer
    message = (await acme.ticket(number))["messages"][-1]
    assert message["delivery"] == "failed"
    assert message["delivery_error"]
    assert len(screens(ann)) == before
    assert not acme.side.marked(answer)


@pytest.mark.parametrize(("acme", "way"), WAYS, indirect=["acme"])
async def test_contacting_again_renews_the_subscription_after_consent_only(
    acme: Acme, way: str
) -> None:
    leave, reason = LEAVING[way]
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await leave(acme, ann)
    await acme.agents_see(number, reason)
    ann.unblock_bot()
    screen = await acme.answer(ann.say("Hello again"))
    assert labels_of(screen) == list(CONSENT)
    await acme.answers(number, "Not before consent")
    await acme.agents_see(number, "Not delivered")
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    await acme.answers(number, "Welcome back")
    await acme.sees(ann, "Welcome back")
    assert not any("Not before" in message.text for message in ann.chat.messages)
    (ticket,) = await acme.tickets_of(ann)
    assert [m["text"] for m in ticket["messages"] if m["author"] == "customer"] == ["Shoes broke"]
    assert await acme.number_told(ann.say("Hello again")) == number


async def test_to_unblock_the_bot_is_not_to_subscribe(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    ann.block_bot()
    await acme.agents_see(number, "The customer blocked the bot")
    ann.unblock_bot()
    await acme.answers(number, "Are you back?")
    await acme.agents_see(number, "Not delivered")
    screen = await acme.answer(acme.open(ann))
    assert labels_of(screen) == list(CONSENT)


async def test_a_block_that_shows_only_at_sending_ends_the_subscription_and_is_not_tried_again(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    ann.chat.bot_status = acme.side.kicked  # its update was lost
    sent = len(acme.messenger.calls.of("sendMessage", chat_id=ann.chat.id))
    answer = await acme.answers(number, "Are you there?")
    told = await acme.agents_see(number, "Not delivered. The customer blocked the bot")
    assert told.reply_to is answer
    await acme.answers(number, "Really not?")
    await acme.messenger.until(
        lambda: len([m for m in acme.shown(number) if "Not delivered" in m.text]) == 2
    )
    assert len(acme.messenger.calls.of("sendMessage", chat_id=ann.chat.id)) == sent + 1
    ann.chat.bot_status = "member"
    screen = await acme.answer(acme.open(ann))
    assert labels_of(screen) == list(CONSENT)


async def test_a_deleted_account_is_told_to_the_agents(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    ann.delete_account()
    await acme.answers(number, "Are you there?")
    await acme.agents_see(number, f"Not delivered. {acme.side.account_deleted}")
    assert (await acme.ticket(number))["messages"][-1]["delivery"] == "failed"


async def test_request_renews_after_consent(acme: Acme) -> None:
    ann = await acme.subscriber()
    await stop(acme, ann)
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request))
    assert labels_of(screen) == list(CONSENT)
    assert (await acme.status_of(request))["status"] == "pending"
    await acme.press(screen, "Subscribe")
    assert (await acme.status_of(request))["status"] == "accepted"


async def test_a_renewed_subscription_is_the_same_subscriber(acme: Acme) -> None:
    ann = await acme.subscriber()
    first = await acme.number_told(ann.say("Shoes broke"))
    await stop(acme, ann)
    await acme.consent(ann)
    await acme.close(first)
    second = await acme.opens_ticket(ann, "Paid twice")
    customers = [(await acme.ticket(number))["customer"] for number in (first, second)]
    assert customers[0]["subscriber_id"] == customers[1]["subscriber_id"]


async def test_stop_without_a_subscription_says_so(acme: Acme) -> None:
    ann = acme.stranger()
    farewell = await acme.answer(ann.say("/stop"), "no subscription")
    assert farewell.labels == []


async def test_stop_works_in_the_middle_of_a_form(acme: Acme) -> None:
    ann = await acme.subscriber()
    menu = await acme.answer(acme.open(ann), "", *MENU)
    await acme.press(menu, "Create ticket")
    await stop(acme, ann)
    screen = await acme.answer(ann.say("Is this a ticket?"))
    assert labels_of(screen) == list(CONSENT)
    assert await acme.tickets_of(ann) == []


@pytest.mark.parametrize("label", ["Create ticket", "Active tickets", "Unsubscribe"])
async def test_old_buttons_of_who_left_lead_to_consent_or_to_nothing(
    acme: Acme, label: str
) -> None:
    ann = await acme.subscriber()
    menu = await acme.answer(acme.open(ann), "", *MENU)
    await stop(acme, ann)
    await acme.press(menu, label)
    if label == "Unsubscribe":
        assert "unsubscribed" in menu.text
    else:
        assert labels_of(menu) == list(CONSENT)


async def test_what_was_written_before_the_block_reaches_the_agents_and_stops_nobody_else(
    acme: Acme,
) -> None:
    ann, vera = await acme.subscriber("Ann"), await acme.subscriber("Vera")
    number = await acme.number_told(ann.say("Shoes broke"))
    acme.messenger.hold()
    for text in ("One", "Two", "Three"):
        ann.say(text)
    ann.block_bot()
    question = vera.say("Is anybody there?")
    acme.messenger.release()
    await acme.answers(await acme.number_told(question), "Yes")
    await acme.sees(vera, "Yes")
    await acme.agents_see(number, "The customer blocked the bot")
    assert await acme.texts(number) == ["Shoes broke", "One", "Two", "Three"]
    for text in ("One", "Two", "Three"):
        await acme.agents_see(number, text)
    assert labels_of(await acme.answer(acme.open(ann))) == list(CONSENT)
