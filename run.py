"""Deskwire's beginning: reads the configuration, then serves or carries out a command.

The one place where all rooms meet. The bot and the API are imported only to serve: that takes
seconds, and a command should answer at once.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

import config
from config import commands, secret
from config.command_line import UsageError, parse
from config.masking import Mask
from config.printing import listens, show, table, tell
from config.process import ready, settle
from storage import api_keys, owner
from storage.backup import backup
from storage.database import Database
from storage.errors import Conflict, DatabaseUnusable, HelpdeskError, Unauthorized, Unavailable
from storage.first_start import NewProject, prepare
from storage.model import Channel, Chat
from storage.once import scratch, write_once
from storage.owner import Said, said

if TYPE_CHECKING:
    from aiohttp import web

    from api.runner import Runner
    from api.webhook_sender import WebhookSender
    from bot.messengers import Messenger
    from bot.playground import Playground
    from bot.playground.desk import Desk
    from bot.service import Service, Webhooks

FAILED = 1
MISUSED = 2


def main(arguments: list[str]) -> int:
    """The exit code: 0, 1 where what was asked for failed, 2 where it can't be asked so."""
    os.umask(0o077)  # what is written, databases and backups, is nobody else's to read
    try:
        command = parse(arguments)
        settings = config.load()
    except (UsageError, config.ConfigError) as error:
        tell(str(error))
        return MISUSED
    if command is None:
        return serve(settings)
    if isinstance(command, commands.Doctor):
        return asyncio.run(see_doctor(settings))
    if settings.playground_on:
        tell(f"No messenger is set up: this is the playground, {settings.database_file}")
    try:
        answer = carry_out(command, settings)
    except HelpdeskError as error:
        tell(error.detail)
        return FAILED
    tell(answer.aside)
    show(table(*answer.rows))
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
    try:
        db = await Database.open(settings.database_file)
    except DatabaseUnusable as error:
        raise unusable(error, settings) from error
    try:
        await first_start(db, settings)
        return await serve_until_end(db, settings)
    finally:
        await db.close()


def unusable(error: HelpdeskError, settings: config.Settings) -> DatabaseUnusable:
    """With the name of the variable, where the database is the one that it names."""
    name = "" if settings.playground_on else "DESKWIRE_DATABASE: "
    return DatabaseUnusable(name + error.detail)


async def first_start(db: Database, settings: config.Settings) -> None:
    key, chat = secret(settings.api_key), settings.agent_chat
    try:
        _, made_key = await db.write(
            prepare,
            NewProject(*settings.first_project),
            api_key=key,
            agent_chat=Chat(Channel(chat.channel), chat.chat_id) if chat else None,
        )
    except Conflict as error:
        raise Conflict(f"DESKWIRE_API_KEY, DESKWIRE_AGENT_CHAT: {error.detail}") from error
    except Unavailable as error:
        raise unusable(error, settings) from error
    if made_key:
        print(f"API key of the first project, shown only now: {made_key}", flush=True)
    try:
        if key is not None:
            await db.read(api_keys.project_of, api_keys.hash_key(key))
    except Unauthorized:
        structlog.get_logger("run").warning("DESKWIRE_API_KEY was revoked, so it opens nothing")


async def serve_until_end(db: Database, settings: config.Settings) -> int:
    """Serve until the process is asked to end, or until a part finds that it cannot go on."""
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
        # The stand-ins' people need no password: nobody else may reach them.
        await listen(runner, "127.0.0.1" if playground else settings.host, settings.port)
        tasks.start("webhooks", webhooks.run)
        await service.start(tasks)
        jobs = scheduled(db, settings.backup_dir, settings.backup_keep)
        settle()
        listens(*runner.addresses[0][:2], playground=playground is not None)
        ready()
        fatal = await tasks.end()
        jobs.shutdown(wait=False)
        await tasks.stop()
        await asyncio.gather(runner.cleanup(), service.finish(6), webhooks.finish(6))
    tell(fatal or "Deskwire has ended")
    return MISUSED if fatal else 0


async def listen(runner: "Runner", host: str, port: int) -> None:
    """Raises Unavailable."""
    try:
        await runner.listen(host, port)
    except OSError as error:
        wrong = f"DESKWIRE_HOST, DESKWIRE_PORT: cannot listen there: {error.strerror}"
        raise Unavailable(wrong) from error


