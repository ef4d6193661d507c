"""The card's buttons: what they do, and for whom."""

import pytest

from bot.agents.card import Action, CardButton
from bot.playground.telegram import Message, Topic
from storage.model import Priority, Status, Ticket
from storage.outbox import Kind
from tests.bot.agents.office import Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


@pytest.fixture
def card(topic: Topic) -> Message:
    return topic.messages[-1]


async def test_take_assigns_and_anyone_can_take_again(
    office: Office, ticket: Ticket, card: Message
) -> None:
    press = await office.press(office.anna, card, "Take")
    assert press.text
    assert not press.alert
    now = await office.now(ticket)
    assert (now.assigned_name, now.status) == ("Anna", Status.IN_PROGRESS)
    assert len(await office.to_agents(Kind.CARD)) == 1
    await office.press(office.boris, card, "Take")
    assert (await office.now(ticket)).assigned_name == "Boris"


async def test_close_then_reopen(office: Office, ticket: Ticket, card: Message) -> None:
    await office.press(office.anna, card, "Close")
    assert (await office.now(ticket)).status is Status.CLOSED
    asked = await office.to_customer(Kind.NOTICE)
    assert [row.payload["buttons"] for row in asked] == ["rating"]
    await office.show_card(await office.now(ticket), card)
    assert "Close" not in card.labels
    await office.press(office.anna, card, "Reopen")
    assert (await office.now(ticket)).status is Status.NEW


async def test_pressed_twice_changes_once(office: Office, ticket: Ticket, card: Message) -> None:
    for label in ("Close", "Take"):
        office.anna.press(card, label)
        await office.handle(times=2)
    assert len(await office.to_customer(Kind.NOTICE)) == 1
    assert len(await office.to_agents(Kind.CARD)) == 2


async def test_priority_is_chosen_in_place(office: Office, ticket: Ticket, card: Message) -> None:
    buttons = card.buttons
    await office.press(office.anna, card, "Priority")
    assert card.labels == ["Low", "● Normal", "High", "Urgent", "Back"]
    await office.press(office.anna, card, "Back")
    assert card.buttons == buttons
    await office.press(office.anna, card, "Priority")
    press = await office.press(office.boris, card, "Urgent")
    assert press.text == "Urgent"
    assert (await office.now(ticket)).priority is Priority.URGENT
    assert card.buttons == buttons
    assert len(await office.to_agents(Kind.CARD)) == 1


async def test_same_priority_again_brings_the_buttons_back(
    office: Office, ticket: Ticket, card: Message
) -> None:
    buttons = card.buttons
    await office.press(office.anna, card, "Priority")
    await office.press(office.anna, card, "Normal")
    assert card.buttons == buttons
    assert await office.to_agents(Kind.CARD) == []


async def test_keyboard_that_is_there_already_is_no_failure(office: Office, card: Message) -> None:
    for _ in range(2):
        office.anna.press(card, "Priority")
    await office.handle()
    assert "Back" in card.labels


async def test_press_from_before_a_long_absence_still_counts(
    office: Office, ticket: Ticket, card: Message
) -> None:
    for label in ("Take", "Priority"):
        office.anna.press(card, label).expire()
    await office.handle()
    assert (await office.now(ticket)).assigned_name == "Anna"
    assert "Back" in card.labels


async def test_priority_buttons_of_a_card_too_old_to_edit_still_answer(
    office: Office, ticket: Ticket, card: Message
) -> None:
    press = office.anna.press(card, "Priority", inaccessible=True)
    await office.handle()
    assert not (await press.answered()).alert


async def test_card_of_another_projects_ticket_is_refused(
    office: Office, ticket: Ticket, card: Message
) -> None:
    await office.relink("other")
    for label in ("Take", "Close", "Priority"):
        press = await office.press(office.anna, card, label)
        assert press.alert
        assert press.text
    assert await office.now(ticket) == ticket


async def test_card_in_a_chat_that_serves_nobody_is_refused(
    office: Office, ticket: Ticket, card: Message
) -> None:
    stranger = office.telegram.add_group("Somewhere else", members=[office.anna])
    sent = await office.messenger.bot.send_message(
        stranger.id, "A card", reply_markup=await office.keyboard(ticket)
    )
    press = await office.press(office.anna, stranger.by_id[sent.message_id], "Close")
    assert press.alert
    assert await office.now(ticket) == ticket


async def test_who_is_not_in_the_group_is_refused(
    office: Office, ticket: Ticket, card: Message
) -> None:
    clara = office.telegram.add_person("Clara")
    assert (await office.press(clara, card, "Take")).alert
    office.anna.say("// hello", topic=card.topic)
    office.group.remove(office.anna)
    assert (await office.press(office.anna, card, "Take")).alert
    assert (await office.now(ticket)).assigned_to is None


async def test_unreadable_data_is_refused(office: Office, ticket: Ticket, card: Message) -> None:
    assert card.markup is not None
    card.markup["inline_keyboard"][0][0]["callback_data"] = "card:take:nonsense"
    assert (await office.press(office.anna, card, "Take")).alert


def test_data_of_every_button_fits_into_what_telegram_allows(ticket: Ticket) -> None:
    for action in Action:
        assert len(CardButton(action=action, ticket=ticket.id).pack().encode()) <= 64
