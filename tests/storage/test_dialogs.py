"""Conversations: kept by chat, person and destiny, over a restart, until they are ended."""

from pathlib import Path

import pytest

from storage import dialogs
from storage.database import Database
from storage.dialogs import DialogKey
from storage.model import Channel, Chat

CHAT = Chat(Channel.TELEGRAM, 7)
KEY = DialogKey(CHAT, 7, 0, "default")


async def test_conversation_that_never_was_is_empty(db: Database) -> None:
    assert await db.read(dialogs.get, KEY) == (None, {})
    await db.write(dialogs.set_state, KEY, None)
    await db.write(dialogs.set_data, KEY, {})
    assert await db.read(dialogs.get, KEY) == (None, {})


async def test_state_and_data_change_apart(db: Database) -> None:
    await db.write(dialogs.set_state, KEY, "form")
    await db.write(dialogs.set_data, KEY, {"type": "é"})
    assert await db.read(dialogs.get, KEY) == ("form", {"type": "é"})
    await db.write(dialogs.set_state, KEY, "menu")
    assert await db.read(dialogs.get, KEY) == ("menu", {"type": "é"})
    await db.write(dialogs.set_data, KEY, {"page": 2})
    await db.write(dialogs.set_state, KEY, None)
    assert await db.read(dialogs.get, KEY) == (None, {"page": 2})
    await db.write(dialogs.set_data, KEY, {})
    assert await db.read(dialogs.get, KEY) == (None, {})


async def test_conversation_survives_a_restart(tmp_path: Path) -> None:
    first = await Database.open(tmp_path / "desk.db")
    await first.write(dialogs.set_state, KEY, "form")
    await first.write(dialogs.set_data, KEY, {"type": 1})
    await first.close()
    second = await Database.open(tmp_path / "desk.db")
    assert await second.read(dialogs.get, KEY) == ("form", {"type": 1})
    await second.close()


@pytest.mark.parametrize(
    "other",
    [
        KEY._replace(chat=Chat(Channel.MAX, 7)),
        KEY._replace(chat=Chat(Channel.TELEGRAM, 8)),
        KEY._replace(user_id=8),
        KEY._replace(thread_id=1),
        KEY._replace(destiny="scenes_history"),
    ],
)
async def test_conversations_are_apart(db: Database, other: DialogKey) -> None:
    await db.write(dialogs.set_state, KEY, "form")
    await db.write(dialogs.set_data, KEY, {"type": 1})
    assert await db.read(dialogs.get, other) == (None, {})


async def test_forgetting_a_chat_ends_all_its_conversations_and_no_others(db: Database) -> None:
    history = KEY._replace(destiny="scenes_history")
    other = KEY._replace(chat=Chat(Channel.TELEGRAM, 8))
    for key in (KEY, history, other):
        await db.write(dialogs.set_state, key, "form")
    await db.write(dialogs.forget, CHAT)
    left = [await db.read(dialogs.get, key) for key in (KEY, history, other)]
    assert left == [(None, {}), (None, {}), ("form", {})]
