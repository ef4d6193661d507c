"""Which tickets have the words: the right ones, the newest first, without a look at the others."""

import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import conversation, opening, projects, search, ticket_list, tickets
from storage.database import Database
from storage.migrations import migrate
from storage.model import Content, Priority, Project, Status
from storage.ticket_list import TicketFilter
from storage.transaction import Transaction
from tests.bench import growth

ALPHABET = "abвг"
PROJECT = UUID("00000000-0000-4000-8000-000000000001")
WORD = st.text(ALPHABET, min_size=1, max_size=5)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)


async def write(db: Database, project: Project, said: list[str]) -> None:
    """A ticket in which this is said."""
    new = opening.NewTicket(Content(said[0]), "s")
    ticket = await db.write(opening.by_backend, project.id, new)
    for text in said[1:]:
        await db.write(conversation.customer_reply, project.id, ticket.id, Content(text))


async def found(db: Database, project: Project, q: str, before: int | None = None) -> list[int]:
    await db.write(search.index)
    return await db.read(lambda tx: list(search.tickets_with(tx, project.id, q, before)))


@settings(max_examples=30, deadline=None)
@given(
    said=st.lists(st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=12),
    asked=TEXT,
    before=st.integers(1, 14),
    sizes=st.sampled_from([(1, 1, 0), (1, 2, 1), (8, 512, 24)]),
)
async def test_a_ticket_is_found_when_each_word_begins_one_of_its_words(
    tmp_path_factory: pytest.TempPathFactory,
    said: list[list[str]],
    asked: str,
    before: int,
    sizes: tuple[int, int, int],
) -> None:
    """However the words lie in its messages, and by whatever way the index is read."""
    db = await Database.open(tmp_path_factory.mktemp("desk") / "desk.db")
    project = await db.write(projects.create, slug="main", name="Shop")
    other = await db.write(projects.create, slug="other", name="Other")
    for texts in said:
        await write(db, other, [asked])
        await write(db, project, texts)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in zip(("SMALL", "LARGE", "MOST_SPELLINGS"), sizes, strict=True):
            patch.setattr(search, name, size)
        answer = await found(db, project, asked, before)
    await db.close()
    expected = [
        number
        for number, texts in enumerate(said, start=1)
        if number < before
        and all(any(w.startswith(q) for w in " ".join(texts).split()) for q in asked.split())
    ]
    assert answer == expected[::-1]


async def test_signs_between_words_are_no_words(db: Database, project: Project) -> None:
    await write(db, project, ["Order DH-10023 — where is it?"])
    for q in ("order — where", "№ 10023", "dh-1002", "(order)", "- order -"):
        assert await found(db, project, q) == [1], q
    for q in ("—", "()", '" "', "dh-2", "ord*10"):
        assert await found(db, project, q) == [], q


def test_plain_words_are_only_turned_to_lower_case_by_the_tokenizer() -> None:
    """Else the spellings of a beginning would be looked up under another one."""
    letters = [chr(n) for n in range(0x500) if search._PLAIN.fullmatch(chr(n))]
    assert len(letters) == 2 * 26 + 10 + 2 * 32
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE w USING fts5 (letter, tokenize = 'unicode61 remove_diacritics 2')"
    )
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab (w, row)")
    for letter in letters:
        connection.execute("INSERT INTO w VALUES (?)", [letter])
    terms = {term for (term,) in connection.execute("SELECT term FROM v")}
    connection.close()
    assert terms == {letter.lower() for letter in letters}


