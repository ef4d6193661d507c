"""MAX's names of messages: each part of each message has one number, for good."""

from pathlib import Path

from storage import max_messages
from storage.database import Database
from storage.model import Channel, Chat


async def test_a_message_has_the_same_number_however_often_it_is_seen(db: Database) -> None:
    [first] = await db.write(max_messages.remember, 5, "mid.a")
    [other] = await db.write(max_messages.remember, 5, "mid.b")
    assert first != other
    assert await db.write(max_messages.remember, 5, "mid.a") == [first]
    assert await db.read(max_messages.mid_of, first) == (5, "mid.a")
    assert await db.read(max_messages.mid_of, other) == (5, "mid.b")


async def test_each_part_of_an_album_has_a_number_of_its_own_in_order(db: Database) -> None:
    numbers = await db.write(max_messages.remember, -7, "mid.album", 3)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3
    assert await db.read(max_messages.by_mid, "mid.album") == numbers
    assert [await db.read(max_messages.mid_of, each) for each in numbers] == [(-7, "mid.album")] * 3


async def test_parts_that_an_edit_adds_are_counted_on(db: Database) -> None:
    [first] = await db.write(max_messages.remember, 5, "mid.a")
    longer = await db.write(max_messages.remember, 5, "mid.a", 3)
    assert longer[0] == first
    assert len(set(longer)) == 3
    assert await db.write(max_messages.remember, 5, "mid.a", 2) == longer[:2]


async def test_unknown_names_and_numbers_are_nobodys(db: Database) -> None:
    assert await db.read(max_messages.mid_of, 1) is None
    assert await db.read(max_messages.by_mid, "mid.a") == []


async def test_numbers_survive_a_restart(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "desk.db")
    numbers = await database.write(max_messages.remember, 5, "mid.a", 2)
    await database.close()
    database = await Database.open(tmp_path / "desk.db")
    assert await database.write(max_messages.remember, 5, "mid.a", 2) == numbers
    await database.close()


async def test_a_message_tells_its_chat_and_a_person_the_dialog(db: Database) -> None:
    await db.write(max_messages.remember, -7, "mid.a", 2)
    assert await db.read(max_messages.chat_of, "mid.a") == -7
    assert await db.read(max_messages.chat_of, "mid.b") is None
    await db.write(max_messages.met, 70, 5)
    assert await db.read(max_messages.dialog_of, 70) == 5
    assert await db.read(max_messages.dialog_of, 71) is None
    await db.write(max_messages.met, 70, 6)
    assert await db.read(max_messages.dialog_of, 70) == 6


async def test_a_forgotten_chat_leaves_nothing_and_its_numbers_are_never_given_again(
    db: Database,
) -> None:
    [old] = await db.write(max_messages.remember, 5, "mid.a")
    [kept] = await db.write(max_messages.remember, 6, "mid.b")
    [last] = await db.write(max_messages.remember, 5, "mid.c")
    await db.write(max_messages.met, 70, 5)
    await db.write(max_messages.forget, Chat(Channel.TELEGRAM, 5))
    assert await db.read(max_messages.mid_of, old) == (5, "mid.a")
    await db.write(max_messages.forget, Chat(Channel.MAX, 5))
    assert await db.read(max_messages.mid_of, old) is None
    assert await db.read(max_messages.dialog_of, 70) is None
    assert await db.read(max_messages.mid_of, kept) == (6, "mid.b")
    [new] = await db.write(max_messages.remember, 5, "mid.a")
    assert new > last
