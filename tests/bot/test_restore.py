"""A restart forgets nothing that the messenger counts: what was sent before, recorded or not."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.restore import restore_pace
from storage import inbox, notices
from storage.model import Channel
from storage.transaction import Transaction
from tests.bot.mailroom import Clock, Mailroom

GROUP, CHAT = 20, 10
"""Messages in a minute in the agents' group, and in a customer's chat."""


@pytest.fixture
async def restarted() -> AsyncIterator[Messenger]:
    """The messenger of the next process."""
    limits = {"group": (GROUP, 60.0), "chat": (CHAT, 60.0)}
    messenger = build("42:TEST", "http://127.0.0.1:1", limits)  # type: ignore[arg-type]
    yield messenger
    await messenger.bot.session.close()


async def room_left(mail: Mailroom, restarted: Messenger) -> tuple[float, float]:
    """How many messages the group and Ann's chat could take at once."""
    await restore_pace(mail.db, restarted)
    pace = restarted.pace
    return pace.free(mail.group.id, group=True), pace.free(mail.ann.id, group=False)


def handle(tx: Transaction, *updates: tuple[int, int]) -> None:
    """Updates, by id and chat, that came in and were handled."""
    inbox.add(tx, Channel.TELEGRAM, [(number, chat_id, {}) for number, chat_id in updates])
    inbox.handled(tx, [update.id for update in inbox.pending(tx, Channel.TELEGRAM, 0)])


async def test_after_a_long_rest_all_windows_are_empty(
    mail: Mailroom, clock: Clock, restarted: Messenger
) -> None:
    await mail.ticket()
    await mail.sent()
    await mail.db.write(handle, (1, mail.ann.id))
    clock.advance(timedelta(minutes=2))
    assert await room_left(mail, restarted) == (GROUP, CHAT)


async def test_what_was_sent_counts_and_one_message_that_may_have_been(
    mail: Mailroom, restarted: Messenger
) -> None:
    await mail.ticket()
    await mail.sent()
    assert await room_left(mail, restarted) == (GROUP - 2, CHAT - 2)


async def test_words_that_belong_to_no_ticket_count(mail: Mailroom, restarted: Messenger) -> None:
    for _ in range(3):
        await mail.db.write(notices.notify_agents, await mail.project(), None, "agents_help")
    await mail.sent()
    assert await room_left(mail, restarted) == (GROUP - 4, CHAT)


async def test_a_screen_counts_for_every_update_of_a_customer(
    mail: Mailroom, restarted: Messenger
) -> None:
    updates = [(1, mail.ann.id), (2, mail.ann.id), (3, mail.group.id)]
    await mail.db.write(handle, *updates)
    assert await room_left(mail, restarted) == (GROUP, CHAT - 3)


async def test_a_window_of_an_hour_is_remembered_for_an_hour(mail: Mailroom, clock: Clock) -> None:
    restarted = build("42:TEST", "http://127.0.0.1:1", {"group": (GROUP, 3600.0)})
    for _ in range(3):
        await mail.db.write(notices.notify_agents, await mail.project(), None, "agents_help")
    await mail.sent()
    clock.advance(timedelta(minutes=59))
    free, _ = await room_left(mail, restarted)
    assert free == GROUP - 4
    await restarted.bot.session.close()
