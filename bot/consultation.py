"""What the doctor asks a messenger: the token, the clock, the way of updates, rights in chats."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import WebhookInfo

import locales
from bot.agents.rights import check_rights
from bot.doctor import PATIENCE, Consult, Finding, odd, well, wrong
from bot.failures import PASSING, words
from bot.messengers import Messenger
from storage.database import Clock, utc_now
from storage.model import Channel, Project

SECONDS = 20
"""A messenger has this long for an answer."""
OFF, FAR_OFF = timedelta(seconds=20), timedelta(minutes=3)
"""How wrong a clock is odd, and how wrong it breaks signatures, which are valid for 5 minutes."""
RECENT = timedelta(hours=1)
MANY = 100
"""Updates that wait at the messenger."""


def consulting(
    messengers: Sequence[Messenger],
    base_urls: Mapping[str, str],
    webhook_of: Callable[[Channel], str] | None,
    clock: Clock = utc_now,
) -> Consult:
    """Asks each messenger, at its base URL. `webhook_of` tells where a messenger's updates should
    go, None for polling."""

    async def consult(projects: Sequence[Project]) -> AsyncIterator[Finding]:
        for messenger in messengers:
            channel = messenger.channel
            webhook = None if webhook_of is None else webhook_of(channel)
            try:
                async for finding in ask(messenger, base_urls[channel], webhook, projects, clock):
                    yield finding
            finally:
                await messenger.bot.session.close()

    return consult


async def ask(
    messenger: Messenger,
    base_url: str,
    webhook: str | None,
    projects: Sequence[Project],
    clock: Clock,
) -> AsyncIterator[Finding]:
    """All about one messenger. `webhook` is where its updates should go, None for polling."""
    name = messenger.channel
    yield await _clock(name, base_url, clock)
    try:
        async with asyncio.timeout(SECONDS):
            me = await messenger.bot.get_me()
    except (TelegramUnauthorizedError, TelegramNotFound):
        yield wrong(
            f"{name}: DESKWIRE_{name.upper()}_TOKEN is refused; copy it anew from where you made"
            " the bot, a token that was renewed there is dead"
        )
        return
    except (*PASSING, TelegramAPIError, TimeoutError) as error:
        yield wrong(f"{name}: {_why(error)}; see that this machine may connect to {base_url}")
        return
    yield well(f"{name}: the token is that of @{me.username}")
    try:
        async with asyncio.timeout(SECONDS):
            yield _way_in(name, await messenger.bot.get_webhook_info(), webhook, clock)
    except (*PASSING, TelegramAPIError, TimeoutError) as error:
        yield odd(f"{name}: how updates come in cannot be looked up: {_why(error)}")
    for project in projects:
        if project.agent_chat is not None and project.agent_chat.channel is name:
            yield await _agents(messenger, project)


async def _clock(name: str, base_url: str, clock: Clock) -> Finding:
    """The clock beside that of the messenger's server: every HTTP answer tells its time, also one
    to a request without a token (RFC 9110, 6.6.1)."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as http,
            http.head(base_url, allow_redirects=False) as answer,
        ):
            told = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return odd(f"clock: {name}'s server did not tell its time, so nothing is known of it")
    off = clock() - (told if told.tzinfo else told.replace(tzinfo=UTC))
    if abs(off) < OFF:
        return well(f"clock: agrees with that of {name}'s server")
    way = "ahead of" if off > timedelta() else "behind"
    says = f"clock: {abs(off).total_seconds():.0f} seconds {way} that of {name}'s server;"
    says += " let NTP set it: timedatectl set-ntp true"
    return wrong(says) if abs(off) > FAR_OFF else odd(says)


def _way_in(name: str, info: WebhookInfo, webhook: str | None, clock: Clock) -> Finding:
    if webhook is None:
        if info.url:
            return odd(
                f"{name}: a webhook is set, though DESKWIRE_UPDATES is polling;"
                " the next start removes it, unless another program sets it again"
            )
        return _in_time(f"{name}: updates are polled", info)
    if info.url != webhook:
        return wrong(
            f"{name}: updates are not sent to {webhook}; a start of the desk asks for it,"
            " unless another program uses this token"
        )
    failed = info.last_error_date
    if isinstance(failed, datetime) and clock() - failed < RECENT:
        return wrong(
            f"{name}: calls to {webhook} failed lately: {info.last_error_message};"
            " see that the proxy passes them on and its certificate is valid"
        )
    return _in_time(f"{name}: updates are sent to {webhook}", info)


def _in_time(says: str, info: WebhookInfo) -> Finding:
    if info.pending_update_count > MANY:
        return odd(f"{says}, but {info.pending_update_count} of them wait; is Deskwire running?")
    return well(says)


async def _agents(messenger: Messenger, project: Project) -> Finding:
    assert project.agent_chat is not None
    says = f"project {project.slug}: in its agents' chat {project.agent_chat}"
    try:
        async with asyncio.timeout(SECONDS):
            missing = await check_rights(messenger, project.agent_chat)
    except (*PASSING, TelegramAPIError, TimeoutError) as error:
        return odd(f"{says}, the bot's rights cannot be looked up: {_why(error)}")
    if not missing:
        return well(f"{says}, the bot has all rights it needs")
    lines = locales.render_plain("rights_missing", "en", rights=missing).splitlines()
    wanted = "; ".join(line.removeprefix("• ") for line in lines if line.startswith("• "))
    return wrong(f"{says}, the bot has to {wanted}")


def _why(error: Exception) -> str:
    return "it does not answer" if isinstance(error, TimeoutError) else words(error)
