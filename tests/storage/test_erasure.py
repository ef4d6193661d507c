"""Erasing a customer: no table keeps a word or a name, whatever way it came in."""

import pytest

from storage import (
    agent_chats,
    agents,
    conversation,
    dialogs,
    erasure,
    inbox,
    max_messages,
    opening,
    outbox,
    projects,
    requests,
    search,
    subscribers,
    tickets,
)
from storage.database import Database
from storage.dialogs import DialogKey
from storage.errors import NotFound
from storage.model import (
    Channel,
    Chat,
    Content,
    NewAttachment,
    Person,
    Project,
    Source,
    Status,
    Subscriber,
)
from storage.transaction import Transaction
from tests.replying import reply

CHAT = Chat(Channel.TELEGRAM, 500500500)
AGENTS = Chat(Channel.TELEGRAM, -100)
ANN = Person(CHAT, 500500500, "Annabel", "Leeson", "annlee", "en")
PHOTO = NewAttachment("photo", Channel.TELEGRAM, "photo-file-id", "holiday.jpg", "image/jpeg", 5)
TRACES = (
    "annabel",
    "leeson",
    "annlee",
    "500500500",
    "samovar",
    "kettle",
    "gossip",
    "shop/cart",
    "holiday",
    "photo-file-id",
)


def everything(tx: Transaction) -> str:
    """All that the tables hold, in one text."""
    tables = tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    parts = []
    for table in tables:
        for row in tx.all(f"SELECT * FROM {table['name']}"):
            parts += [f"{value}" for value in row if not isinstance(value, bytes)]
            parts += [value.decode("latin-1") for value in row if isinstance(value, bytes)]
    return "\n".join(parts).lower()


def a_life_with_us(tx: Transaction, project: Project) -> Subscriber:
    """A request, a ticket with a picture, an answer, a note, edits, notices, a form half filled."""
    agent_chats.link(tx, project.id, AGENTS)
    made = requests.create(tx, project.id, context={"page": "https://shop/cart"})
    ann = requests.accept(tx, made.id, ANN).subscriber
    assert ann is not None
    inbox.add(tx, Channel.TELEGRAM, [(1, CHAT.id, {"text": "samovar", "from": "annlee"})])
    new = opening.NewTicket(Content("My samovar", attachments=(PHOTO,)), "Samovar")
    ticket = opening.by_customer(tx, ann, new, Source(CHAT, (1,)))
    conversation.edit(tx, Source(CHAT, (1,)), Content("My kettle"))
    olga = agents.seen(tx, project.id, Person(AGENTS, 7, "Olga"))
    for native_id, text, internal in ((10, "Bring the kettle", False), (11, "gossip", True)):
        reply(
            tx,
            project.id,
            ticket.id,
            Content(text),
            internal=internal,
            agent=olga,
            source=Source(AGENTS, (native_id,)),
        )
    tickets.set_status(tx, project.id, ticket.id, Status.CLOSED)
    dialogs.set_data(tx, DialogKey(CHAT, CHAT.id, 0, "default"), {"text": "samovar"})
    search.index(tx)
    return ann


async def test_no_table_keeps_a_trace(db: Database, project: Project) -> None:
    ann = await db.write(a_life_with_us, project)
    before = await db.read(everything)
    assert [trace for trace in TRACES if trace not in before] == []
    erased = await db.write(erasure.erase, project.id, ann.id)
    assert (erased.tickets, erased.messages, erased.attachments) == (1, 3, 1)
    after = await db.read(everything)
    assert [trace for trace in TRACES if trace in after] == []
    assert "olga" in after
    assert project.name.lower() in after


async def test_nothing_waits_to_go_out_any_more(db: Database, project: Project) -> None:
    ann = await db.write(a_life_with_us, project)
    await db.write(erasure.erase, project.id, ann.id)
    for chat in (CHAT, AGENTS):
        assert await db.read(outbox.pending, chat) == []


async def test_it_is_done_once(db: Database, project: Project) -> None:
    ann = await db.write(a_life_with_us, project)
    await db.write(erasure.erase, project.id, ann.id)
    with pytest.raises(NotFound):
        await db.write(erasure.erase, project.id, ann.id)


async def test_another_project_keeps_its_own(db: Database, project: Project) -> None:
    other = await db.write(projects.create, slug="second", name="Second")
    ann = await db.write(a_life_with_us, project)
    theirs = await db.write(subscribers.subscribe, other.id, ANN)
    with pytest.raises(NotFound):
        await db.write(erasure.erase, other.id, ann.id)
    await db.write(erasure.erase, project.id, ann.id)
    assert await db.read(subscribers.of_chat, CHAT) == [theirs]


async def test_nothing_tells_whose_a_dialog_in_max_was(db: Database, project: Project) -> None:
    chat = Chat(Channel.MAX, 5005)
    ann = await db.write(subscribers.subscribe, project.id, Person(chat, 77, "Ann"))
    await db.write(max_messages.met, 77, chat.id)
    [number] = await db.write(max_messages.remember, chat.id, "mid.a")
    await db.write(erasure.erase, project.id, ann.id)
    assert await db.read(max_messages.dialog_of, 77) is None
    assert await db.read(max_messages.mid_of, number) is None
