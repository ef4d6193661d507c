"""An agents' chat that falls behind gets few messages that carry everything; answers go first."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.playground.telegram import TelegramStandIn
from bot.turn import Turn
from storage import message_map, notices, tickets
from storage.model import Status, Ticket
from storage.outbox import Audience, Kind
from tests.bot.mailroom import Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
async def messenger(
    telegram: TelegramStandIn, request: pytest.FixtureRequest
) -> AsyncIterator[Messenger]:
    """Eight messages in four seconds in a group: with half of them made, it falls behind."""
    limits = {"group": (8, getattr(request, "param", 4.0))}
    ready = build(telegram.token, telegram.url, limits)  # type: ignore[arg-type]
    yield ready
    await ready.bot.session.close()


def lines(texts: list[str]) -> list[str]:
    return re.findall(r"line \d\d", "\n".join(texts))


LINES = [f"line {number:02}" for number in range(30)]


async def test_what_waits_comes_in_few_messages_in_order_and_whole(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    for line in LINES:
        await mail.says(ticket, line)
    await mail.sent()
    _, *said = mail.texts(mail.topic())
    assert lines(said) == LINES
    assert len(said) <= 2
    statuses = {row["status"] for row in await mail.rows(kind=Kind.MESSAGE)}
    assert statuses == {"sent", "merged"}


async def test_what_comes_while_a_message_waits_for_its_turn_is_merged_into_it(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    pace, asked = mail.messenger.pace, asyncio.Event()
    somebody = await pace.turn(mail.group.id, group=True, priority=0)
    take = pace.turn

    async def heard(chat_id: int, *, group: bool, priority: int) -> Turn:
        asked.set()
        return await take(chat_id, group=group, priority=priority)

    monkeypatch.setattr(pace, "turn", heard)
    await mail.says(ticket, LINES[0])
    await asked.wait()
    for line in LINES[1:]:
        await mail.says(ticket, line)
    somebody.void()
    await mail.sent()
    _, *said = mail.texts(mail.topic())
    assert lines(said) == LINES
    assert len(said) == 1


async def test_a_card_carries_what_came_after_it(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    for line in LINES:
        await mail.says(ticket, line)
    await mail.sent()
    (card,) = mail.texts(mail.topic())
    assert lines([card]) == LINES


async def test_merging_goes_ticket_by_ticket(mail: Mailroom) -> None:
    cara = mail.telegram.add_person("Cara")
    ticket, other = await mail.ticket("Begin"), await mail.ticket("Begin too", by=cara)
    await mail.sent()
    await mail.stop()
    for number, line in enumerate(LINES):
        await mail.says((ticket, other)[number % 2], line)
    await mail.sent()
    assert lines(mail.texts(mail.topic(1))) == LINES[0::2]
    assert lines(mail.texts(mail.topic(2))) == LINES[1::2]


async def test_files_are_not_overtaken_by_the_words_behind_them(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    for line in LINES[:5]:
        await mail.says(ticket, line)
    await mail.says(ticket, LINES[5], [mail.file()])
    for line in LINES[6:10]:
        await mail.says(ticket, line)
    await mail.sent()
    assert lines(mail.texts(mail.topic())) == LINES[:10]


async def test_a_card_made_anew_does_not_overtake_the_message_it_is_made_for(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    mail.group.delete_topic(mail.topic())
    for line in LINES:
        await mail.says(ticket, line)
    await mail.sent()
    assert lines(mail.texts(mail.topic())) == LINES


async def notice(mail: Mailroom, ticket: Ticket) -> None:
    """Words of the desk in a ticket."""
    project = await mail.project()
    await mail.db.write(notices.notify_agents, project, ticket.id, "customer_unsubscribed")


async def test_words_of_the_desk_stay_when_the_card_is_brought_up_to_date(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.says(ticket, LINES[0])
    await notice(mail, ticket)
    for line in LINES[1:]:
        await mail.says(ticket, line)
    await mail.sent()
    await mail.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)
    await mail.sent()
    texts = mail.texts(mail.topic())
    assert "closed" in texts[0]
    assert lines(texts) == LINES
    assert "\n".join(texts).count("unsubscribed") == 1


async def test_words_of_the_desk_stay_when_a_message_beside_them_is_edited(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    _, source = await mail.says(ticket, LINES[0])
    await notice(mail, ticket)
    for line in LINES[1:]:
        await mail.says(ticket, line)
    await mail.sent()
    await mail.edits(source, "another line")
    await mail.sent()
    texts = mail.texts(mail.topic())
    assert lines(texts) == LINES
    assert "\n".join(texts).count("unsubscribed") == 1
    assert "another line" in texts[-1]


async def test_an_edit_of_one_merged_message_keeps_the_others(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    sources = [(await mail.says(ticket, line))[1] for line in LINES]
    await mail.sent()
    made = len(mail.texts(mail.topic()))
    await mail.edits(sources[3], "another line")
    await mail.sent()
    texts = mail.texts(mail.topic())
    assert len(texts) == made
    assert lines(texts) == LINES
    assert "another line" in "\n".join(texts)


async def test_a_reply_to_a_merged_message_finds_its_ticket(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    for line in LINES:
        await mail.says(ticket, line)
    await mail.sent()
    chat = mail.chat_of(mail.group)
    for shown in mail.topic().messages:
        if shown.from_bot and not shown.is_service:
            assert await mail.db.read(message_map.ticket_of, chat, shown.id) == ticket.id


async def test_with_room_every_message_stands_alone(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    for line in LINES[:2]:
        await mail.says(ticket, line)
        await mail.sent()
    assert mail.texts(mail.topic())[1:] == LINES[:2]


@pytest.mark.parametrize("messenger", [600.0], indirect=True)
async def test_with_little_room_left_few_messages_go_though_all_would_fit(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    for line in LINES[:4]:
        await mail.says(ticket, line)
        await mail.sent()
    await mail.stop()
    for line in LINES[4:6]:
        await mail.says(ticket, line)
    await mail.sent()
    _, *said = mail.texts(mail.topic())
    assert lines(said) == LINES[:6]
    assert len(said) == 5


async def test_many_notices_for_a_customer_become_the_last_of_them(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    sources = [(await mail.says(ticket, "More"))[1] for _ in range(5)]
    for source in sources:
        await mail.tell(ticket, "added_to_ticket", reply_to=source.native_ids[0], number=1)
    await mail.sent()
    confirmations = [m for m in mail.to_ann() if "Added" in m.text]
    assert len(confirmations) == 1
    assert confirmations[0].reply_to is not None
    assert confirmations[0].reply_to.id == sources[-1].native_ids[0]
    rows = await mail.rows(audience=Audience.CUSTOMER, kind=Kind.NOTICE)
    assert [row["status"] for row in rows[1:]] == ["merged"] * 4 + ["sent"]


async def test_answers_go_before_what_waits_for_the_agents(
    mail: Mailroom, telegram: TelegramStandIn
) -> None:
    """Both wait for the one limit that all share."""
    busy = build(telegram.token, telegram.url, {"all": (1, 0.3)})
    room = Mailroom(mail.db, telegram, busy, mail.group)
    ticket = await mail.ticket("Begin")
    await mail.sent()
    await mail.stop()
    for number in range(5):
        await mail.ticket(f"Ticket {number}")
    await mail.answers(ticket, "Good day")
    before = len(telegram.calls.of("sendMessage"))
    room.start()
    await telegram.until(lambda: "Good day" in mail.texts_to_ann()[-1])
    made = telegram.calls.of("sendMessage")[before:]
    # The five confirmations and the answer; of the agents' cards only what went before they came.
    assert sum(call.chat_id == mail.group.id for call in made) <= 2
    await room.stop()
    await busy.bot.session.close()
