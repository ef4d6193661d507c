"""Updates on their way in: committed to the inbox, then confirmed, by polling or by webhook.

How a messenger is asked is its feed's business, handling what is in the inbox the lanes'.
"""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramConflictError
from aiohttp import web

from bot.failures import PASSING, wait_after, words
from bot.health import Health
from bot.messengers import Messenger
from storage.database import Database
from storage.errors import Unauthorized, Unavailable, ValidationFailed

log = structlog.get_logger()

WATCH_SECONDS = 60.0
"""How often it is looked whether the webhook is still set: another program may remove it, and MAX
does after 8 hours of failures (dev.max.ru/docs-api/methods/POST/subscriptions)."""


async def poll(db: Database, messenger: Messenger, health: Health) -> None:
    """Long polling, for ever."""
    reader = messenger.feed.reader(db)
    attempt = 0
    heard = False
    while True:
        try:
            # At first and after an error it asks without waiting, to know at once that all is well.
            await reader.read(wait=heard)
        except (*PASSING, TelegramAPIError) as error:
            if isinstance(error, TelegramConflictError):
                await _mend_conflict(messenger)
            await _pause(messenger, health, error, attempt)
            attempt += 1
            heard = False
        else:
            attempt = 0
            heard = True
            _comes_in(messenger, health)


async def set_webhook(messenger: Messenger, url: str, secret: str) -> None:
    """Have updates sent to `url`, with that secret; those that wait are kept."""
    await messenger.bot.set_webhook(
        url,
        secret_token=secret,
        allowed_updates=list(messenger.feed.kinds),
        drop_pending_updates=False,
    )


async def watch_webhook(messenger: Messenger, url: str, secret: str, health: Health) -> None:
    """Look for ever whether updates are still sent to `url`, and ask for it again where not."""
    _comes_in(messenger, health)
    attempt = 0
    while True:
        if attempt == 0:
            await asyncio.sleep(WATCH_SECONDS)
        try:
            if (await messenger.bot.get_webhook_info()).url != url:
                await set_webhook(messenger, url, secret)
                log.warning("set the webhook again", channel=messenger.channel.value)
        except (*PASSING, TelegramAPIError) as error:
            await _pause(messenger, health, error, attempt)
            attempt += 1
        else:
            attempt = 0
            _comes_in(messenger, health)


def part(messenger: Messenger) -> str:
    """The part of the desk that brings a messenger's updates in, as its health knows it."""
    return f"{messenger.channel} updates"


def _comes_in(messenger: Messenger, health: Health) -> None:
    if health.good(part(messenger)):
        log.info("updates come in", channel=messenger.channel.value)


async def _pause(messenger: Messenger, health: Health, error: Exception, attempt: int) -> None:
    if health.bad(part(messenger), words(error)):
        log.warning("no updates", channel=messenger.channel.value, reason=words(error))
    await asyncio.sleep(wait_after(error, attempt))


async def remove_webhook(messenger: Messenger) -> None:
    """One left over from before stands in the way of polling; nothing is lost with it."""
    if (await messenger.bot.get_webhook_info()).url:
        await messenger.bot.delete_webhook(drop_pending_updates=False)
        log.info("removed a webhook left over from before", channel=messenger.channel.value)


async def _mend_conflict(messenger: Messenger) -> None:
    try:
        await remove_webhook(messenger)
    except (*PASSING, TelegramAPIError) as error:
        log.warning(
            "cannot look at the webhook", channel=messenger.channel.value, reason=words(error)
        )


def webhook_handler(
    db: Database, messenger: Messenger, secret: str
) -> Callable[[web.Request], Any]:
    """The receiver of a messenger's webhook: 200 once the update is committed.

    The secret comes in a header of the messenger's own, and is compared in constant time. Raises
    Unauthorized, ValidationFailed and Unavailable, which the server puts into words.
    """

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get(messenger.feed.secret_header, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            raise Unauthorized("The secret of the webhook is missing or wrong.")
        body = await request.read()
        try:
            await db.write(messenger.feed.take_in, [json.loads(body)])
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            raise ValidationFailed("body", "is no update of this messenger") from None
        except Unavailable as error:
            log.warning("no updates", channel=messenger.channel.value, reason=error.detail)
            raise
        return web.Response()

    return handle
