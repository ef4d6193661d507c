"""Tickets: opened once for each source, changed by whoever may, seen by nobody else."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from storage import (
    agents,
    opening,
    outbox,
    projects,
    requests,
    subscribers,
    ticket_types,
    tickets,
)
from storage.database import Database
from storage.errors import (
    HelpdeskCreateDisabled,
    HelpdeskDisabled,
    NotFound,
    TicketNotFound,
    ValidationFailed,
)
from storage.model import (
    Channel,
    Chat,
    Content,
    NewAttachment,
    Person,
    Priority,
    Project,
    Source,
    Status,
    Subscriber,
    Ticket,
)
from storage.opening import NewTicket, subject_from
from storage.transaction import Transaction
from tests.storage.post import Clock

CHAT = Chat(Channel.TELEGRAM, 500)
ANN = Person(CHAT, 500, "Ann", username="ann")
AGENTS = Chat(Channel.TELEGRAM, -100)


@pytest.fixture
async def ann(db: Database, project: Project) -> Subscriber:
    return await db.write(subscribers.subscribe, project.id, ANN)


async def opened(db: Database, ann: Subscriber, native_id: int = 1, text: str = "Hi") -> Ticket:
    source = Source(CHAT, (native_id,))
    return await db.write(opening.by_customer, ann, NewTicket(Content(text)), source)


async def texts_for(db: Database, chat: Chat) -> list[str]:
    rows = await db.read(outbox.pending, chat)
    return [row.payload.get("text", row.kind) for row in rows]


async def test_the_same_source_again_is_the_ticket_it_made(db: Database, ann: Subscriber) -> None:
    first = await opened(db, ann)
    assert (await opened(db, ann)).id == first.id
    assert await texts_for(db, CHAT) == ["ticket_created"]
    assert (await opened(db, ann, native_id=2)).ticket_number == 2


async def test_an_opened_ticket_is_what_is_read_afterwards(
    db: Database, project: Project, ann: Subscriber
) -> None:
    kind = await db.write(ticket_types.create, project.id, name="Delivery")
    new = NewTicket(Content("Hi"), "Subject", kind.id, Priority.HIGH, {"page": "/"})
    for made in (
        await db.write(opening.by_customer, ann, new, Source(CHAT, (1,))),
        await db.write(opening.by_backend, project.id, new, first_name="Bob", username="bob"),
        await db.write(opening.by_backend, project.id, NewTicket(Content("Hi")), chat_id=5),
    ):
        assert await db.read(tickets.get, project.id, made.id) == made


async def test_numbers_have_no_gaps_however_many_come_at_once(
    db: Database, project: Project
) -> None:
    def failing(tx: Transaction) -> None:
        opening.by_backend(tx, project.id, NewTicket(Content("Hi")))
        raise ValidationFailed("text", "is no good")

    works = [db.write(opening.by_backend, project.id, NewTicket(Content("Hi"))) for _ in range(40)]
    fails = [db.write(failing) for _ in range(20)]
    mixed = [each for pair in zip(works, [*fails, *fails], strict=False) for each in pair][:60]
    done = await asyncio.gather(*mixed, *works[30:], return_exceptions=True)
    numbers = sorted(each.ticket_number for each in done if isinstance(each, Ticket))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Where is it?", "Where is it?"),
        ("\n \n  two   words \nmore", "two words"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("", "[photo]"),
        (" \n ", "[photo]"),
    ],
)
def test_the_first_line_with_words_is_the_subject(text: str, subject: str) -> None:
    photo = NewAttachment("photo", Channel.TELEGRAM, "f")
    assert subject_from(Content(text, attachments=(photo,))) == subject


async def test_a_ticket_takes_what_the_website_sent_along_once(
    db: Database, project: Project
) -> None:
    made = await db.write(requests.create, project.id, context={"page": "/cart"})
    subscriber = (await db.write(requests.accept, made.id, ANN)).subscriber
    assert subscriber is not None
    assert (await opened(db, subscriber, 1)).context == {"page": "/cart"}
    assert (await opened(db, subscriber, 2)).context == {}


async def test_what_came_with_an_earlier_request_is_about_no_later_ticket(
    db: Database, project: Project, ann: Subscriber
) -> None:
    for page in ("/first", "/second"):
        made = await db.write(requests.create, project.id, context={"page": page})
        await db.write(requests.open_by, made.id, ANN)
    assert (await opened(db, ann, 1)).context == {"page": "/second"}
    assert (await opened(db, ann, 2)).context == {}


async def test_a_ticket_of_a_back_end_leaves_what_the_website_sent_to_the_customers_own(
    db: Database, project: Project, ann: Subscriber
) -> None:
    made = await db.write(requests.create, project.id, context={"page": "/cart"})
    await db.write(requests.open_by, made.id, ANN)
    by_backend = await db.write(
        opening.by_backend,
        project.id,
        NewTicket(Content("Invoice")),
        channel=Channel.TELEGRAM,
        chat_id=CHAT.id,
    )
    assert by_backend.context == {}
    assert (await opened(db, ann)).context == {"page": "/cart"}


@pytest.mark.parametrize(
    ("setting", "error"),
    [("helpdesk_enabled", HelpdeskDisabled), ("helpdesk_allow_create", HelpdeskCreateDisabled)],
)
async def test_customers_open_nothing_where_the_settings_forbid_it(
    db: Database, project: Project, ann: Subscriber, setting: str, error: type[Exception]
) -> None:
    await db.write(projects.update, project.id, **{setting: False})
    with pytest.raises(error):
        await opened(db, ann)
    assert await db.read(tickets.open_of_project, project.id) == []


async def test_a_replay_is_answered_even_when_nothing_new_may_be_opened(
    db: Database, project: Project, ann: Subscriber
) -> None:
    first = await opened(db, ann)
    await db.write(projects.update, project.id, helpdesk_allow_create=False)
    assert (await opened(db, ann)).id == first.id


async def test_nobody_sees_anybody_elses_ticket(db: Database, ann: Subscriber) -> None:
    ticket = await opened(db, ann)
    other = await db.write(projects.create, slug="second", name="Second")
    for looking in (
        db.read(tickets.get, other.id, ticket.id),
        db.read(tickets.get, ann.project_id, uuid4()),
        db.read(tickets.of_customer, ticket.id, Chat(Channel.TELEGRAM, 501)),
        db.read(tickets.of_customer, ticket.id, Chat(Channel.MAX, 500)),
        db.write(tickets.rate, ticket.id, Chat(Channel.TELEGRAM, 501), 5),
        db.write(tickets.set_status, other.id, ticket.id, Status.CLOSED),
        db.write(tickets.assign, other.id, ticket.id, None),
        db.write(tickets.set_priority, other.id, ticket.id, Priority.LOW),
    ):
        with pytest.raises(TicketNotFound):
            await looking


async def test_an_agent_of_another_project_is_assigned_nothing(
    db: Database, ann: Subscriber
) -> None:
    ticket = await opened(db, ann)
    other = await db.write(projects.create, slug="second", name="Second")
    stranger = await db.write(agents.seen, other.id, Person(AGENTS, 7, "Olga"))
    with pytest.raises(NotFound):
        await db.write(tickets.assign, ann.project_id, ticket.id, stranger.id)


async def test_a_closed_ticket_opens_again_as_its_assignees_or_as_new(
    db: Database, project: Project, ann: Subscriber
) -> None:
    olga = await db.write(agents.seen, project.id, Person(AGENTS, 7, "Olga"))
    nobodys, olgas = await opened(db, ann, 1), await opened(db, ann, 2)
    await db.write(tickets.assign, project.id, olgas.id, olga.id)
    for ticket, status in ((nobodys, Status.NEW), (olgas, Status.IN_PROGRESS)):
        await db.write(tickets.set_status, project.id, ticket.id, Status.CLOSED)
        reopened = await db.write(tickets.reopen, project.id, ticket.id)
        assert (reopened.status, reopened.closed_at) == (status, None)


async def test_a_rating_may_be_changed_and_is_told_once(
    db: Database, project: Project, ann: Subscriber, clock: Clock
) -> None:
    ticket = await opened(db, ann)
    for rating in (5, 5, 2):
        assert (await db.write(tickets.rate, ticket.id, CHAT, rating)).rating == rating
    for wrong in (0, 6, -1):
        with pytest.raises(ValidationFailed):
            await db.write(tickets.rate, ticket.id, CHAT, wrong)
    assert (await db.read(tickets.get, project.id, ticket.id)).rating == 2


async def test_last_closed_is_the_one_closed_last(
    db: Database, project: Project, ann: Subscriber, clock: Clock
) -> None:
    one, two = await opened(db, ann, 1), await opened(db, ann, 2)
    assert await db.read(tickets.last_closed, ann.id) is None
    for ticket in (two, one):
        clock.move(timedelta(minutes=1))
        await db.write(tickets.set_status, project.id, ticket.id, Status.CLOSED)
    last = await db.read(tickets.last_closed, ann.id)
    assert last is not None
    assert last.id == one.id
