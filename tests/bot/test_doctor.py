"""The doctor tells what is well, odd and wrong, with what to do, and changes nothing."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.doctor import Mark
from storage import inbox, migrations, notices, projects, webhooks
from storage.database import Database
from storage.model import Channel
from storage.transaction import Transaction
from tests.bot.mailroom import Clock
from tests.bot.visit import Visit


async def test_all_is_well_in_a_desk_as_it_should_be(visit: Visit) -> None:
    (visit.patient.backups or Path()).joinpath("deskwire-2026-03-01.db").touch()
    found = await visit.findings()
    assert [str(finding) for finding in found if finding.mark is not Mark.WELL] == []
    assert len(found) >= 8


async def test_it_changes_nothing(visit: Visit) -> None:
    ticket = await visit.mail.ticket()
    visit.mail.telegram.calls.clear()
    before = await visit.mail.db.read(everything)
    await visit.findings()
    assert await visit.mail.db.read(everything) == before
    asked = {call.method for call in visit.mail.telegram.calls}
    assert asked <= {"getMe", "getWebhookInfo", "getChat", "getChatMember"}
    assert ticket.ticket_number == 1


def everything(tx: Transaction) -> list[list[tuple[Any, ...]]]:
    tables = ("projects", "tickets", "messages", "inbox", "outbox", "feeds", "schema_migrations")
    return [[tuple(row) for row in tx.all(f"SELECT * FROM {table}")] for table in tables]


# --- files ----------------------------------------------------------------------------------------


async def test_a_database_that_is_not_there_yet_is_no_mistake(visit: Visit) -> None:
    visit.change(database=visit.patient.database.with_name("none.db"))
    await visit.finds(Mark.ODD, "the first start makes it")
    assert not visit.patient.database.exists()


async def test_a_damaged_database_is_wrong(visit: Visit, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    await visit.mail.db.write(lambda tx: tx.run("UPDATE projects SET description = 'x'"))
    with closing(sqlite3.connect(visit.patient.database)) as source:
        source.execute("VACUUM INTO ?", (str(damaged),))
    content = bytearray(damaged.read_bytes())
    content[4096 * 5 : 4096 * 60] = b"\xff" * (4096 * 55)
    damaged.write_bytes(content)
    visit.change(database=damaged)
    await visit.finds(Mark.WRONG, "damaged", "Restore a backup")


async def test_what_is_no_database_is_wrong(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database " * 1000)
    visit.change(database=tmp_path / "text.db")
    await visit.finds(Mark.WRONG, "text.db")


@pytest.mark.parametrize(("step", "mark"), [(-1, Mark.ODD), (1, Mark.WRONG)])
async def test_a_database_of_another_version_is_told_and_left_as_it_is(
    visit: Visit, tmp_path: Path, step: int, mark: Mark
) -> None:
    other = tmp_path / "other.db"
    migrations.migrate(other, 0)
    version = migrations.latest() + step
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("DELETE FROM schema_migrations WHERE version > ?", (version,))
        if step > 0:
            connection.execute("INSERT INTO schema_migrations VALUES (?, 'new', 0)", (version,))
        connection.commit()
    visit.change(database=other)
    await visit.finds(mark, f"of version {version}")
    with closing(sqlite3.connect(other)) as connection:
        found = connection.execute("SELECT max(version) FROM schema_migrations").fetchone()
    assert found == (version,)


async def test_a_disk_that_is_nearly_full_is_told(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, mark in ((10, Mark.WRONG), (200, Mark.ODD), (5000, Mark.WELL)):
        usage = type("Usage", (), {"free": free * 1024 * 1024})
        monkeypatch.setattr("bot.doctor.shutil.disk_usage", lambda _, usage=usage: usage)
        await visit.finds(mark, f"disk: {free} MB are free")


async def test_backups_that_are_late_or_missing_are_told(visit: Visit, clock: Clock) -> None:
    folder = visit.patient.backups
    assert folder is not None
    await visit.finds(Mark.ODD, "backups: none in")
    (folder / "deskwire-2026-03-01.db").touch()
    await visit.finds(Mark.WELL, "backups: the last")
    clock.advance(timedelta(days=2))
    await visit.finds(Mark.WRONG, "backups: the last", "see that the desk runs")
    visit.change(backups=None)
    await visit.finds(Mark.ODD, "set DESKWIRE_BACKUP_DIR")


async def test_secrets_that_others_can_read_are_told(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.touch()
    file.chmod(0o644)
    visit.change(private=(file, tmp_path / "not there"))
    await visit.finds(Mark.ODD, f"chmod 600 {file}")
    file.chmod(0o600)
    assert not [f for f in await visit.findings() if "chmod" in f.text]


# --- the server -----------------------------------------------------------------------------------


class Server:
    """Answers as the desk would."""

    def __init__(self) -> None:
        self.status = 200
        self.body: dict[str, str] = {"status": "ready"}
        self.url = ""

    async def handle(self, _: web.Request) -> web.Response:
        return web.json_response(self.body, status=self.status)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_get("/{any:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_the_server_is_ready_or_says_why_not(visit: Visit, server: Server) -> None:
    visit.change(server=server.url)
    await visit.finds(Mark.WELL, "server: ready")
    server.status, server.body = 503, {"detail": "telegram: not connected yet"}
    await visit.finds(Mark.WRONG, "server: not ready: telegram: not connected yet")
    visit.change(server="http://127.0.0.1:1")
    await visit.finds(Mark.ODD, "is Deskwire running?")


async def test_a_public_url_without_https_is_odd(visit: Visit, server: Server) -> None:
    visit.change(public_url=server.url)
    await visit.finds(Mark.ODD, "is no https")


@pytest.mark.parametrize(("webhooks_on", "mark"), [(True, Mark.WRONG), (False, Mark.ODD)])
async def test_a_public_url_that_leads_nowhere_is_told(
    visit: Visit, mark: Mark, *, webhooks_on: bool
) -> None:
    visit.change(public_url="https://127.0.0.1:1", webhooks=webhooks_on)
    await visit.finds(mark, "DESKWIRE_PUBLIC_URL", "is not answered by the desk", "proxy")


async def test_the_playground_and_a_desk_without_messengers_are_told(visit: Visit) -> None:
    visit.change(playground=True)
    await visit.finds(Mark.ODD, "this is the playground")
    visit.change(playground=False, channels=())
    await visit.finds(Mark.ODD, "customers come through the API alone")


# --- the work -------------------------------------------------------------------------------------


async def test_a_project_without_an_agents_chat_is_told_the_command(visit: Visit) -> None:
    await visit.mail.db.write(projects.create, slug="second", name="Second")
    await visit.finds(Mark.ODD, "project second", "run.py connect --project second")


async def test_an_agents_chat_in_a_messenger_without_a_token_is_wrong(visit: Visit) -> None:
    visit.change(channels=(Channel.MAX,))
    await visit.finds(Mark.WRONG, "project main", "DESKWIRE_TELEGRAM_TOKEN is not set")


async def test_what_waits_for_long_is_told(visit: Visit, clock: Clock) -> None:
    project = await visit.mail.project()
    await visit.mail.db.write(notices.notify_agents, project, None, "agents_help")
    await visit.finds(Mark.WELL, "nothing waits for long")
    clock.advance(timedelta(minutes=11))
    await visit.finds(Mark.ODD, "outbox: 1 wait for telegram")


async def test_updates_that_were_set_aside_are_told(visit: Visit) -> None:
    await visit.mail.db.write(set_aside)
    await visit.finds(Mark.ODD, "1 updates could not be handled")


def set_aside(tx: Transaction) -> None:
    inbox.add(tx, Channel.TELEGRAM, [(1, 500, {"update_id": 1})])
    inbox.set_aside(tx, [update.id for update in inbox.pending(tx, Channel.TELEGRAM, 0)], "no")


async def test_webhooks_that_fail_are_told(visit: Visit, db: Database) -> None:
    project = await visit.mail.project()
    made = await db.write(webhooks.create, project.id, url="https://shop.example/hook")
    await db.write(webhooks.failed, made.id, gone=False, pause=None)
    await visit.finds(Mark.ODD, "webhooks: 1 failing")
    await db.write(webhooks.failed, made.id, gone=True, pause=None)
    await visit.finds(Mark.ODD, "webhooks: 1 disabled")