def steps(tx: Transaction, project: Project, wanted: TicketFilter, offset: int = 0) -> int:
    """How many instructions SQLite runs for a page."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    tx._cursor.connection.set_progress_handler(count, 1)
    page, _ = ticket_list.listing(tx, project.id, wanted, limit=20, offset=offset)
    tx._cursor.connection.set_progress_handler(None, 1)
    assert page
    return counted


QUESTIONS = {
    "all": TicketFilter(),
    "a state": TicketFilter(status=Status.WAITING),
    "a priority": TicketFilter(priority=Priority.HIGH),
    "deep": TicketFilter(before=60),
    "a word in each": TicketFilter(words="parcel"),
    "its beginning": TicketFilter(words="par"),
    "a word in each, deep": TicketFilter(words="parcel", before=60),
    "a word in one": TicketFilter(words="zebra"),
    "a word in each and one in one": TicketFilter(words="parcel zebra"),
}


async def test_a_page_takes_no_more_steps_however_many_tickets_there_are(
    db: Database, project: Project
) -> None:
    await write(db, project, ["A zebra in my parcel"])
    await db.write(growth.fill, project, range(2, 101))
    for ticket in (await db.read(ticket_list.listing, project.id, TicketFilter(), limit=50))[0]:
        await db.write(tickets.set_priority, project.id, ticket.id, Priority.HIGH)
    before = {name: await db.read(steps, project, each) for name, each in QUESTIONS.items()}
    before["offset"] = await db.read(steps, project, TicketFilter(), 50)
    await db.write(growth.fill, project, range(101, 2001))
    after = {name: await db.read(steps, project, each) for name, each in QUESTIONS.items()}
    after["offset"] = await db.read(steps, project, TicketFilter(), 50)
    assert {
        name: after[name] / before[name] for name in after if after[name] > before[name] * 1.5
    } == {}


async def test_skipping_tickets_reads_none_of_them(db: Database, project: Project) -> None:
    await db.write(growth.fill, project, range(1, 2001))
    near, far = [await db.read(steps, project, TicketFilter(), offset) for offset in (10, 1900)]
    assert far - near < 10 * (1900 - 10)


def numbers_with(tx: Transaction, words: str) -> list[int]:
    return list(search.tickets_with(tx, PROJECT, words))


async def test_what_was_said_before_the_index_was_made_anew_is_found(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate(path, 1, up_to=4)
    old = sqlite3.connect(path)
    old.executescript(
        "INSERT INTO projects (id, slug, name, created_at)"
        f" VALUES ('{PROJECT}', 'main', 'Shop', 1);"
        "INSERT INTO subscribers (id, project_id, channel, created_at, updated_at)"
        f" VALUES ('s', '{PROJECT}', 'virtual', 1, 1);"
        "INSERT INTO tickets (id, project_id, number, subscriber_id, channel, subject, created_at,"
        f" updated_at) VALUES ('t', '{PROJECT}', 7, 's', 'virtual', 'Kitchen, ещё', 1, 1);"
        "INSERT INTO messages (seq, id, ticket_id, author, author_name, text, created_at) VALUES"
        " (3, 'a', 't', 'customer', '', 'My samovar', 1), (5, 'b', 't', 'agent', '', 'Broken', 1);"
    )
    old.close()
    db = await Database.open(path)
    try:
        assert await db.write(search.index) == 0
        for words in ("kitchen samovar broken", "sam", "KITCH", "еще", "ЕЩЁ"):
            assert await db.read(numbers_with, words) == [7], words
    finally:
        await db.close()


@pytest.mark.parametrize(("said", "asked"), [("счёт", "счет"), ("Счет", "СЧЁТ"), ("ЁЛКИ", "елк")])
async def test_the_same_word_is_found_with_either_letter(
    db: Database, project: Project, said: str, asked: str
) -> None:
    ticket = await db.write(opening.by_backend, project.id, opening.NewTicket(Content("a"), "s"))
    message = await db.write(conversation.customer_reply, project.id, ticket.id, Content(said))
    assert await found(db, project, asked) == [1]
    row = await db.read(lambda tx: tx.one("SELECT seq FROM messages WHERE id = :id", id=message.id))
    assert row is not None
    await db.write(search.refresh, row["seq"])
    assert await found(db, project, asked) == [1]


async def test_searches_share_their_statements_whatever_they_find(
    db: Database, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each text of a statement is kept prepared: one for each search would fill the memory."""
    for number in range(6):
        await write(db, project, [f"parcel {'blue' if number % 2 else 'red'}"])
    await db.write(search.index)
    asked: list[set[str]] = []
    execute = Transaction._execute

    def remember(tx: Transaction, sql: str, values: dict[str, object]) -> sqlite3.Cursor:
        asked[-1].add(sql)
        return execute(tx, sql, values)

    monkeypatch.setattr(Transaction, "_execute", remember)
    for words, status in (("blue", None), ("red", None), ("red", Status.NEW), ("blue", Status.NEW)):
        asked.append(set())
        wanted = TicketFilter(words=words, status=status)
        tickets_found, _ = await db.read(ticket_list.listing, project.id, wanted, limit=50)
        assert len(tickets_found) == 3
    assert asked[0] == asked[1]
    assert asked[2] == asked[3]
