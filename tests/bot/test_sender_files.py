"""A file that its messenger does not give out now is waited for, and nobody waits with it."""

from datetime import timedelta

import pytest
from aiogram import Bot
from aiogram.types import BufferedInputFile, InputFile

from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import FileDelayed
from bot.outgoing.picking import Picker
from bot.playground.telegram import Topic, faults
from bot.sender import Sender
from storage import outbox
from storage.model import Attachment, Channel, NewAttachment
from storage.outbox import LaneKey
from tests.bot.mailroom import Clock, Mailroom

PHOTO = NewAttachment("photo", Channel.MAX, "lamp")


class Host:
    """Where files are: away until it is told to be back."""

    def __init__(self) -> None:
        self.away = True
        self.asked = 0

    async def for_channel(self, attachment: Attachment, bot: Bot) -> str | InputFile:
        self.asked += 1
        if self.away:
            raise FileDelayed("The messenger cannot be reached.")
        return BufferedInputFile(b"photo", attachment.file_id)


@pytest.fixture
def host(mail: Mailroom) -> Host:
    host = Host()
    mail.sender = Sender(Outlet(mail.db, mail.messenger, host))
    return host


def kinds(topic: Topic) -> list[str]:
    return [message.kind for message in topic.messages if not message.is_service]


async def tried(mail: Mailroom, times: int) -> None:
    """Wait until a row was postponed so often."""
    await mail.until(lambda tx: tx.one("SELECT 1 FROM outbox WHERE attempts >= :n", n=times))


async def test_a_file_that_is_away_holds_up_its_own_ticket_alone(
    mail: Mailroom, host: Host
) -> None:
    ann = await mail.ticket("My lamp", [PHOTO])
    await mail.says(ann, "It is broken")
    cara = mail.telegram.add_person("Cara")
    await mail.ticket("My bike", by=cara)
    await mail.says(ann, "Hello?")
    mail.start()
    await tried(mail, 2)
    assert kinds(mail.topic(2)) == ["text"]
    assert kinds(mail.topic(1)) == ["text"]
    host.away = False
    await mail.sent()
    assert kinds(mail.topic(1)) == ["text", "photo", "text", "text"]
    assert mail.texts(mail.topic(1))[2:] == ["It is broken", "Hello?"]
    assert {row["status"] for row in await mail.rows()} == {"sent"}


async def test_a_file_that_the_agents_messenger_fails_on_holds_up_its_own_ticket_alone(
    mail: Mailroom, host: Host
) -> None:
    host.away = False
    mail.telegram.faults.add(faults.reject(500, "Internal Server Error"), "sendPhoto", times=2)
    ann = await mail.ticket("My lamp", [PHOTO])
    await mail.says(ann, "Hello?")
    cara = mail.telegram.add_person("Cara")
    await mail.ticket("My bike", by=cara)
    mail.start()
    await tried(mail, 2)
    assert kinds(mail.topic(2)) == ["text"]
    await mail.sent()
    assert kinds(mail.topic(1)) == ["text", "photo", "text"]


async def test_a_ticket_is_aside_for_its_time_whatever_becomes_of_the_clock(
    mail: Mailroom, clock: Clock
) -> None:
    ticket = await mail.ticket("My lamp", [PHOTO])
    (row,) = await mail.db.read(outbox.pending, mail.chat_of(mail.group))
    for moved, aside in ((29, {ticket.id}), (31, set()), (-3600, set())):
        picker = Picker(mail.sender.outlet, {})
        picker.put_aside(row, 30)
        clock.advance(timedelta(seconds=moved))
        assert picker.terms(row.lane).aside.keys() == aside
        assert picker.terms(LaneKey(row.chat.id, marks=True)).aside == {}


async def test_what_comes_while_only_such_files_wait_is_sent_at_once(
    mail: Mailroom, host: Host
) -> None:
    await mail.ticket("My lamp", [PHOTO])
    mail.start()
    await tried(mail, 1)
    asked = host.asked
    cara = mail.telegram.add_person("Cara")
    await mail.ticket("My bike", by=cara)
    await mail.telegram.until(lambda: mail.group.topic("#2 "))
    assert host.asked == asked
    host.away = False
    await mail.sent()
    assert kinds(mail.topic(1)) == ["text", "photo"]
