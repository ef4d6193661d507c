"""The sender: in order, patient, honest, and not to be stopped by a row that cannot be sent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bot.playground.telegram import faults
from storage import outbox, subscribers, tickets
from storage.errors import Unavailable
from storage.model import Channel, Chat, Delivery, NewAttachment, Status, SubscriberStatus
from storage.outbox import Audience, Kind, OutboxRow
from storage.transaction import Transaction
from tests.bot.mailroom import Clock, Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


async def test_an_answer_of_somebody_without_a_visible_name_is_signed_with_the_projects(
    mail: Mailroom,
) -> None:
    mail.bob.first_name = "\u3164"
    await mail.answers(await mail.ticket(), "Good day")
    await mail.sent()
    name = (await mail.project()).name
    assert mail.texts_to_ann()[-1] == f"#1 · {name}:\nGood day"


# --- passing errors -------------------------------------------------------------------------------


async def test_an_answer_counts_as_sent_once_the_messenger_took_it_and_not_before(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    refusal = mail.telegram.faults.add(
        faults.status(502), "sendMessage", chat_id=mail.ann.id, times=None
    )
    answer, source = await mail.answers(ticket, "Good day")
    question = mail.group.by_id[source.native_ids[0]]
    await mail.telegram.until(lambda: refusal.struck >= 2)
    assert (await mail.message(answer)).delivery is Delivery.PENDING
    assert question.reactions == {}
    mail.telegram.faults.clear()
    await mail.sent()
    assert (await mail.message(answer)).delivery is Delivery.SENT
    assert question.reactions


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(500),
        faults.status(502),
        faults.status(200, "this is no JSON"),
        faults.cut_before(),
        faults.too_many_requests(1),
        faults.reject(401, "Unauthorized"),
    ],
    ids=lambda fault: f"{fault.name} {fault.status}",
)
async def test_a_passing_error_delays_an_answer_and_neither_loses_nor_repeats_it(
    mail: Mailroom, fault: faults.Fault
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.telegram.faults.add(fault, "sendMessage", chat_id=mail.ann.id, times=2)
    await mail.answers(ticket, "Good day")
    await mail.answers(ticket, "One more thing")
    await mail.sent()
    said = [text.splitlines()[-1] for text in mail.texts_to_ann()]
    assert said[-2:] == ["Good day", "One more thing"]
    assert said.count("Good day") == 1


async def test_what_waits_for_one_chat_holds_up_no_other(mail: Mailroom) -> None:
    cara = mail.telegram.add_person("Cara")
    ticket, other = await mail.ticket(), await mail.ticket(by=cara)
    await mail.sent()
    mail.telegram.faults.add(
        faults.too_many_requests(600), "sendMessage", chat_id=mail.ann.id, times=None
    )
    await mail.answers(ticket, "To Ann")
    await mail.answers(other, "To Cara")
    await mail.telegram.until(lambda: "To Cara" in cara.chat.messages[-1].text)
    await mail.until(lambda tx: tx.one("SELECT 1 FROM outbox WHERE error LIKE '%Flood%'"))
    (row,) = await mail.rows(status="pending", chat_id=mail.ann.id)
    assert row["due_at"] - row["created_at"] >= 600_000  # what the messenger asked for


async def test_a_row_is_given_up_after_24_hours_by_the_clock_and_the_agents_are_told(
    mail: Mailroom, clock: Clock
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    limit = mail.telegram.faults.add(
        faults.too_many_requests(1), "sendMessage", chat_id=mail.ann.id, times=None
    )
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.telegram.until(lambda: limit.struck)
    clock.advance(timedelta(hours=23, minutes=59))
    before = limit.struck
    await mail.telegram.until(lambda: limit.struck > before + 1, timeout=60)
    assert (await mail.message(answer)).delivery is Delivery.PENDING
    clock.advance(timedelta(minutes=2))
    await mail.sent()
    found = await mail.message(answer)
    assert (found.delivery, found.delivery_error) == (Delivery.FAILED, "expired")
    assert "did not take it for 24 hours" in mail.texts(mail.topic())[-1]


async def test_a_row_that_waited_while_the_desk_was_off_is_not_given_up_at_the_first_failure(
    mail: Mailroom, clock: Clock
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    await mail.stop()
    answer, _ = await mail.answers(ticket, "Good day")
    clock.advance(timedelta(hours=30))
    mail.telegram.faults.add(faults.status(502), "sendMessage", chat_id=mail.ann.id)
    await mail.sent()
    assert (await mail.message(answer)).delivery is Delivery.SENT


# --- final errors ---------------------------------------------------------------------------------


async def test_who_blocked_the_bot_is_not_written_to_again_and_the_agents_are_told(
    mail: Mailroom,
) -> None:
    ticket, other = await mail.ticket(), await mail.ticket()
    await mail.sent()
    mail.ann.block_bot()
    answer, source = await mail.answers(ticket, "Good day")
    await mail.sent()
    found = await mail.message(answer)
    assert (found.delivery, found.delivery_error) == (Delivery.FAILED, "blocked")
    told = mail.topic(ticket.ticket_number).messages[-1]
    assert "The customer blocked the bot" in told.text
    assert told.reply_to is mail.group.by_id[source.native_ids[0]]
    assert "blocked the bot" in mail.texts(mail.topic(other.ticket_number))[-1]
    assert mail.group.by_id[source.native_ids[0]].reactions == {}
    calls = len(mail.telegram.calls.of("sendMessage", chat_id=mail.ann.id))
    answer, _ = await mail.answers(ticket, "Hello?")
    await mail.sent()
    assert (await mail.message(answer)).delivery_error == "blocked"
    assert len(mail.telegram.calls.of("sendMessage", chat_id=mail.ann.id)) == calls


async def test_agents_learn_of_a_block_from_a_refused_notice_too(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.ann.block_bot()
    await mail.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)
    await mail.db.write(tickets.reopen, ticket.project_id, ticket.id)
    await mail.sent()
    assert "blocked the bot" in mail.texts(mail.topic())[-1]


@pytest.mark.parametrize(
    ("refusal", "name"),
    [
        (faults.reject(403, "Forbidden: user is deactivated"), "deactivated"),
        (faults.reject(400, "Bad Request: chat not found"), "chat_not_found"),
        (faults.reject(400, "Bad Request: something new"), "rejected"),
        (faults.reject(413, "Request Entity Too Large"), "rejected"),
    ],
)
async def test_a_final_refusal_is_recorded_with_its_reason_and_not_tried_again(
    mail: Mailroom, refusal: faults.Fault, name: str
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    rule = mail.telegram.faults.add(refusal, "sendMessage", chat_id=mail.ann.id, times=None)
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.sent()
    found = await mail.message(answer)
    assert (found.delivery, found.delivery_error) == (Delivery.FAILED, name)
    assert rule.struck == 1
    assert "Not delivered" in mail.texts(mail.topic())[-1]


async def test_an_old_row_of_a_block_does_not_end_a_newer_subscription(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    await mail.stop()
    answer, _ = await mail.answers(ticket, "Good day")
    chat = mail.chat_of(mail.ann)
    await mail.db.write(subscribers.unsubscribe, chat, SubscriberStatus.BLOCKED)
    other = await mail.other_project("second")
    renewed = await mail.subscribe(mail.ann, other)
    await mail.sent()
    assert (await mail.message(answer)).delivery_error == "blocked"
    still = await mail.db.read(subscribers.get, other.id, renewed.id)
    assert still.status is SubscriberStatus.ACTIVE


async def test_an_answer_to_who_unsubscribed_meanwhile_fails_and_the_agents_are_told(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    await mail.stop()
    answer, _ = await mail.answers(ticket, "Good day")
    chat = mail.chat_of(mail.ann)
    await mail.db.write(subscribers.unsubscribe, chat, SubscriberStatus.STOPPED)
    await mail.sent()
    assert (await mail.message(answer)).delivery_error == "unsubscribed"
    assert "Good day" not in "\n".join(mail.texts_to_ann())
    assert "The customer unsubscribed" in "\n".join(mail.texts(mail.topic()))


# --- what nobody expects --------------------------------------------------------------------------


async def test_a_row_that_our_code_fails_on_does_not_hold_up_its_chat_for_ever(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    payload = {"text": "no such text", "values": {}}
    project, chat = ticket.project_id, mail.chat_of(mail.ann)
    await mail.db.write(
        outbox.put, project, chat, Audience.CUSTOMER, Kind.NOTICE,
        ticket_id=ticket.id, payload=payload,
    )  # fmt: skip
    await mail.answers(ticket, "Good day")
    await mail.sent()
    assert "Good day" in mail.texts_to_ann()[-1]
    (row,) = await mail.rows(status="failed")
    assert row["error"] == "rejected"


async def test_a_chat_whose_lane_stumbled_is_served_all_the_same(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    pending, failures = outbox.pending, [RuntimeError("surprise"), Unavailable(), RuntimeError()]

    def failing(tx: Transaction, chat: Chat, limit: int, *, marks: bool) -> list[OutboxRow]:
        if failures:
            raise failures.pop()
        return pending(tx, chat, limit, marks=marks)

    monkeypatch.setattr(outbox, "pending", failing)
    await mail.answers(ticket, "Good day")
    await mail.sent()
    assert failures == []
    assert "Good day" in mail.texts_to_ann()[-1]


async def test_an_answer_in_words_that_nobody_can_read_is_not_asked_for_again_and_again(
    mail: Mailroom,
) -> None:
    """The messenger did make the message: each further try would make one more."""
    ticket = await mail.ticket()
    await mail.sent()
    odd = faults.status(200, '{"ok": true, "result": {"message_id": "new and strange"}}')
    rule = mail.telegram.faults.add(odd, "sendMessage", chat_id=mail.ann.id, times=None)
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.sent()
    assert (await mail.message(answer)).delivery_error == "rejected"
    assert rule.struck < 20


async def test_an_answer_is_sent_where_only_the_number_in_what_is_told_of_it_can_be_read(
    mail: Mailroom,
) -> None:
    """What is strange beside the number repeats no message."""
    ticket = await mail.ticket()
    await mail.sent()
    odd = faults.status(200, '{"ok": true, "result": {"message_id": 777, "chat": "strange"}}')
    rule = mail.telegram.faults.add(odd, "sendMessage", chat_id=mail.ann.id, times=None)
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.sent()
    assert (await mail.message(answer)).delivery is Delivery.SENT
    assert rule.struck == 1


async def test_rows_of_an_unknown_ticket_end(mail: Mailroom) -> None:
    project, chat = (await mail.project()).id, mail.chat_of(mail.group)
    for kind in set(Kind) - {Kind.MARK}:  # a mark tells nothing of the ticket
        await mail.db.write(outbox.put, project, chat, Audience.AGENTS, kind, ticket_id=uuid4())
    await mail.sent()
    assert {row["error"] for row in await mail.rows(status="failed")} == {"erased"}
    assert mail.texts(mail.group) == []


async def test_a_file_that_cannot_be_had_is_named_to_agents_and_told_of_to_the_author(
    mail: Mailroom,
) -> None:
    lost = NewAttachment("document", Channel.MAX, "x", file_name="invoice.pdf")
    ticket = await mail.ticket("Look", [lost])
    answer, _ = await mail.answers(ticket, "Here you are", [lost])
    await mail.sent()
    assert (await mail.message(answer)).delivery_error == "rejected"
    assert "[document] invoice.pdf" in mail.texts(mail.topic())
    assert "The messenger refused the message" in mail.texts(mail.topic())[-1]
