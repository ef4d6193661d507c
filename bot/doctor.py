"""The doctor: looks at an installation from outside, also while it runs, and says what to do.

What a messenger is asked is in `bot.consultation`; printing is the command line's.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import aiohttp

from bot.failures import trouble
from storage import backup, inspection, migrations
from storage.database import Clock, utc_now
from storage.errors import HelpdeskError, NotFound
from storage.inspection import Inspection
from storage.model import Channel, Project

MEGABYTE = 1024 * 1024
LITTLE, TOO_LITTLE = 500 * MEGABYTE, 50 * MEGABYTE
"""Bytes of free disk."""
LATE_BACKUP = timedelta(hours=26)
LONG_WAIT = timedelta(minutes=10)
PATIENCE = aiohttp.ClientTimeout(total=10)


class Mark(StrEnum):
    """How a check came out: well, odd but working, or wrong."""

    WELL = "✓"
    ODD = "!"
    WRONG = "✗"


class Finding(NamedTuple):
    mark: Mark
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


def well(text: str) -> Finding:
    return Finding(Mark.WELL, text)


def odd(text: str) -> Finding:
    return Finding(Mark.ODD, text)


def wrong(text: str) -> Finding:
    return Finding(Mark.WRONG, text)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: parts of the configuration. `server` is where the desk itself answers, if
    that is known; `private` are files that hold secrets; `channels` have a token."""

    database: Path
    backups: Path | None
    public_url: str | None
    webhooks: bool
    server: str | None
    playground: bool
    private: Sequence[Path]
    channels: Sequence[Channel]
    clock: Clock = utc_now


Consult = Callable[[Sequence[Project]], AsyncIterator[Finding]]
"""Asks the messengers, also about the agents' chats of these projects."""


async def examine(patient: Patient, consult: Consult) -> AsyncIterator[Finding]:
    """Every finding, one after the other."""
    yield well("configuration: every variable is known and has a value that it may have")
    for finding in _private(patient.private):
        yield finding
    known, finding = _database(patient)
    yield finding
    yield _disk(patient)
    yield _backups(patient)
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        if patient.server is not None:
            yield await _server(http, patient.server)
        yield await _public_url(http, patient)
    if patient.playground:
        yield odd(
            "messengers: none is set up, so this is the playground;"
            " set DESKWIRE_TELEGRAM_TOKEN or DESKWIRE_MAX_TOKEN to serve customers"
        )
    elif not patient.channels:
        yield odd("messengers: none is set up, so customers come through the API alone")
    async for finding in consult(known.projects if known else []):
        yield finding
    if known is not None:
        for finding in (*_agent_chats(patient, known.projects), *_work(patient, known)):
            yield finding


# --- files ----------------------------------------------------------------------------------------


def _private(files: Sequence[Path]) -> Iterator[Finding]:
    for file in files:
        if file.exists() and file.stat().st_mode & 0o077:
            yield odd(f"{file}: other users of this machine can read it; run: chmod 600 {file}")


def _database(patient: Patient) -> tuple[Inspection | None, Finding]:
    """What is in it, where it can be read, and how it is."""
    path, found = patient.database, None
    try:
        version = inspection.version(path)
        inspection.check(path)
        if version == migrations.latest():
            found = inspection.inspect(path, patient.clock)
    except NotFound:
        return None, odd(f"database: there is none at {path} yet; the first start makes it")
    except HelpdeskError as error:
        return None, wrong(f"database: {path}: {error.detail} Restore a backup: docs/operation.md")
    return found, _version(path, version)


def _version(path: Path, version: int) -> Finding:
    if version > migrations.latest():
        return wrong(
            f"database: {path} is of version {version}, this Deskwire knows {migrations.latest()};"
            " start the newer one that wrote it"
        )
    if version < migrations.latest():
        return odd(
            f"database: {path} is of version {version}; the next start makes it"
            f" {migrations.latest()}, so make a backup before: run.py backup <file>"
        )
    size = path.stat().st_size / MEGABYTE
    return well(f"database: {path}, version {version}, {size:.1f} MB, undamaged")


