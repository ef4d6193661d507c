"""What follows a row is picked in the transaction that ends it, and nothing is overlooked."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from bot import sender
from bot.outgoing.picking import Pick, Picker
from bot.playground.telegram import Group, Person
from storage import erasure, subscribers
from storage.model import Delivery, Message, SubscriberStatus, Ticket
from storage.outbox import LaneKey
from storage.transaction import Transaction
from tests.bot.mailroom import Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


async def test_what_comes_right_after_a_row_was_recorded_is_not_overlooked(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    write, late = mail.db.write, ["late"]

    async def then_more(operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        recorded = await write(operation, *args, **kwargs)
        if late and mail.texts(mail.topic())[-1] == "first":
            await mail.says(ticket, late.pop())
        return recorded

    monkeypatch.setattr(mail.db, "write", then_more)
    await mail.says(ticket, "first")
    await mail.sent()
    await mail.telegram.until(lambda: mail.texts(mail.topic())[1:] == ["first", "late"])


async def test_what_wakes_a_lane_is_picked_with_its_cause(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    looked: list[LaneKey] = []
    pick = Picker.pick

    async def watched(picker: Picker, lane: LaneKey) -> Pick:
        looked.append(lane)
        return await pick(picker, lane)

    monkeypatch.setattr(Picker, "pick", watched)
    await mail.says(ticket, "Hello?")
    await mail.sent()
    assert mail.texts(mail.topic())[-1] == "Hello?"
    assert looked == []


async def test_what_wakes_a_lane_and_could_not_be_seen_is_looked_for(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    read = Picker.read
    failed: list[LaneKey] = []

    def broken(self: Picker, tx: Transaction, lane: LaneKey, *about: Any) -> Pick:
        if not failed:
            failed.append(lane)
            raise ValueError("no such weather")
        return read(self, tx, lane, *about)

    monkeypatch.setattr(Picker, "read", broken)
    await mail.says(ticket, "Hello?")
    await mail.sent()
    assert failed == [LaneKey(mail.group.id)]
    assert mail.texts(mail.topic())[-1] == "Hello?"


@pytest.mark.parametrize("error", [sqlite3.OperationalError, ValueError])
async def test_a_row_is_recorded_as_sent_though_what_follows_it_cannot_be_read(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    read = Picker.read
    failed: list[object] = []

    def broken(self: Picker, tx: Transaction, *about: Any) -> Any:
        if len(failed) < 2 and mail.texts(mail.topic())[-1] == "first":
            failed.append(about)
            raise error("no such weather")
        return read(self, tx, *about)

    monkeypatch.setattr(Picker, "read", broken)
    await mail.says(ticket, "first")
    await mail.says(ticket, "second")
    await mail.sent()
    assert failed  # a batch that fails is run again: it has to fail there too
    assert mail.texts(mail.topic())[1:] == ["first", "second"]


async def waits_for_its_turn(mail: Mailroom, place: Group | Person) -> None:
    """Until what goes there is picked and waits for the pace."""
    chats = mail.messenger.pace._chats
    await mail.until(lambda _: place.id in chats and chats[place.id].waiters)


async def answered(mail: Mailroom) -> tuple[Ticket, Message]:
    """A ticket, and an answer to it that waits for its turn."""
    ticket = await mail.ticket()
    await mail.sent()
    mail.messenger.pace.pause(mail.ann.id, 0.5)
    answer, _ = await mail.answers(ticket, "Good day")
    await waits_for_its_turn(mail, mail.ann)
    return ticket, answer


async def test_what_waited_long_for_its_turn_is_looked_at_again(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FRESH", 0.1)
    await answered(mail)

    def rename(tx: Transaction) -> None:  # behind the back of all who would be told
        tx.run("UPDATE messages SET author_name = 'Robert' WHERE text = 'Good day'")

    await mail.db.write(rename)
    await mail.sent()
    assert "Robert" in mail.texts_to_ann()[-1]


async def test_an_answer_that_waited_for_its_turn_does_not_go_to_who_left_meanwhile(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FRESH", 60.0)  # however short the wait was
    _, answer = await answered(mail)
    ann = mail.chat_of(mail.ann)
    await mail.db.write(subscribers.unsubscribe, ann, SubscriberStatus.STOPPED)
    await mail.sent()
    found = await mail.message(answer)
    assert (found.delivery, found.delivery_error) == (Delivery.FAILED, "unsubscribed")
    assert "Good day" not in "\n".join(mail.texts_to_ann())


async def test_an_answer_that_was_erased_while_it_waited_for_its_turn_goes_to_nobody(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FRESH", 60.0)
    ticket, _ = await answered(mail)
    assert ticket.customer.subscriber_id is not None
    await mail.db.write(erasure.erase, ticket.project_id, ticket.customer.subscriber_id)
    await mail.sent()
    await mail.until(lambda _: not mail.sender._lanes)
    assert "Good day" not in "\n".join(mail.texts_to_ann())


async def test_a_ticket_that_was_erased_before_the_agents_had_it_does_not_come_to_them(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FRESH", 60.0)
    mail.messenger.pace.pause(mail.group.id, 0.5)
    mail.start()
    ticket = await mail.ticket("My secret words")
    await waits_for_its_turn(mail, mail.group)
    assert ticket.customer.subscriber_id is not None
    await mail.db.write(erasure.erase, ticket.project_id, ticket.customer.subscriber_id)
    await mail.until(lambda _: not mail.sender._lanes)
    assert mail.group.topics == {}
    assert mail.texts(mail.group) == []
