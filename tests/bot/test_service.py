"""A messenger is ready once the bot is known there, updates come in and the outbox is sent from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.health import Health
from bot.messengers.telegram.feed import TelegramReader
from bot.playground.telegram import TelegramStandIn, faults
from bot.service import Service
from bot.tasks import Tasks
from storage import outbox
from storage.errors import Unavailable
from tests.bot.mailroom import PATIENCE, Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def service(mail: Mailroom, health: Health) -> Service:
    return Service(mail.db, [mail.messenger], health, locale="en")


@pytest.fixture
async def tasks(service: Service) -> AsyncIterator[Tasks]:
    nursery = Tasks()
    yield nursery
    await service.finish(1)
    await nursery.stop()


async def until_it_says(service: Service, *reasons: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await service.readiness() != list(reasons):
            continue


async def test_nothing_is_ready_before_the_bot_is_known(
    service: Service, tasks: Tasks, telegram: TelegramStandIn
) -> None:
    assert await service.readiness() == ["telegram: not connected yet"]
    hang = telegram.faults.add(faults.hang(), "getMe")
    await service.start(tasks)
    await telegram.until(lambda: hang.struck)
    assert await service.readiness() == ["telegram: not connected yet"]


async def test_updates_are_not_ready_before_the_agents_chat_was_looked_at(
    service: Service, tasks: Tasks, telegram: TelegramStandIn
) -> None:
    telegram.faults.add(faults.hang(), "getChat")
    await service.start(tasks)
    await until_it_says(service, "telegram updates: not started yet")


async def test_updates_are_ready_once_the_messenger_gave_some_or_none(
    service: Service, tasks: Tasks, telegram: TelegramStandIn
) -> None:
    hang = telegram.faults.add(faults.hang(), "getUpdates")
    await service.start(tasks)
    await telegram.until(lambda: hang.struck)
    await until_it_says(service, "telegram updates: not started yet")


async def test_a_feed_that_failed_by_surprise_is_read_again_and_ready(
    service: Service, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, failures = TelegramReader.read, ["surprise"]

    async def read_or_fail(self: TelegramReader, *, wait: bool) -> None:
        if failures:
            raise KeyError(failures.pop())
        await read(self, wait=wait)

    monkeypatch.setattr("bot.tasks.RESTART_AFTER", 0.0)
    monkeypatch.setattr(TelegramReader, "read", read_or_fail)
    await service.start(tasks)
    await until_it_says(service)
    assert failures == []


async def test_a_sender_is_ready_once_it_knows_what_waits(
    service: Service, tasks: Tasks, mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = mail.db.read
    broken = True

    async def read_or_fail(operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if broken and operation is outbox.waiting_lanes:
            raise Unavailable("The database cannot be read.")
        return await read(operation, *args, **kwargs)

    monkeypatch.setattr(mail.db, "read", read_or_fail)
    await service.start(tasks)
    await until_it_says(service, "telegram sender: The database cannot be read.")
    broken = False
    await until_it_says(service)
