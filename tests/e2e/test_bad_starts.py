"""What is set up wrongly stops the start, or is told, in one clear line; nothing is lost by it."""

import asyncio
import re
import resource
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.playground.max import MaxStandIn
from bot.playground.max import faults as max_faults
from bot.playground.stand_in.faults import Fault
from bot.playground.telegram import Group, Person, TelegramStandIn, faults
from tests.e2e.conftest import settings_for
from tests.e2e.desk import Desk
from tests.e2e.people import open_ticket, subscribe, texts

EVENT = re.compile(r"\d{4}-\d\d-\d\dT\S+ \[(info|warning) ")


async def refuses_to_start(desk: Desk) -> tuple[int, list[str]]:
    process = await desk.launch()
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, output.decode().splitlines()


async def test_a_wrong_value_stops_the_start_with_one_line_that_names_the_variable(
    tmp_path: Path,
) -> None:
    code, lines = await refuses_to_start(Desk(tmp_path, port="eighty"))
    assert code == 2
    assert len(lines) == 1
    assert "DESKWIRE_PORT" in lines[0]
    assert not (tmp_path / "deskwire.db").exists()


async def test_a_wrong_token_stops_the_desk_with_one_line_and_without_showing_it(
    tmp_path: Path, messenger: TelegramStandIn
) -> None:
    wrong = "42:AAwrongWRONGwrongWRONGwrongWRONG"
    settings = {**settings_for(messenger, None), "telegram_token": wrong}
    code, lines = await refuses_to_start(Desk(tmp_path, **settings))
    assert code != 0
    assert sum("DESKWIRE_TELEGRAM_TOKEN" in line for line in lines) == 1
    assert wrong not in "\n".join(lines)
    assert "Traceback" not in "\n".join(lines)


@pytest.mark.parametrize("method", ["getWebhookInfo", "setMyCommands"])
@pytest.mark.parametrize(
    "fault",
    [
        faults.reject(404, "Not Found"),
        faults.reject(400, "Bad Request"),
        faults.status(200, '{"ok": true, "result": {}}'),
        faults.status(501),
    ],
    ids=["not found", "bad request", "unreadable", "not implemented"],
)
async def test_a_bot_api_server_that_knows_less_is_worked_with(
    tmp_path: Path, messenger: TelegramStandIn, ann: Person, method: str, fault: Fault
) -> None:
    messenger.faults.add(fault, method, times=None)
    async with Desk(tmp_path, **settings_for(messenger, None)):
        ann.open("help_main")
        await messenger.until(lambda: any(m.from_bot for m in ann.chat.messages), what="a screen")


@pytest.mark.parametrize("operation", ["getSubscriptions", "editMyCommands"])
async def test_a_max_that_knows_less_is_worked_with(tmp_path: Path, operation: str) -> None:
    async with MaxStandIn() as messenger:
        messenger.faults.add(max_faults.reject(404, "not.found"), operation, times=None)
        settings = {"max_token": messenger.token, "max_api_url": messenger.url}
        async with Desk(tmp_path, **settings):
            ann = messenger.add_person("Ann")
            ann.open("help_main")
            await messenger.until(
                lambda: any(m.from_bot for m in ann.chat.messages), what="a screen"
            )


async def test_a_taken_port_stops_the_start_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, lines = await refuses_to_start(Desk(tmp_path, port=taken.getsockname()[1]))
    assert code == 1
    assert sum("DESKWIRE_PORT" in line for line in lines) == 1
    assert "Traceback" not in "\n".join(lines)


async def test_a_database_of_a_newer_version_stops_the_start(tmp_path: Path) -> None:
    async with Desk(tmp_path) as desk:
        assert await desk.stop() == 0
    with sqlite3.connect(tmp_path / "deskwire.db") as database:
        database.execute("INSERT INTO schema_migrations VALUES (9999, 'future', 0)")
    database.close()
    code, lines = await refuses_to_start(Desk(tmp_path))
    assert code == 1
    assert any("9999" in line and "newer" in line for line in lines)