def _disk(patient: Patient) -> Finding:
    free = shutil.disk_usage(patient.database.absolute().parent).free
    says = f"disk: {free // MEGABYTE} MB are free where the database is"
    if free < TOO_LITTLE:
        return wrong(f"{says}; make room before the desk stops taking in")
    return odd(f"{says}, which is little") if free < LITTLE else well(says)


def _backups(patient: Patient) -> Finding:
    if patient.backups is None:
        return odd("backups: none are made; set DESKWIRE_BACKUP_DIR to a folder on another disk")
    last = backup.latest(patient.backups)
    if last is None:
        return odd(f"backups: none in {patient.backups} yet; the desk makes one once it runs")
    if patient.clock() - last > LATE_BACKUP:
        return wrong(
            f"backups: the last in {patient.backups} is of {_moment(last)};"
            " see that the desk runs, may write there, and what its log says of it"
        )
    return well(f"backups: the last in {patient.backups} is of {_moment(last)}")


# --- the server -----------------------------------------------------------------------------------


async def _server(http: aiohttp.ClientSession, url: str) -> Finding:
    try:
        async with http.get(f"{url}/readyz") as answer:
            body = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return odd(f"server: nothing answers at {url}; is Deskwire running?")
    if answer.status == 200:
        return well(f"server: ready at {url}")
    return wrong(f"server: not ready: {_named(body, 'detail')}")


async def _public_url(http: aiohttp.ClientSession, patient: Patient) -> Finding:
    url = patient.public_url
    if url is None:
        return well("DESKWIRE_PUBLIC_URL: not set, and polling needs none")
    if not url.startswith("https://"):
        return odd(f"DESKWIRE_PUBLIC_URL: {url} is no https, so keys and texts travel openly")
    try:
        async with http.get(f"{url}/healthz") as answer:
            body = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        reached = trouble(error)
    else:
        if _named(body, "status") == "alive":
            return well(f"DESKWIRE_PUBLIC_URL: {url} leads to the desk")
        reached = f"{answer.status}"
    says = f"DESKWIRE_PUBLIC_URL: {url}/healthz is not answered by the desk ({reached})"
    hint = "see that it runs, and that the proxy passes this path on"
    return wrong(f"{says}; {hint}") if patient.webhooks else odd(f"{says}; {hint}")


def _named(body: object, name: str) -> str:
    return str(body.get(name, "")) if isinstance(body, Mapping) else ""


# --- the work -------------------------------------------------------------------------------------


def _agent_chats(patient: Patient, projects: Sequence[Project]) -> Iterator[Finding]:
    for project in projects:
        chat = project.agent_chat
        if chat is None:
            yield odd(
                f"project {project.slug}: no agents' chat is linked;"
                f" run: run.py connect --project {project.slug}"
            )
        elif chat.channel not in patient.channels and not patient.playground:
            yield wrong(
                f"project {project.slug}: its agents' chat is in {chat.channel},"
                f" but DESKWIRE_{chat.channel.upper()}_TOKEN is not set"
            )


def _work(patient: Patient, known: Inspection) -> Iterator[Finding]:
    late = [queue for queue in known.queues if patient.clock() - queue.since > LONG_WAIT]
    for queue in late:
        yield odd(
            f"{queue.where}: {queue.waiting} wait for {queue.channel}, the oldest since"
            f" {_moment(queue.since)}; the log says why"
        )
    if not late:
        yield well("queues: nothing waits for long")
    if known.set_aside:
        yield odd(
            f"inbox: {known.set_aside} updates could not be handled and were set aside;"
            " the log says why, please report it"
        )
    for state, advice in (
        ("failing", "GET /v1/webhooks/{id}/deliveries tells why"),
        ("disabled", "fix the endpoint, then PATCH its status to active"),
    ):
        if count := known.endpoints[state]:
            yield odd(f"webhooks: {count} {state}; {advice}")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
