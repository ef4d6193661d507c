"""Deskwire's beginning: reads the configuration, then serves or carries out a command.

The one place where all rooms meet. The bot and the API are imported only to serve: that takes
seconds, and a command should answer at once.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

import config
from config import commands
from config.command_line import UsageError, parse
from config.printing import day, listens, table, tell
from storage import agent_chats, api_keys, projects
from storage.backup import backup
from storage.database import Database, Transaction
from storage.errors import HelpdeskError, NotFound
from storage.first_start import NewProject, prepare
from storage.model import Channel, Chat, Project

if TYPE_CHECKING:
    from aiohttp import web

    from api.webhook_sender import WebhookSender
    from bot.messengers import Messenger
    from bot.playground import Playground
    from bot.service import Service

FAILED = 1
MISUSED = 2


def main(arguments: list[str]) -> int:
    """The exit code: 0, 1 where what was asked for failed, 2 where it can't be asked so."""
    try:
        command = parse(arguments)
        settings = config.load()
    except (UsageError, config.ConfigError) as error:
        tell(str(error))
        return MISUSED
    if command is None:
        return serve(settings)
    if settings.playground_on:
        tell(f"No messenger is set up: this is the playground, {settings.database_file}")
    try:
        said = carry_out(command, settings)
    except HelpdeskError as error:
        tell(error.detail)
        return FAILED
    tell(said.aside)
    print(said.result)
    return 0


# --- serving ------------------------------------------------------------------------------------


def serve(settings: config.Settings) -> int:
    """Run the desk until it is told to stop; the exit code."""
    from bot.tasks import new_event_loop
    from config.logging import set_up

    set_up(settings.log_level, settings.log_format, settings.secrets())
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(desk(settings))
    except HelpdeskError as error:
        tell(error.detail)
        return FAILED


async def desk(settings: config.Settings) -> int:
    """Build everything, start it, wait, and stop it in order; the database is closed last."""
    db = await Database.open(settings.database_file)
    try:
        await first_start(db, settings)
        return await serve_until_end(db, settings)
    finally:
        await db.close()


async def first_start(db: Database, settings: config.Settings) -> None:
    chat = settings.agent_chat
    _, made_key = await db.write(
        prepare,
        NewProject(
            settings.project_name,
            settings.project_description,
            settings.project_slug,
            settings.locale,
        ),
        api_key=secret(settings.api_key),
        agent_chat=Chat(Channel(chat.channel), chat.chat_id) if chat else None,
    )
    if made_key:
        print(f"API key of the first project, shown only now: {made_key}", flush=True)


