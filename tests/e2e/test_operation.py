"""What an owner does with a desk for years: look at it, back it up, restore it, update it."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.conftest import TOKEN, settings_for
from tests.e2e.desk import API_KEY, END, ROOT, Desk
from tests.e2e.people import last, open_ticket, shown, subscribe, texts, topic_of

PAGE = (ROOT / "docs" / "operation.md").read_text()
RESTORE = PAGE.partition("To restore one")[2].partition("```sh\n")[2].partition("```")[0]
"""What the page has people do between stopping the desk and starting it again."""
UNLIMITED = "all:1000/1s,chat:1000/1s,group:1000/1s"


async def test_the_doctor_finds_a_running_desk_well_and_shows_no_secret(
    messenger: TelegramStandIn, desk: Desk, forum: Group
) -> None:
    forum.set_bot_rights({"can_manage_topics": True})
    code, said = await desk.command("doctor")
    assert code == 0, said
    assert "✗" not in said
    assert "✓ telegram: the token is that of @" in said
    assert "✓ project main: in its agents' chat" in said
    assert TOKEN not in said
    assert API_KEY not in said
    assert (await desk.call("GET", "/readyz"))[0] == 200


async def test_the_doctor_says_what_is_wrong_before_the_first_start(
    tmp_path: Path, messenger: TelegramStandIn
) -> None:
    settings = settings_for(messenger, None)
    sick = Desk(tmp_path, **{**settings, "telegram_token": "7:" + "x" * 35})
    code, said = await sick.command("doctor")
    assert code == 1
    assert re.search(r"^! database: there is none at deskwire\.db yet", said, re.MULTILINE)
    assert re.search(r"^✗ telegram: DESKWIRE_TELEGRAM_TOKEN is refused", said, re.MULTILINE)
    assert "x" * 35 not in said
    assert not (tmp_path / "deskwire.db").exists()


async def test_a_running_desk_makes_the_days_backup_by_itself(
    tmp_path: Path, messenger: TelegramStandIn
) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    settings = {**settings_for(messenger, None), "backup_dir": backups}
    async with Desk(tmp_path, **settings) as desk:
        await desk.said("made a backup")
        (made,) = backups.iterdir()
        assert re.fullmatch(r"deskwire-\d{4}-\d\d-\d\d\.db", made.name)
        assert made.stat().st_mode & 0o077 == 0
        metrics = (await desk.text("/metrics")).splitlines()
        (line,) = [x for x in metrics if x.startswith("deskwire_last_backup_timestamp_seconds ")]
        assert float(line.split()[1]) > 0
        assert await desk.stop() == 0
        await desk.start()
        assert list(backups.iterdir()) == [made]


@pytest.mark.parametrize("name", ["notify", "@notify", "no@tify"])
async def test_a_service_manager_is_told_once_it_listens(
    tmp_path: Path, messenger: TelegramStandIn, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    abstract = name.startswith("@")
    address = f"{name}-{os.getpid()}" if abstract else str(tmp_path / name)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:] if abstract else address)
        systemd.setblocking(False)
        async with asyncio.timeout(60), Desk(tmp_path, **settings_for(messenger, None)) as desk:
            told = await asyncio.get_running_loop().sock_recv(systemd, 100)
            assert told == b"READY=1"
            assert (await desk.call("GET", "/healthz"))[0] == 200
            assert await desk.stop() == 0
            assert desk.lines[-2:] == ["Deskwire has ended", END]


async def test_it_serves_though_no_service_manager_listens(
    tmp_path: Path, messenger: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    async with Desk(tmp_path, **settings_for(messenger, None)) as desk:
        await desk.said("systemd cannot be told")
        assert (await desk.call("GET", "/healthz"))[0] == 200
        assert await desk.stop() == 0


async def test_nobody_is_told_of_a_start_that_fails(
    tmp_path: Path, messenger: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        settings = {**settings_for(messenger, None), "host": "192.0.2.200"}
        desk = Desk(tmp_path, **settings)
        process = await desk.launch()
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        assert b"cannot listen there" in said
        with pytest.raises(BlockingIOError):
            systemd.recv(100, socket.MSG_DONTWAIT)


async def test_a_restored_backup_serves_and_sends_what_waited_when_it_was_made(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    await open_ticket(messenger, ann, forum, "Where is my parcel?")
    ticket_id = (await desk.get("/v1/helpdesk/tickets"))["tickets"][0]["id"]
    messenger.down()
    path = f"/v1/helpdesk/tickets/{ticket_id}/reply"
    assert (await desk.call("POST", path, {"text": "On its way"}))[0] == 201
    (desk.folder / "backups").mkdir()
    code, said = await desk.command("backup", "backups/deskwire-2026-03-01.db")
    assert code == 0, said
    assert (await desk.call("POST", path, {"text": "Said since"}))[0] == 201
    await desk.kill()
    lost = (desk.folder / "deskwire.db").read_bytes()
    for code in (0, 1):  # to try it again destroys nothing
        restoring = await asyncio.create_subprocess_shell(RESTORE, cwd=desk.folder)
        assert bool(await restoring.wait()) == bool(code)
    assert (desk.folder / "before" / "deskwire.db").read_bytes() == lost
    messenger.up()
    await desk.start()
    await messenger.until(lambda: shown(ann, "On its way"), what="the answer that waited")
    topic = await topic_of(messenger, forum, 1)
    ann.say("Thank you")
    await messenger.until(lambda: "Thank you" in "\n".join(texts(topic.messages)), what="the reply")
    bob.say("You are welcome", topic=topic)
    await messenger.until(lambda: shown(ann, "You are welcome"), what="the answer")
    assert len(forum.topics) == 1
    assert "Said since" not in "\n".join(texts(ann.chat.messages))


@pytest.fixture
async def fast_desk(
    tmp_path: Path, messenger: TelegramStandIn, forum: Group
) -> AsyncIterator[Desk]:
    """A desk that no limits hold back, so that there is always work in hand."""
    settings = {**settings_for(messenger, forum), "telegram_limits": UNLIMITED}
    async with Desk(tmp_path, **settings) as running:
        yield running


async def some_work(messenger: TelegramStandIn) -> None:
    enough = len(messenger.calls) + 4
    await messenger.until(lambda: len(messenger.calls) >= enough, what="some work")


async def test_an_update_of_the_desk_under_load_loses_nothing_and_repeats_nothing(
    messenger: TelegramStandIn, fast_desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    desk = fast_desk
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    said = 0
    for end in (SIGTERM, SIGINT, SIGTERM):
        for _ in range(10):
            ann.say(f"<message {said:02}>")
            bob.say(f"<answer {said:02}>", topic=topic)
            said += 1
        await some_work(messenger)
        assert await desk.stop(by=end) == 0
        ann.say(f"<message {said:02}>")  # while it is away
        bob.say(f"<answer {said:02}>", topic=topic)
        said += 1
        await desk.start()
    await messenger.until(lambda: shown(ann, f"<answer {said - 1:02}>"), timeout=90, what="the end")
    await messenger.until(
        lambda: f"<message {said - 1:02}>" in "\n".join(texts(topic.messages)), what="the end"
    )
    everything = [f"{number:02}" for number in range(said)]
    to_agents = re.findall(r"<message (\d+)>", "\n".join(texts(topic.messages)))
    to_ann = re.findall(r"<answer (\d+)>", "\n".join(texts(ann.chat.messages)))
    assert (to_agents, to_ann) == (everything, everything)
    assert last(ann).from_bot