def compose(
    db: Database, settings: config.Settings, playground: "Playground | None"
) -> "tuple[Service | Desk, WebhookSender, web.Application]":
    """The bot and the API, knowing of each other only what is handed over here."""
    from prometheus_client import CollectorRegistry

    import api.app
    from api.guard import Guard
    from api.webhook_sender import WebhookSender
    from bot.health import Health
    from bot.numbers import watch
    from bot.service import Service

    health, guard = Health(), Guard(allow_private=settings.webhook_allow_private)
    registry = CollectorRegistry()
    numbers = watch(registry, health, settings.backup_dir)

    def make() -> Service:
        found = messengers(db, settings, playground)
        hooks = None if playground else webhooks(settings)
        return Service(db, found, health, locale=settings.locale, webhooks=hooks, numbers=numbers)

    service: Service | Desk = playground.desk_of(make) if playground else make()
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
        trusted_proxies=settings.trusted_proxies,
        playground=playground is not None,
        registry=registry,
    )
    if playground:
        playground.add_routes(app)
    elif isinstance(service, Service):
        service.add_routes(app)
    return service, sender, app


def messengers(
    db: Database, settings: config.Settings, playground: "Playground | None"
) -> "Sequence[Messenger]":
    """Those that have a token; in the playground the stand-ins."""
    from bot.messengers import telegram

    token, url = secret(settings.telegram_token), settings.telegram_api_url
    max_token, max_url = secret(settings.max_token), settings.max_api_url
    if playground is not None:
        token, url = playground.telegram.token, playground.telegram.url
        max_token, max_url = playground.max.token, playground.max.url
    found = [telegram.build(token, url, settings.telegram_limits)] if token else []
    if max_token:  # its libraries cost a third of a second and 10 MB
        from bot.messengers import max as max_messenger

        found.append(max_messenger.build(max_token, max_url, settings.max_limits, db))
    return found


def webhooks(settings: config.Settings) -> "Webhooks | None":
    """How updates come in where they are not polled."""
    from bot.service import Webhooks

    if settings.updates == "polling" or settings.public_url is None:
        return None
    return Webhooks(settings.public_url, secret(settings.webhook_secret) or "")


# --- the commands -------------------------------------------------------------------------------


def carry_out(command: commands.Command, settings: config.Settings) -> Said:
    """Raises HelpdeskError."""
    path = settings.database_file
    if not (path.exists() or isinstance(command, commands.CreateProject)):
        wrong = f"There is no database at {path}: the first start makes it, or `project create`."
        raise unusable(DatabaseUnusable(wrong), settings)
    if isinstance(command, commands.Backup):
        size = backup(path, command.file)
        return said(f"Copied {path} to {command.file}: {size} bytes, checked")
    if isinstance(command, commands.CreateProject) and command.locale is None:
        command = command.model_copy(update={"locale": settings.locale})
    return asyncio.run(write_once(path, COMMANDS[type(command)], **dict(command)))


async def see_doctor(settings: config.Settings) -> int:
    """Print how the installation is, a line a finding; FAILED where something is wrong with it."""
    from bot import consultation, doctor

    urls = {"telegram": settings.telegram_api_url, "max": settings.max_api_url}
    updates = webhooks(settings)
    mask, failed = Mask(settings.secrets()), False
    async with scratch() as db:
        asked = messengers(db, settings, None)
        patient = doctor.Patient(
            database=settings.database_file,
            backups=settings.backup_dir,
            public_url=settings.public_url,
            webhooks=updates is not None,
            server=settings.own_url,
            playground=settings.playground_on,
            private=(config.ENV_FILE, settings.database_file),
            channels=[messenger.channel for messenger in asked],
        )
        consult = consultation.consulting(asked, urls, updates.url if updates else None)
        async for finding in doctor.examine(patient, consult):
            show(mask(str(finding)))
            failed = failed or finding.mark is doctor.Mark.WRONG
    return FAILED if failed else 0


COMMANDS: dict[type[commands.Command], Callable[..., Said]] = {
    commands.CreateProject: owner.create_project,
    commands.ListProjects: owner.list_projects,
    commands.ShowProject: owner.show_project,
    commands.SetProject: owner.set_project,
    commands.CreateKey: owner.create_key,
    commands.ListKeys: owner.list_keys,
    commands.RevokeKey: owner.revoke_key,
    commands.Connect: owner.connect,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