async def test_a_database_that_another_process_holds_stops_the_start_with_one_line(
    tmp_path: Path,
) -> None:
    made = await Desk(tmp_path).command("project", "create", "--name", "A", "--slug", "a")
    assert made[0] == 0
    with closing(sqlite3.connect(tmp_path / "deskwire.db", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        code, lines = await refuses_to_start(Desk(tmp_path))
    assert (code, lines) == (1, ["DESKWIRE_DATABASE: The database is locked by another process."])


@contextmanager
def no_room() -> Iterator[None]:
    """No file of a process that begins now may grow: its writes fail as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_stops_the_start_with_one_line(tmp_path: Path) -> None:
    with no_room():
        code, lines = await refuses_to_start(Desk(tmp_path))
    assert code == 1
    assert len(lines) == 1
    assert re.match(r"DESKWIRE_DATABASE: Cannot use the database .*disk", lines[0])


async def test_a_missing_right_in_the_agents_chat_is_told_there_in_one_message(
    tmp_path: Path, messenger: TelegramStandIn, bob: Person
) -> None:
    rights = {"can_manage_topics": False}
    group = messenger.add_group("Agents", forum=True, members=[bob], bot_rights=rights)
    async with Desk(tmp_path, **settings_for(messenger, group)):
        await messenger.until(lambda: texts(group.messages), what="the warning")
        assert len(texts(group.messages)) == 1
        assert "opics" in texts(group.messages)[0]


async def test_rights_that_cannot_be_checked_at_the_start_are_checked_soon_after(
    tmp_path: Path, messenger: TelegramStandIn, bob: Person
) -> None:
    rights = {"can_manage_topics": False}
    group = messenger.add_group("Agents", forum=True, members=[bob], bot_rights=rights)
    rule = messenger.faults.add(faults.status(502), "getChatMember", times=2)
    async with Desk(tmp_path, **settings_for(messenger, group)):
        await messenger.until(lambda: texts(group.messages), what="the warning")
        assert rule.struck == 2
        assert len(texts(group.messages)) == 1


async def test_tickets_wait_for_a_missing_right_and_arrive_once_it_is_given(
    tmp_path: Path, messenger: TelegramStandIn, bob: Person, ann: Person
) -> None:
    rights = {"can_manage_topics": False}
    group = messenger.add_group("Agents", forum=True, members=[bob], bot_rights=rights)
    async with Desk(tmp_path, **settings_for(messenger, group)) as desk:
        await subscribe(messenger, desk, ann)
        ann.say("Is anybody there?")
        await desk.said("sending waits")
        group.set_bot_rights({"can_manage_topics": True})
        await messenger.until(lambda: group.topics, timeout=30, what="the topic")
        await messenger.until(
            lambda: "Is anybody there?" in "\n".join(texts(group.messages)), what="the card"
        )


async def is_not_ready_as(desk: Desk, reason: str) -> None:
    status, problem = await desk.call("GET", "/readyz")
    assert status == 503
    assert reason in problem["detail"]


async def has_recovered(desk: Desk) -> None:
    """The desk works again, and has told of the outage in one line, as of everything."""
    await desk.works()
    assert sum("no updates" in line for line in desk.lines) == 1
    events = [line for line in desk.lines if not line.startswith("Deskwire listens on ")]
    assert [line for line in events if not EVENT.match(line)] == []


async def test_a_locked_database_answers_503_and_takes_in_what_waited_afterwards(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    lock = sqlite3.connect(desk.folder / "deskwire.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        status, problem = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "locked"})
        assert status == 503
        assert (problem["code"], problem["retryable"]) == ("unavailable", True)
        ann.say("Written while it was locked")
        await desk.said("no updates.*locked")
        await is_not_ready_as(desk, "telegram updates: The database is locked by another process.")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    await messenger.until(
        lambda: "while it was locked" in "\n".join(texts(topic.messages)),
        timeout=30,
        what="the message",
    )
    await has_recovered(desk)


async def test_a_full_disk_answers_503_and_takes_in_what_waited_afterwards(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    # No file of the process may grow any more: its writes fail as on a disk without room.
    full = (desk.folder / "deskwire.db-wal").stat().st_size
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
    status, problem = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "no room"})
    assert status == 503
    assert (problem["code"], problem["retryable"]) == ("unavailable", True)
    ann.say("Written without room")
    await desk.said("no updates.*disk")
    await is_not_ready_as(desk, "telegram updates: The disk cannot be read or written.")
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, unlimited)
    await messenger.until(
        lambda: "Written without room" in "\n".join(texts(topic.messages)),
        timeout=30,
        what="the message",
    )
    assert (await desk.call("POST", "/v1/helpdesk/tickets", {"text": "room again"}))[0] == 201
    await has_recovered(desk)