async def serve_until_end(db: Database, settings: config.Settings) -> int:
    """Serve until the process is asked to end, or until a part finds that it cannot go on."""
    from aiohttp import web

    from api.runner import Runner
    from bot.jobs import scheduled
    from bot.playground import Playground
    from bot.tasks import Tasks

    tasks = Tasks()
    tasks.heed_signals()
    async with AsyncExitStack() as stack:
        playground = None
        if settings.playground_on:
            playground = await stack.enter_async_context(Playground(db))
        service, webhooks, app = compose(db, settings, playground)
        runner = Runner(app, access_log=None, handle_signals=False, shutdown_timeout=5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            # The stand-ins' people need no password: nobody else may reach them.
            host = "127.0.0.1" if playground else settings.host
            await web.TCPSite(runner, host, settings.port).start()
        except OSError as error:
            tell(f"DESKWIRE_HOST, DESKWIRE_PORT: cannot listen there: {error.strerror}")
            return FAILED
        tasks.start("webhooks", webhooks.run)
        await service.start(tasks)
        jobs = scheduled(db)
        listens(*runner.addresses[0][:2], playground=playground is not None)
        fatal = await tasks.end()
        jobs.shutdown(wait=False)
        await tasks.stop()
        await asyncio.gather(runner.cleanup(), service.finish(6), webhooks.finish(6))
    tell(fatal)
    return MISUSED if fatal else 0


def compose(
    db: Database, settings: config.Settings, playground: "Playground | None"
) -> "tuple[Service, WebhookSender, web.Application]":
    """The bot and the API, knowing of each other only what is handed over here."""
    import api.app
    from api.guard import Guard
    from api.webhook_sender import WebhookSender
    from bot.health import Health
    from bot.service import Service, Webhooks

    health, guard, updates = Health(), Guard(allow_private=settings.webhook_allow_private), None
    if settings.updates == "webhook" and settings.public_url:
        updates = Webhooks(settings.public_url, secret(settings.webhook_secret) or "")
    service = Service(
        db, messengers(settings, playground), health, locale=settings.locale, webhooks=updates
    )
    waits = settings.webhook_retry_schedule
    sender = WebhookSender(db, schedule=waits, guard=guard, health=health)
    app = api.app.build(
        db,
        links=service,
        channels=set(service.messengers),
        files=service.files,
        readiness=service.readiness,
        guard=guard,
        metrics_token=secret(settings.metrics_token),
        rate_limit=settings.rate_limit,
    )
    service.add_routes(app)
    if playground:
        playground.add_routes(app)
    return service, sender, app


def messengers(settings: config.Settings, playground: "Playground | None") -> "Sequence[Messenger]":
    """Those that have a token; in the playground the stand-ins."""
    from bot.messengers import telegram

    if settings.max_token:
        tell("DESKWIRE_MAX_TOKEN: MAX is not served yet, so this is ignored")
    token, url = secret(settings.telegram_token), settings.telegram_api_url
    if playground is not None:
        token, url = playground.telegram_token, playground.telegram_url
    return [telegram.build(token, url, settings.telegram_limits)] if token else []


def secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


# --- the commands -------------------------------------------------------------------------------


class Said(NamedTuple):
    """What a command answers: what a script would take, and words for a person beside it."""

    result: str
    aside: str = ""


def carry_out(command: commands.Command, settings: config.Settings) -> Said:
    """Raises HelpdeskError."""
    if isinstance(command, commands.Backup):
        size = backup(settings.database_file, command.file)
        return Said(f"Copied {settings.database_file} to {command.file}: {size} bytes, checked")
    return asyncio.run(write(settings.database_file, COMMANDS[type(command)], command))


async def write(
    path: Path, operation: Callable[[Transaction, Any], Said], command: commands.Command
) -> Said:
    database = await Database.open(path)
    try:
        return await database.write(operation, command)
    finally:
        await database.close()


def create_project(tx: Transaction, command: commands.CreateProject) -> Said:
    project = projects.create(tx, **dict(command))
    return Said(f'Made the project "{project.name}", slug {project.slug}')


def list_projects(tx: Transaction, command: commands.ListProjects) -> Said:
    rows = [(p.slug, p.name, str(p.agent_chat or "none")) for p in projects.listing(tx)]
    return Said(table(("SLUG", "NAME", "AGENTS' CHAT"), *rows))


def show_project(tx: Transaction, command: commands.ShowProject) -> Said:
    return Said(described(projects.by_slug(tx, command.slug)))


def set_project(tx: Transaction, command: commands.SetProject) -> Said:
    project = projects.by_slug(tx, command.slug)
    return Said(described(projects.update(tx, project.id, **command.changes())))


def create_key(tx: Transaction, command: commands.CreateKey) -> Said:
    project = projects.by_slug(tx, command.project)
    key, secret = api_keys.create(tx, project.id)
    return Said(secret, f"Made the key {key.id} for {project.slug}; it is shown only now:")


def list_keys(tx: Transaction, command: commands.ListKeys) -> Said:
    slugs = {project.id: project.slug for project in projects.listing(tx)}
    project_id = projects.by_slug(tx, command.project).id if command.project else None
    rows = [
        (str(key.id), slugs[key.project_id], key.hint, day(key.created_at), day(key.revoked_at))
        for key in api_keys.listing(tx, project_id)
    ]
    return Said(table(("ID", "PROJECT", "BEGINS", "MADE", "REVOKED"), *rows))


def revoke_key(tx: Transaction, command: commands.RevokeKey) -> Said:
    key = api_keys.revoke(tx, command.id)
    return Said(f"Revoked the key {key.id}, which begins with {key.hint}")


def connect(tx: Transaction, command: commands.Connect) -> Said:
    known = [projects.by_slug(tx, command.project)] if command.project else projects.listing(tx)
    if not known:
        raise NotFound("There is no project yet: the first start makes one, or `project create`.")
    code = agent_chats.create_code(tx, known[0].id)
    return Said(
        f"/connect {code}",
        f"Send this line to the agents' group of {known[0].slug}, as one of its administrators;"
        " it works once, for 15 minutes:",
    )


COMMANDS: dict[type[commands.Command], Callable[[Transaction, Any], Said]] = {
    commands.CreateProject: create_project,
    commands.ListProjects: list_projects,
    commands.ShowProject: show_project,
    commands.SetProject: set_project,
    commands.CreateKey: create_key,
    commands.ListKeys: list_keys,
    commands.RevokeKey: revoke_key,
    commands.Connect: connect,
}


def described(project: Project) -> str:
    switches = {True: "true", False: "false"}
    return table(
        ("slug", project.slug),
        ("name", project.name),
        ("description", project.description),
        ("locale", project.locale),
        ("helpdesk enabled", switches[project.helpdesk_enabled]),
        ("helpdesk allow create", switches[project.helpdesk_allow_create]),
        ("allowed origins", ", ".join(project.allowed_origins) or "none"),
        ("agents' chat", str(project.agent_chat or "none")),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
