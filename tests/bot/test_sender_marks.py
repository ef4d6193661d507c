"""Marks of delivery: beside what is said, never before it, and never held up by it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.messengers import Messenger
from bot.messengers.telegram import build
from bot.playground.telegram import TelegramStandIn
from bot.turn import Turn
from storage import outbox
from storage.outbox import Audience, Kind
from tests.bot.mailroom import Clock, Mailroom

WINDOW = 3
REACT = "setMessageReaction"


@pytest.fixture
async def messenger(telegram: TelegramStandIn) -> AsyncIterator[Messenger]:
    ready = build(telegram.token, telegram.url, {"group": (WINDOW, 3600.0)})
    yield ready
    await ready.bot.session.close()


@pytest.fixture
async def giving_way(mail: Mailroom, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once somebody gives way."""
    begun, wait = asyncio.Event(), mail.messenger.pace.calm.wait

    async def watched() -> bool:
        begun.set()
        return await wait()

    monkeypatch.setattr(mail.messenger.pace.calm, "wait", watched)
    return begun


async def mark(mail: Mailroom) -> None:
    """A mark on something that Bob wrote."""
    project, said = await mail.project(), mail.bob.say("Good day", in_=mail.group)
    await mail.db.write(
        outbox.put,
        project.id,
        mail.chat_of(mail.group),
        Audience.AGENTS,
        Kind.MARK,
        ticket_id=(await mail.ticket()).id,
        payload={"native_id": said.id},
    )


async def others_words(mail: Mailroom) -> Turn:
    """A turn of another chat: marks give way until it is over."""
    turn = await mail.messenger.pace.turn(5, group=False, priority=0)
    turn.hold()
    return turn


async def test_a_mark_does_not_wait_for_what_waits_for_the_groups_window(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.says(ticket, "Hello?")
    other = await mail.ticket("Help", by=mail.telegram.add_person("Cara"))
    await mail.says(other, "x" * 4000)
    mail.start()
    await mail.until(lambda tx: len(outbox.pending(tx, mail.chat_of(mail.group))) == 1)
    _, source = await mail.answers(ticket, "Good day")
    await mail.telegram.until(lambda: mail.group.by_id[source.native_ids[0]].emojis == ["👍"])
    waiting = await mail.db.read(outbox.pending, mail.chat_of(mail.group))
    assert waiting[0].kind is Kind.MESSAGE


async def test_a_mark_lets_those_go_first_who_wait_for_words(
    mail: Mailroom, giving_way: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outgoing.to_agents.GIVING_WAY", 3600.0)
    on_its_way = await others_words(mail)
    await mark(mail)
    mail.start()
    async with asyncio.timeout(30):
        await giving_way.wait()
    on_its_way.done()
    await mail.sent()
    calls = [c.method for c in mail.telegram.calls if c.method in ("sendMessage", REACT)]
    assert calls.count(REACT) == 1
    assert calls[0] == "sendMessage"


async def test_a_mark_lets_those_go_first_whose_words_are_being_handled(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outgoing.to_agents.GIVING_WAY", 3600.0)
    mail.messenger.idle.clear()
    await mark(mail)
    mail.start()
    ticket = await mail.ticket()
    await mail.says(ticket, "Hello?")
    await mail.until(lambda tx: not outbox.pending(tx, mail.chat_of(mail.group)))
    assert not mail.telegram.calls.of(REACT)
    mail.messenger.idle.set()
    await mail.sent()
    assert len(mail.telegram.calls.of(REACT)) == 1


async def test_a_mark_gives_way_for_a_moment_only(
    mail: Mailroom, giving_way: asyncio.Event
) -> None:
    on_its_way = await others_words(mail)
    await mark(mail)
    mail.start()
    await mail.telegram.until(lambda: mail.telegram.calls.of(REACT))
    assert giving_way.is_set()
    assert not mail.telegram.calls.of("sendMessage")
    on_its_way.done()


async def test_the_end_does_not_wait_for_a_mark_that_gives_way(
    mail: Mailroom, giving_way: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outgoing.to_agents.GIVING_WAY", 3600.0)
    on_its_way = await others_words(mail)
    await mark(mail)
    mail.start()
    async with asyncio.timeout(30):
        await giving_way.wait()
    async with asyncio.timeout(3):
        await mail.stop(60)
    assert not mail.telegram.calls.of(REACT)
    on_its_way.done()
    await mail.sent()
    assert len(mail.telegram.calls.of(REACT)) == 1


async def test_an_older_mark_gives_way_no_more(
    mail: Mailroom, giving_way: asyncio.Event, clock: Clock
) -> None:
    """In a crowd the next would wait for as long as all before it together."""
    on_its_way = await others_words(mail)
    await mark(mail)
    clock.advance(timedelta(minutes=1))
    mail.start()
    await mail.telegram.until(lambda: mail.telegram.calls.of(REACT))
    assert not giving_way.is_set()
    on_its_way.done()


async def test_a_mark_waits_while_the_messenger_asked_its_chat_to(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.messenger.pace.pause(mail.group.id, 0.5)
    paused = asyncio.get_running_loop().time() + 0.5
    await mail.answers(ticket, "Good day")
    await mail.sent()
    (marked,) = mail.telegram.calls.of(REACT)
    assert marked.at >= paused
