"""An echo bot that keeps the desk's promises and does nothing else: what keeping them costs.

An update is committed before it is confirmed. One message is on its way at a time, and recorded
before the next, so that a crash loses none and repeats at most one.
"""

import asyncio
import sys

import aiosqlite
import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update

SCHEMA = "CREATE TABLE inbox (id INTEGER PRIMARY KEY, payload TEXT NOT NULL, sent INTEGER)"


async def serve(token: str, url: str, path: str) -> None:
    """Poll until the process is ended."""
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute(SCHEMA)
        offset = None
        while True:
            updates = await bot.get_updates(offset=offset, timeout=10)
            await db.execute("BEGIN")
            await db.executemany(
                "INSERT INTO inbox (id, payload) VALUES (?, ?)",
                [(update.update_id, update.model_dump_json()) for update in updates],
            )
            await db.execute("COMMIT")
            for update in updates:
                await answer(bot, db, update)
                offset = update.update_id + 1


async def answer(bot: Bot, db: aiosqlite.Connection, update: Update) -> None:
    if update.message is not None:
        sent = await bot.send_message(update.message.chat.id, update.message.text or "")
        await db.execute(
            "UPDATE inbox SET sent = ?, payload = '' WHERE id = ?",
            (sent.message_id, update.update_id),
        )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(*sys.argv[1:]))
