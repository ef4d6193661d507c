"""What the messenger took is recorded, or repeated once: crashes, full disks, the end, erasure."""

import asyncio
import sqlite3

import pytest

from bot.pace import Pace
from bot.playground.telegram import faults
from storage import erasure, tickets
from storage.model import Delivery, Message
from tests.bot.full_disk import FullDisk
from tests.bot.mailroom import Mailroom

pytestmark = pytest.mark.usefixtures("impatient")

LONG = "".join(f"word{number} " for number in range(1500))


async def answered(mail: Mailroom) -> Message:
    """An answer that waits for the sender to start."""
    ticket = await mail.ticket()
    await mail.sent()
    await mail.stop()
    answer, _ = await mail.answers(ticket, "Good day")
    return answer


async def test_what_was_sent_is_recorded_once_the_disk_has_room_and_not_sent_again(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await answered(mail)
    disk = FullDisk(mail.db, monkeypatch)
    mail.start()
    await mail.telegram.until(lambda: "Good day" in mail.texts_to_ann()[-1])
    await mail.until(lambda _: disk.failed > 3)
    assert (await mail.message(answer)).delivery is Delivery.PENDING
    disk.full = False
    await mail.sent()
    assert (await mail.message(answer)).delivery is Delivery.SENT
    assert sum("Good day" in text for text in mail.texts_to_ann()) == 1


async def test_one_message_at_most_is_in_doubt_while_nothing_can_be_recorded(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [mail.telegram.add_person(f"Customer {number}") for number in range(5)]
    all_tickets = [await mail.ticket(by=person) for person in people]
    await mail.sent()
    await mail.stop()
    for ticket in all_tickets:
        await mail.answers(ticket, "Good day")
    before = len(mail.telegram.calls.of("sendMessage"))
    mail.messenger.pace = Pace(everybody=None, chat=None, patience=0.5)
    disk = FullDisk(mail.db, monkeypatch)
    mail.start()
    now = asyncio.get_running_loop().time
    begun = now()
    await mail.until(lambda _: disk.failed and now() > begun + 1.5)
    assert len(mail.telegram.calls.of("sendMessage")) == before + 1
    disk.full = False
    await mail.sent()
    for person in people:
        assert sum("Good day" in message.text for message in person.chat.messages) == 1


async def test_one_message_or_topic_at_most_is_in_doubt_while_the_database_is_locked(
    mail: Mailroom,
) -> None:
    people = [mail.telegram.add_person(f"Customer {number}") for number in range(5)]
    answered = [await mail.ticket(by=person) for person in people]
    await mail.sent()
    await mail.stop()
    await mail.ticket("A new one", by=mail.ann)
    for ticket in answered:
        await mail.answers(ticket, "Good day")

    def made() -> int:
        calls = mail.telegram.calls
        return len(calls.of("sendMessage")) + len(calls.of("createForumTopic"))

    before = made()
    mail.messenger.pace = Pace(everybody=None, chat=None, patience=0.05)
    now = asyncio.get_running_loop().time
    locker = sqlite3.connect(mail.db.path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    mail.start()
    await mail.telegram.until(lambda: made() > before)
    begun = now()
    await mail.until(lambda _: now() > begun + 1)
    assert made() == before + 1
    locker.execute("ROLLBACK")
    locker.close()
    await mail.sent()
    for person in people:
        assert sum("Good day" in message.text for message in person.chat.messages) == 1


async def test_a_kill_between_two_pieces_repeats_neither(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    hang = mail.telegram.faults.add(
        faults.hang(), "sendMessage", when=lambda _, call: "word1499" in call["text"]
    )
    answer, _ = await mail.answers(ticket, LONG)
    await mail.telegram.until(lambda: hang.struck)
    await mail.kill()
    await mail.sent()
    said = " ".join(text.split("\n", 1)[-1] for text in mail.texts_to_ann()[1:])
    assert said.split() == LONG.split()
    assert (await mail.message(answer)).delivery is Delivery.SENT


async def test_a_kill_between_two_pieces_of_an_edit_repeats_neither(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    _, source = await mail.says(ticket, LONG)
    await mail.sent()
    shown = len(mail.texts(mail.topic()))
    hang = mail.telegram.faults.add(
        faults.hang(), "sendMessage", when=lambda _, call: "word1499" in call["text"]
    )
    await mail.edits(source, LONG + "!")
    await mail.telegram.until(lambda: hang.struck)
    await mail.kill()
    await mail.sent()
    said = " ".join(mail.texts(mail.topic())[shown:])
    assert said[said.index("word0") :].split() == (LONG + "!").split()


async def test_files_that_are_refused_are_named_and_the_text_before_them_comes_once(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    refused = faults.reject(400, "Bad Request: wrong file identifier/HTTP URL specified")
    mail.telegram.faults.add(refused, ("sendPhoto", "sendMediaGroup"), times=None)
    files = [mail.file("photo"), mail.file("photo"), mail.file("document", name="invoice.pdf")]
    await mail.says(ticket, LONG, files)
    await mail.says(ticket, "The end")
    await mail.sent()
    said = " ".join(mail.texts(mail.topic())[1:])
    assert said.split() == [
        *LONG.split(),
        "[photo]",
        "[photo]",
        "[document]",
        "invoice.pdf",
        "The",
        "end",
    ]


async def test_files_of_the_first_message_that_are_refused_are_named(mail: Mailroom) -> None:
    refused = faults.reject(400, "Bad Request: wrong file identifier/HTTP URL specified")
    mail.telegram.faults.add(refused, ("sendPhoto", "sendDocument"), times=None)
    await mail.ticket("Look", [mail.file("voice"), mail.file("document", name="invoice.pdf")])
    await mail.sent()
    card, *said = [m for m in mail.topic().messages if m.from_bot and not m.is_service]
    assert "Look" in card.text
    assert [(m.kind, m.text) for m in said] == [("voice", ""), ("text", "[document] invoice.pdf")]


async def test_the_end_waits_for_what_is_being_sent_and_records_it(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    slow = mail.telegram.faults.add(faults.delay(0.3), "sendMessage", chat_id=mail.ann.id)
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.answers(ticket, "One more thing")
    await mail.telegram.until(lambda: slow.struck)
    await mail.stop(5)
    assert (await mail.message(answer)).delivery is Delivery.SENT
    assert "One more thing" not in "\n".join(mail.texts_to_ann())
    await mail.sent()
    assert sum("Good day" in text for text in mail.texts_to_ann()) == 1
    assert "One more thing" in mail.texts_to_ann()[-1]


async def test_the_end_waits_until_a_refusal_is_recorded(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await answered(mail)
    blocked = faults.reject(403, "Forbidden: bot was blocked by the user")
    mail.telegram.faults.add(blocked, "sendMessage", chat_id=mail.ann.id)
    disk = FullDisk(mail.db, monkeypatch)
    mail.start()
    await mail.until(lambda _: disk.failed)
    end = asyncio.create_task(mail.stop(5))
    before = disk.failed
    await mail.until(lambda _: disk.failed > before + 1)
    disk.full = False
    await end
    assert (await mail.message(answer)).delivery is Delivery.FAILED


async def test_the_end_does_not_wait_for_ever(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    hang = mail.telegram.faults.add(faults.hang(), "sendMessage", chat_id=mail.ann.id)
    answer, _ = await mail.answers(ticket, "Good day")
    await mail.telegram.until(lambda: hang.struck)
    async with asyncio.timeout(3):
        await mail.stop(0.1)
    assert (await mail.message(answer)).delivery is Delivery.PENDING
    await mail.sent()
    assert (await mail.message(answer)).delivery is Delivery.SENT


async def test_an_erasure_leaves_nothing_behind_of_what_was_on_its_way(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    assert ticket.customer.subscriber_id is not None
    slow = mail.telegram.faults.add(faults.delay(0.3), "sendMessage", chat_id=mail.ann.id)
    await mail.answers(ticket, "Good day")
    await mail.answers(ticket, "One more thing")
    await mail.telegram.until(lambda: slow.struck)
    await mail.db.write(erasure.erase, ticket.project_id, ticket.customer.subscriber_id)
    await mail.sent()
    await mail.stop(5)
    tables = ("message_copies", "message_sources", "outbox", "subscribers", "inbox", "dialogs")
    union = " UNION ALL ".join(f"SELECT chat_id FROM {table}" for table in tables)
    left = await mail.db.read(lambda tx: tx.all(f"{union} ORDER BY chat_id"))
    assert mail.ann.id not in [row["chat_id"] for row in left]
    assert "One more thing" not in "\n".join(mail.texts_to_ann())
    assert len(mail.group.topics) == 1
    await mail.db.read(tickets.get, ticket.project_id, ticket.id)
