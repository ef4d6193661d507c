"""One customer can't take the agents' chat from the others, and loses nothing for trying."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.playground.telegram import TelegramStandIn
from storage import notices, tickets
from storage.model import Status, Ticket
from storage.outbox import Kind
from tests.bot.mailroom import Clock, Mailroom

pytestmark = pytest.mark.usefixtures("impatient")

WINDOW, SECONDS = 8, 4.0
SHARE = 6
"""Three quarters of the window."""
LONG = "x" * 3500
"""Two such texts fit into no message, so that none is merged."""


@pytest.fixture
async def messenger(telegram: TelegramStandIn) -> AsyncIterator[Messenger]:
    limits = {"group": (WINDOW, SECONDS)}
    ready = build(telegram.token, telegram.url, limits)  # type: ignore[arg-type]
    yield ready
    await ready.bot.session.close()


async def flood(mail: Mailroom, ticket: Ticket, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        await mail.says(ticket, f"line {number:02} {LONG}")


def lines(texts: list[str]) -> list[str]:
    return re.findall(r"line \d\d", "\n".join(texts))


def order(mail: Mailroom) -> list[str]:
    """Whose topic each message of the bot to the group went to, by its number."""
    said = [m for m in mail.group.messages if m.from_bot and not m.is_service]
    return [m.topic.name.split()[0] if m.topic else "" for m in said]


async def test_another_customers_ticket_goes_before_what_is_beyond_the_share_of_a_flood(
    mail: Mailroom,
) -> None:
    cara = mail.telegram.add_person("Cara")
    ticket = await mail.ticket("Begin")
    await flood(mail, ticket, 14)
    await mail.ticket("Help", by=cara)
    await mail.sent()
    assert order(mail).index("#2") == SHARE
    assert lines(mail.texts(mail.topic(1))) == [f"line {number:02}" for number in range(14)]
    assert {row["status"] for row in await mail.rows()} == {"sent"}


async def test_a_flood_in_several_tickets_of_one_customer_is_one_flood(mail: Mailroom) -> None:
    cara = mail.telegram.add_person("Cara")
    mine = [await mail.ticket(f"Begin {number}") for number in range(3)]
    for number in range(9):
        await flood(mail, mine[number % 3], 1, first=number)
    await mail.ticket("Help", by=cara)
    await mail.sent()
    assert order(mail).index("#4") <= SHARE
    for number in range(3):
        said = lines(mail.texts(mail.topic(number + 1)))
        assert said == [f"line {each:02}" for each in range(number, 9, 3)]


async def test_the_share_is_known_after_a_restart(mail: Mailroom) -> None:
    cara = mail.telegram.add_person("Cara")
    ticket = await mail.ticket("Begin")
    await flood(mail, ticket, 10)
    mail.start()
    await mail.telegram.until(lambda: len(order(mail)) == SHARE)
    await mail.kill()
    await mail.ticket("Help", by=cara)
    await mail.sent()
    assert order(mail).index("#2") <= SHARE + 1  # a kill may repeat one
    assert sorted(set(lines(mail.texts(mail.topic(1))))) == [f"line {n:02}" for n in range(10)]


async def test_what_makes_no_message_goes_on_in_a_flooded_ticket(mail: Mailroom) -> None:
    ticket = await mail.ticket("Begin")
    await flood(mail, ticket, 10)
    mail.start()
    await mail.telegram.until(lambda: len(order(mail)) == SHARE)
    _, source = await mail.answers(ticket, "One at a time, please")
    await mail.db.write(tickets.set_status, ticket.project_id, ticket.id, Status.CLOSED)
    answer = mail.group.by_id[source.native_ids[0]]
    await mail.telegram.until(lambda: answer.reactions)
    await mail.telegram.until(lambda: "Status: closed" in mail.texts(mail.topic())[0])
    assert len(await mail.rows(kind=Kind.MESSAGE, status="pending")) > 1
    await mail.sent()


async def test_a_clock_that_is_put_back_holds_nobody_for_longer(
    mail: Mailroom, clock: Clock
) -> None:
    ticket = await mail.ticket("Begin")
    await flood(mail, ticket, 10)
    mail.start()
    await mail.telegram.until(lambda: len(order(mail)) == SHARE)
    clock.advance(timedelta(hours=-1))
    await mail.sent()
    assert len(lines(mail.texts(mail.topic()))) == 10


async def test_a_group_without_a_limit_has_no_shares(mail: Mailroom) -> None:
    mail.messenger = build(mail.telegram.token, mail.telegram.url, {})
    mail.sender = mail.new_sender()
    ticket = await mail.ticket("Begin")
    await flood(mail, ticket, 20)
    await mail.db.write(notices.notify_agents, await mail.project(), None, "agents_help")
    await mail.sent()
    assert len(lines(mail.texts(mail.topic()))) == 20
    await mail.messenger.bot.session.close()
