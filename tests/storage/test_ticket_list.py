"""Lists of tickets, and the index of their words, which is written in bulk."""

import asyncio

from storage import conversation, erasure, messages, opening, search, ticket_list
from storage.database import Database
from storage.model import Content, Project, Ticket
from storage.ticket_list import TicketFilter
from storage.transaction import Transaction


async def opened(db: Database, project: Project, text: str, subject: str | None = None) -> Ticket:
    return await db.write(opening.by_backend, project.id, opening.NewTicket(Content(text), subject))


def found(tx: Transaction, project: Project, words: str) -> list[int]:
    wanted = TicketFilter(words=words)
    page, _ = ticket_list.listing(tx, project.id, wanted, limit=100)
    return [ticket.ticket_number for ticket in page]


def indexed(tx: Transaction) -> int:
    count: int = tx.all("SELECT count(*) FROM message_words")[0][0]
    return count


async def test_words_are_indexed_once_however_often_somebody_searches(
    db: Database, project: Project
) -> None:
    await opened(db, project, "A samovar")
    assert await db.write(search.index) == 1
    assert await db.write(search.index) == 0
    await opened(db, project, "Another samovar")
    assert await db.write(search.index) == 1
    assert await db.read(found, project, "samovar") == [2, 1]


async def test_a_subject_is_found_with_its_ticket_and_only_there(
    db: Database, project: Project
) -> None:
    ticket = await opened(db, project, "It leaks", "Samovar")
    await opened(db, project, "It does not")
    await db.write(conversation.customer_reply, project.id, ticket.id, Content("Badly"))
    await db.write(search.index)
    assert await db.read(found, project, "samovar leaks badly") == [1]


async def test_words_are_indexed_by_themselves_before_there_are_too_many(
    db: Database, project: Project
) -> None:
    count = search.BULK + 10
    await asyncio.gather(*(opened(db, project, f"word{number}") for number in range(count)))
    assert await db.read(indexed) == search.BULK
    assert await db.write(search.index) == 10
    assert await db.read(found, project, "word0") == [1]
    assert len(await db.read(found, project, "word")) == 100


async def test_new_words_of_a_message_replace_the_old_whether_indexed_or_not(
    db: Database, project: Project
) -> None:
    for number, early in enumerate((True, False), start=1):
        ticket = await opened(db, project, "befor", "Subject")
        message = (await db.read(messages.of_ticket, ticket.id))[0]
        if early:
            await db.write(search.index)
        await db.write(messages.rewrite, message, Content("after"))
        await db.write(search.index)
        assert await db.read(found, project, "befor") == []
        assert number in await db.read(found, project, "subject after")


async def test_erased_words_stay_away_when_the_index_goes_on(
    db: Database, project: Project
) -> None:
    ticket = await opened(db, project, "secret", "hidden")
    await db.write(search.index)
    assert ticket.customer.subscriber_id is not None
    await db.write(erasure.erase, project.id, ticket.customer.subscriber_id)
    await opened(db, project, "open")
    await db.write(search.index)
    for word, numbers in (("secret", []), ("hidden", []), ("open", [2])):
        assert await db.read(found, project, word) == numbers


async def test_a_page_tells_whether_there_is_more(db: Database, project: Project) -> None:
    for number in range(5):
        await opened(db, project, f"Number {number}")
    for limit, more in ((4, True), (5, False), (6, False)):
        page, has_more = await db.read(ticket_list.listing, project.id, TicketFilter(), limit=limit)
        assert (len(page), has_more) == (min(limit, 5), more)
    page, _ = await db.read(ticket_list.listing, project.id, TicketFilter(before=3), limit=9)
    assert [ticket.ticket_number for ticket in page] == [2, 1]


async def test_a_filter_by_project_and_state_uses_an_index(db: Database, project: Project) -> None:
    def plan(tx: Transaction) -> str:
        rows = tx.all(
            "EXPLAIN QUERY PLAN SELECT * FROM tickets WHERE project_id = :p AND status = 'new'"
            " ORDER BY number DESC LIMIT 50",
            p=str(project.id),
        )
        return " ".join(row["detail"] for row in rows)

    told = await db.read(plan)
    assert "tickets_by_status" in told
    assert "TEMP B-TREE" not in told
