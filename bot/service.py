"""The bot as a running thing: each messenger connected, read, handled, sent to; ended in order."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

import structlog
from aiogram import Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import BotCommandScopeAllPrivateChats, Message, Update
from aiohttp import web

import locales
from bot import intake
from bot.agents.rights import announce_rights
from bot.app import build_dispatcher, commands
from bot.failures import PASSING, backoff, passes, wait_after, words
from bot.files import Files
from bot.health import Health
from bot.lanes import Lanes
from bot.messengers import Messenger
from bot.numbers import Numbers
from bot.outgoing.outlet import Outlet
from bot.restore import restore_pace
from bot.sender import Sender
from bot.tasks import Fatal, Tasks
from storage import feeds, projects
from storage.database import Database
from storage.errors import Unavailable
from storage.model import Channel, Project

log = structlog.get_logger()

WEBHOOK_PATH = "/webhooks/{channel}"
INSISTS = 3
"""How often a start is tried anew for what the desk can work without."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Webhook mode: how the outside reaches the desk, and the secret it must bring."""

    public_url: str
    secret: str

    def url(self, channel: Channel) -> str:
        """Where a messenger sends its updates."""
        return self.public_url.rstrip("/") + WEBHOOK_PATH.format(channel=channel)


class Service:
    """Everything that talks through messengers."""

    def __init__(
        self,
        db: Database,
        messengers: Sequence[Messenger],
        health: Health,
        *,
        locale: str,
        webhooks: Webhooks | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self._db = db
        self._health = health
        self._webhooks = webhooks
        self.messengers: Mapping[Channel, Messenger] = {each.channel: each for each in messengers}
        self._by_bot = {each.bot.id: each for each in messengers}
        self.files = Files(self.messengers)
        self._dispatcher: Dispatcher = build_dispatcher(
            db, default_locale=locale, messenger_of=self._messenger_of
        )
        self._lanes = {
            each.channel: Lanes(db, each, partial(self._handle, each)) for each in messengers
        }
        counted = numbers or Numbers()
        self._senders = {
            each.channel: Sender(Outlet(db, each, self.files, counted)) for each in messengers
        }
        self._connected = {channel: asyncio.Event() for channel in self.messengers}
        self._looked_at = {channel: asyncio.Event() for channel in self.messengers}
        for channel in self.messengers:
            health.bad(channel, "not connected yet")

    def telegram(self, start: str) -> str | None:
        """The deeplink with this start payload; None while Telegram's bot is unknown."""
        return self._deeplink(Channel.TELEGRAM, start)

    def max(self, start: str) -> str | None:
        """The deeplink with this start payload; None while MAX's bot is unknown."""
        return self._deeplink(Channel.MAX, start)

    def _deeplink(self, channel: Channel, start: str) -> str | None:
        messenger = self.messengers.get(channel)
        return None if messenger is None else messenger.deeplink(start)

    async def readiness(self) -> list[str]:
        """Why the desk is not ready, in words; empty when it is."""
        try:
            await self._db.check()
        except Unavailable as error:
            return [f"database: {error.detail}", *self._health.reasons()]
        return self._health.reasons()

    def _messenger_of(self, bot_id: int) -> Messenger:
        return self._by_bot[bot_id]

    async def _handle(self, messenger: Messenger, update: Update, album: list[Message]) -> None:
        await self._dispatcher.feed_update(messenger.bot, update, messenger=messenger, album=album)

    def add_routes(self, app: web.Application) -> None:
        """In webhook mode, the paths that the messengers call."""
        if self._webhooks is not None:
            for channel, messenger in self.messengers.items():
                handler = intake.webhook_handler(self._db, messenger, self._webhooks.secret)
                app.router.add_post(WEBHOOK_PATH.format(channel=channel), handler)

    async def start(self, tasks: Tasks) -> None:
        """Begin; a messenger that cannot be reached is tried again while the rest works."""
        for channel, messenger in self.messengers.items():
            messenger.username = await self._db.read(feeds.bot_username, channel)
            await restore_pace(self._db, messenger)
            tasks.start(f"{channel} lanes", self._lanes[channel].run)
            tasks.start(f"{channel} feed", partial(self._feed, messenger))
            tasks.start(f"{channel} sender", partial(self._send, messenger))
            tasks.start(f"{channel} rights", partial(self._check_agent_chats, messenger))

    async def finish(self, seconds: float) -> None:
        """Finish what is in hand: updates first, as they make what is to be sent."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await asyncio.gather(*(lanes.finish(seconds * 0.6) for lanes in self._lanes.values()))
        rest = max(end - loop.time(), 0)
        await asyncio.gather(*(sender.finish(rest) for sender in self._senders.values()))
        for messenger in self.messengers.values():
            await messenger.bot.session.close()

    async def _send(self, messenger: Messenger) -> None:
        await self._connected[messenger.channel].wait()
        await self._senders[messenger.channel].run(self._health)

    async def _feed(self, messenger: Messenger) -> None:
        if not self._connected[messenger.channel].is_set():  # else it is read again after a failure
            await self._connect(messenger)
        # A group that became a supergroup is followed before what is said there is read.
        await self._looked_at[messenger.channel].wait()
        if self._webhooks is None:
            await intake.poll(self._db, messenger, self._health)
        else:
            url, secret = self._webhooks.url(messenger.channel), self._webhooks.secret
            await intake.watch_webhook(messenger, url, secret, self._health)

    async def _connect(self, messenger: Messenger) -> None:
        """Introduce the desk to the messenger, however long that takes. A wrong token is fatal."""
        attempt = 0
        while True:
            try:
                await self._introduce(messenger, insist=attempt < INSISTS)
                break
            except (*PASSING, TelegramAPIError) as error:
                if self._health.bad(messenger.channel, words(error)):
                    log.warning(
                        "not connected", channel=messenger.channel.value, reason=words(error)
                    )
                await asyncio.sleep(wait_after(error, attempt))
                attempt += 1
        for part in (intake.part(messenger), self._senders[messenger.channel].part):
            self._health.bad(part, "not started yet")
        self._health.good(messenger.channel)
        self._connected[messenger.channel].set()
        log.info("connected", channel=messenger.channel.value, bot=messenger.username)

    async def _introduce(self, messenger: Messenger, *, insist: bool) -> None:
        try:
            me = await messenger.bot.get_me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            variable = f"DESKWIRE_{messenger.channel.upper()}_TOKEN"
            raise Fatal(f"{variable}: {messenger.channel} refuses this token") from error
        await self._db.write(feeds.know_bot, messenger.channel, me.id, me.username)
        if self._webhooks is None:
            # One that is there all the same is a conflict, which `poll` mends.
            removal = intake.remove_webhook(messenger)
            await _or_without("a look at its webhook", removal, messenger, insist=insist)
        else:
            url = self._webhooks.url(messenger.channel)
            await intake.set_webhook(messenger, url, self._webhooks.secret)
        await _or_without(
            "its menu of commands", _offer_commands(messenger), messenger, insist=insist
        )
        messenger.username = me.username

    async def _check_agent_chats(self, messenger: Messenger) -> None:
        """Say once in each agent chat what is missing there, if anything is."""
        await self._connected[messenger.channel].wait()
        unchecked = [
            project
            for project in await self._db.read(projects.listing)
            if project.agent_chat is not None and project.agent_chat.channel is messenger.channel
        ]
        for attempt in count():
            unchecked = [p for p in unchecked if not await self._checked(messenger, p, attempt)]
            self._looked_at[messenger.channel].set()
            if not unchecked:
                return
            await asyncio.sleep(backoff(attempt))

    async def _checked(self, messenger: Messenger, project: Project, attempt: int) -> bool:
        """False where it may be known later."""
        try:
            await announce_rights(self._db, messenger, project)
        except (*PASSING, TelegramAPIError) as error:
            level = log.debug if attempt else log.warning
            level("cannot check the agents' chat", project=project.slug, reason=words(error))
            return not passes(error)
        return True


async def _or_without(
    what: str, work: Awaitable[None], messenger: Messenger, *, insist: bool
) -> None:
    """Do what the desk can work without: servers of others know less than the messengers' own.

    Raises what passes (see `bot.failures`) while the caller would `insist`.
    """
    try:
        await work
    except (*PASSING, TelegramAPIError) as error:
        if insist and passes(error):
            raise
        log.warning("goes without", channel=messenger.channel.value, what=what, reason=words(error))


async def _offer_commands(messenger: Messenger) -> None:
    for locale in locales.LOCALES:
        await messenger.bot.set_my_commands(
            commands(locale),
            scope=BotCommandScopeAllPrivateChats(),
            language_code=None if locale == "en" else locale,
        )
