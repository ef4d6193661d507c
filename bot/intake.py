"""Updates on their way in: committed to the inbox, then confirmed, by polling or by webhook.

Handling what is in the inbox is the lanes' business.
"""

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from aiogram.exceptions import TelegramAPIError, TelegramConflictError
from aiohttp import web

from bot.failures import PASSING, wait_after, words
from bot.health import Health
from bot.messengers import Messenger
from bot.messengers.telegram import GetRawUpdates, lane_of
from storage import inbox
from storage.database import Database
from storage.errors import Unavailable
from storage.model import Channel

log = structlog.get_logger()

POLL_SECONDS = 25
"""How long one request waits for updates at the messenger."""
FORGET_OFFSET_AFTER = 24 * 3600.0
"""After a week without updates Telegram may go on with any id, lower ones too: an idle poll starts
afresh long before, and the inbox refuses what it has (core.telegram.org/bots/api#update)."""

Received = Sequence[tuple[int, int, Mapping[str, Any]]]


def received(updates: Sequence[Mapping[str, Any]]) -> Received:
    """Telegram updates as the inbox takes them."""
    return [(int(update["update_id"]), lane_of(update), update) for update in updates]


async def poll(db: Database, messenger: Messenger, health: Health) -> None:
    """Long polling, for ever. An update is confirmed by the next request, once it is committed."""
    part = f"{messenger.channel} updates"
    loop = asyncio.get_running_loop()
    offset: int | None = None
    last = loop.time()
    attempt = 0
    while True:
        if offset is not None and loop.time() - last > FORGET_OFFSET_AFTER:
            offset = None
        try:
            # After an error it asks without waiting, to know at once that all is well again.
            seconds = 0 if attempt else POLL_SECONDS
            updates = await messenger.bot(
                GetRawUpdates(offset=offset, timeout=seconds), request_timeout=seconds + 15
            )
            if updates:
                await db.write(inbox.add, messenger.channel, received(updates))
                offset = max(int(update["update_id"]) for update in updates) + 1
                last = loop.time()
            attempt = 0
            if health.good(part):
                log.info("updates come in", channel=messenger.channel.value)
        except (*PASSING, TelegramAPIError) as error:
            if isinstance(error, TelegramConflictError):
                await _mend_conflict(messenger)
            if health.bad(part, words(error)):
                log.warning("no updates", channel=messenger.channel.value, reason=words(error))
            await asyncio.sleep(wait_after(error, attempt))
            attempt = min(attempt + 1, 10)


async def _mend_conflict(messenger: Messenger) -> None:
    """A webhook left over from before stands in the way of polling: remove it, losing nothing."""
    try:
        if (await messenger.bot.get_webhook_info()).url:
            await messenger.bot.delete_webhook(drop_pending_updates=False)
            log.info("removed a webhook left over from before", channel=messenger.channel.value)
    except (*PASSING, TelegramAPIError) as error:
        log.warning(
            "cannot look at the webhook", channel=messenger.channel.value, reason=words(error)
        )


def webhook_handler(
    db: Database, channel: Channel, secret: str, read: Callable[[Any], Received]
) -> Callable[[web.Request], Any]:
    """The receiver of a messenger's webhook: 200 once the update is committed.

    The secret comes in the header that Telegram sends it in
    (core.telegram.org/bots/api#setwebhook) and is compared in constant time.
    """

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=401)
        try:
            updates = read(json.loads(await request.read()))
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        try:
            await db.write(inbox.add, channel, updates)
        except Unavailable as error:
            log.warning("no updates", channel=channel.value, reason=error.detail)
            return web.Response(status=503)
        return web.Response()

    return handle
