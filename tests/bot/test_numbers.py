"""What the bot counts for who watches it: waits, kinds of failure, parts that work, log lines."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from bot.health import Health
from bot.numbers import LogLines, Numbers, watch
from bot.outgoing.cards import Cards
from bot.outgoing.outlet import Outlet
from bot.playground.telegram import faults
from bot.sender import Sender
from storage import notices
from tests.bot.mailroom import Clock, Mailroom

pytestmark = pytest.mark.usefixtures("impatient")
TO_ANN = {"channel": "telegram", "audience": "customer"}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def counted(mail: Mailroom, registry: CollectorRegistry) -> Mailroom:
    """The mailroom with a sender whose counters are in the registry."""
    outlet = mail.sender.outlet
    mail.sender = Sender(Outlet(outlet.db, outlet.messenger, outlet.files, Numbers(registry)))
    return mail


async def until_counted(
    counted: Mailroom, registry: CollectorRegistry, labels: dict[str, str]
) -> None:
    """One message is counted as delivered: that is right after it is recorded."""
    name = "deskwire_delivery_seconds_count"
    await counted.until(lambda _: registry.get_sample_value(name, labels) == 1)


async def test_how_long_a_message_takes_is_counted_from_its_cause(
    counted: Mailroom, registry: CollectorRegistry, clock: Clock
) -> None:
    await counted.ticket()
    clock.advance(timedelta(seconds=40))
    await counted.sent()
    for audience in ("customer", "agents"):
        labels = {"channel": "telegram", "audience": audience}

        await until_counted(counted, registry, labels)
        waited = registry.get_sample_value("deskwire_delivery_seconds_sum", labels)
        assert waited is not None
        assert 40 <= waited < 60


async def test_failures_are_counted_by_kind_and_by_reason(
    counted: Mailroom, registry: CollectorRegistry
) -> None:
    counted.telegram.faults.add(faults.status(502), "sendMessage", chat_id=counted.ann.id, times=2)
    ticket = await counted.ticket()
    await counted.sent()
    passing = {**TO_ANN, "kind": "passing"}
    assert registry.get_sample_value("deskwire_delivery_errors_total", passing) == 2
    counted.telegram.faults.add(
        faults.reject(403, "Forbidden: bot was blocked by the user"),
        "sendMessage",
        chat_id=counted.ann.id,
    )
    await counted.answers(ticket, "Good day")
    await counted.sent()
    blocked = {**TO_ANN, "reason": "blocked"}
    assert registry.get_sample_value("deskwire_delivery_failures_total", blocked) == 1


async def test_a_repair_is_counted_as_one(counted: Mailroom, registry: CollectorRegistry) -> None:
    ticket = await counted.ticket()
    await counted.sent()
    counted.group.delete_topic(counted.topic())
    await counted.says(ticket, "Are you there?")
    await counted.sent()
    labels = {"channel": "telegram", "audience": "agents", "kind": "repairable"}
    assert registry.get_sample_value("deskwire_delivery_errors_total", labels) == 1


def test_each_part_shows_whether_it_works_and_when_it_last_did(
    registry: CollectorRegistry,
) -> None:
    now = [100.0]
    health = Health(clock=lambda: now[0])
    registry.register(health)
    health.good("telegram updates")
    now[0] = 160.0
    health.bad("telegram updates", "it is away")
    health.bad("webhooks", "not started yet")
    part = {"part": "telegram updates"}
    assert registry.get_sample_value("deskwire_part_up", part) == 0
    assert registry.get_sample_value("deskwire_part_up", {"part": "webhooks"}) == 0
    last = "deskwire_part_last_good_timestamp_seconds"
    assert registry.get_sample_value(last, part) == 100
    health.good("telegram updates")
    assert registry.get_sample_value("deskwire_part_up", part) == 1
    assert registry.get_sample_value(last, part) == 160


@pytest.fixture
def lines(registry: CollectorRegistry) -> Iterator[LogLines]:
    handler = LogLines(registry)
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.mark.usefixtures("lines")
def test_warnings_and_errors_of_the_log_are_counted(registry: CollectorRegistry) -> None:
    assert registry.get_sample_value("deskwire_log_lines_total", {"level": "error"}) == 0
    logging.getLogger("aiohttp").error("broken")
    logging.getLogger("bot").warning("odd")
    logging.getLogger("bot").info("all is well")
    assert registry.get_sample_value("deskwire_log_lines_total", {"level": "error"}) == 1
    assert registry.get_sample_value("deskwire_log_lines_total", {"level": "warning"}) == 1


@pytest.fixture
def root_handlers() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before


@pytest.mark.usefixtures("root_handlers")
def test_the_last_backup_shows_its_time_or_0(registry: CollectorRegistry, tmp_path: Path) -> None:
    watch(registry, Health(), tmp_path)
    name = "deskwire_last_backup_timestamp_seconds"
    assert registry.get_sample_value(name) == 0
    made = tmp_path / "deskwire-2026-03-01.db"
    made.touch()
    assert registry.get_sample_value(name) == pytest.approx(made.stat().st_mtime)


@pytest.mark.usefixtures("root_handlers")
def test_where_no_backups_are_made_there_is_no_number_of_them(registry: CollectorRegistry) -> None:
    watch(registry, Health(), None)
    assert registry.get_sample_value("deskwire_last_backup_timestamp_seconds") is None
    assert registry.get_sample_value("deskwire_log_lines_total", {"level": "error"}) == 0


async def test_a_row_that_another_overtook_half_way_is_counted_once(
    counted: Mailroom, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, make = await counted.project(), Cards.make

    async def make_and_say_more(*args: Any) -> None:
        await make(*args)
        await counted.db.write(notices.notify_agents, project, None, "agents_help")

    monkeypatch.setattr(Cards, "make", make_and_say_more)
    await counted.ticket()
    await counted.sent()
    await counted.until(lambda _: not counted.sender._lanes)
    labels = {"channel": "telegram", "audience": "agents"}
    assert registry.get_sample_value("deskwire_delivery_seconds_count", labels) == 2
