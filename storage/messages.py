"""Messages of tickets as rows: added, read, rewritten. What they cause is in `conversation`."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from storage import ids, message_map, search
from storage.errors import NotFound
from storage.model import (
    CHANNEL,
    Attachment,
    Author,
    Channel,
    Content,
    Delivery,
    Message,
    NewAttachment,
    Source,
    Ticket,
    by_value,
)
from storage.transaction import Row, Transaction, from_ms, optional_ms

# In the order in which `_message` takes them, and then whether there are attachments to look for.
SELECT = (
    "SELECT seq, id, ticket_id, author, author_name, agent_id, text, entities,"
    " original_text, original_entities, internal, delivery, delivery_error, created_at, edited_at,"
    " files FROM messages"
)
AUTHOR, DELIVERY = by_value(Author), by_value(Delivery)


def add(
    tx: Transaction,
    ticket: Ticket,
    content: Content,
    *,
    author: Author,
    author_name: str,
    agent_id: UUID | None = None,
    internal: bool = False,
    delivery: Delivery = Delivery.NONE,
    source: Source | None = None,
) -> Message:
    """Write a message with its attachments, and where it came from."""
    message_id = tx.new_id()
    seq = tx.insert(
        "messages",
        id=message_id,
        ticket_id=ticket.id,
        author=author,
        author_name=author_name,
        agent_id=agent_id,
        text=content.text,
        entities=_dump(content.entities),
        internal=int(internal),
        files=len(content.attachments),
        delivery=delivery,
        created_at=tx.now_ms,
    )
    if source is not None:
        message_map.record_source(tx, source, message_id, ticket.id)
    if seq % search.BULK == 0:
        search.index(tx)
    return Message(
        id=message_id,
        seq=seq,
        ticket_id=ticket.id,
        author=author,
        author_name=author_name,
        agent_id=agent_id,
        text=content.text,
        entities=content.entities,
        original_text=None,
        original_entities=(),
        internal=internal,
        attachments=_attach(tx, message_id, content.attachments),
        delivery=delivery,
        delivery_error=None,
        created_at=tx.now,
        edited_at=None,
    )


def _attach(
    tx: Transaction, message_id: UUID, attachments: Sequence[NewAttachment]
) -> tuple[Attachment, ...]:
    made = []
    for position, new in enumerate(attachments):
        attachment = Attachment(
            id=tx.new_id(),
            kind=new.kind,
            file_name=new.file_name,
            mime_type=new.mime_type,
            size=new.size,
            channel=new.channel,
            file_id=new.file_id,
            unique_id=new.unique_id,
        )
        tx.insert(
            "attachments",
            id=attachment.id,
            message_id=message_id,
            position=position,
            kind=new.kind,
            file_name=new.file_name,
            mime_type=new.mime_type,
            size=new.size,
            channel=new.channel,
            file_id=new.file_id,
            unique_id=new.unique_id,
        )
        made.append(attachment)
    return tuple(made)


def lose_files(tx: Transaction, channel: Channel, file_id: str) -> None:
    """A messenger has none of its files any more: `file_id` is none to it either."""
    tx.run(
        "UPDATE attachments SET file_id = :file_id WHERE channel = :channel",
        channel=channel,
        file_id=file_id,
    )


def rewrite(tx: Transaction, message: Message, content: Content) -> None:
    """Give a message a new text; what it said first is kept beside it."""
    tx.run(
        "UPDATE messages SET original_text = coalesce(original_text, text),"
        " original_entities = coalesce(original_entities, entities),"
        " text = :text, entities = :entities, edited_at = :now WHERE id = :id",
        id=message.id,
        text=content.text,
        entities=_dump(content.entities),
        now=tx.now_ms,
    )
    search.refresh(tx, message.seq)


def set_delivery(
    tx: Transaction, message_id: UUID, delivery: Delivery, error: str | None = None
) -> None:
    """Record what became of an answer; `error` is the name of a reason in `locales`."""
    tx.run(
        "UPDATE messages SET delivery = :delivery, delivery_error = :error WHERE id = :id",
        id=message_id,
        delivery=delivery,
        error=error,
    )


def get(tx: Transaction, message_id: UUID) -> Message:
    """Raises NotFound."""
    row = tx.one(f"{SELECT} WHERE id = :id", id=message_id)
    if row is None:
        raise NotFound("There is no such message.")
    attachments: Sequence[Row] = ()
    if row[-1]:
        attachments = tx.all(
            "SELECT * FROM attachments WHERE message_id = :id ORDER BY position",
            id=message_id,
        )
    return _message(row, attachments)


def of_ticket(tx: Transaction, ticket_id: UUID) -> list[Message]:
    """Every message of a ticket, internal ones included, the oldest first."""
    rows = tx.all(f"{SELECT} WHERE ticket_id = :id ORDER BY seq", id=ticket_id)
    by_message: dict[str, list[Row]] = {}
    if any(row[-1] for row in rows):
        files = tx.all(
            "SELECT a.* FROM attachments a JOIN messages m ON m.id = a.message_id"
            " WHERE m.ticket_id = :id ORDER BY m.seq, a.position",
            id=ticket_id,
        )
        for file in files:
            by_message.setdefault(file["message_id"], []).append(file)
    return [_message(row, by_message.get(row[1], ())) for row in rows]


def last_public(tx: Transaction, ticket_id: UUID, count: int) -> list[Message]:
    """A ticket's last messages that its customer may see, the oldest first."""
    rows = tx.all(
        "SELECT id FROM messages WHERE ticket_id = :id AND internal = 0"
        " ORDER BY seq DESC LIMIT :count",
        id=ticket_id,
        count=count,
    )
    return [get(tx, ids.parse(row["id"])) for row in reversed(rows)]


def in_a_row(tx: Transaction, ticket_id: UUID, pause: int, limit: int) -> int:
    """How many messages the customer wrote last without a pause of more than so many ms between
    them; `limit` at most."""
    if len(times := _times_of_customer(tx, ticket_id, 2)) < 2 or times[0] - times[1] > pause:
        return 1
    # A row for all of them, where that tells it: each row of its own takes as long as to find it.
    row = tx.one(
        "SELECT count(*), max(created_at) - min(created_at) FROM (SELECT created_at FROM messages"
        " WHERE ticket_id = :id AND author = 'customer' ORDER BY seq DESC LIMIT :limit) AS latest",
        id=ticket_id,
        limit=limit,
    )
    assert row is not None
    count, span = row
    if span <= pause:
        return int(count)
    times = _times_of_customer(tx, ticket_id, limit)
    for number, (later, earlier) in enumerate(pairwise(times), 1):
        if later - earlier > pause:
            return number
    return len(times)


def _times_of_customer(tx: Transaction, ticket_id: UUID, limit: int) -> list[int]:
    """When, in ms, the customer wrote the last `limit` messages of a ticket, the last one first."""
    rows = tx.all(
        "SELECT created_at FROM messages WHERE ticket_id = :id AND author = 'customer'"
        " ORDER BY seq DESC LIMIT :limit",
        id=ticket_id,
        limit=limit,
    )
    return [row[0] for row in rows]


def first_of_ticket(tx: Transaction, ticket_id: UUID) -> Message:
    """The message that a ticket began with. Raises NotFound."""
    row = tx.one("SELECT id FROM messages WHERE ticket_id = :id ORDER BY seq LIMIT 1", id=ticket_id)
    if row is None:
        raise NotFound("This ticket has no message.")
    return get(tx, ids.parse(row["id"]))


def attachment(tx: Transaction, project_id: UUID, attachment_id: UUID) -> Attachment:
    """A file of one of the project's tickets. Raises NotFound."""
    row = tx.one(
        "SELECT a.* FROM attachments a JOIN messages m ON m.id = a.message_id"
        " JOIN tickets t ON t.id = m.ticket_id WHERE a.id = :id AND t.project_id = :project_id",
        id=attachment_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such attachment in this project.")
    return _attachment(row)


def _dump(entities: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(entities), ensure_ascii=False) if entities else "[]"


def _load(entities: str | None) -> tuple[Mapping[str, Any], ...]:
    return () if entities in (None, "[]") else tuple(json.loads(entities))


def _message(row: Row, attachments: Sequence[Row]) -> Message:
    seq, id_, ticket_id, author, author_name, agent_id, text, entities, *more = row
    original_text, original_entities, internal, delivery, error, created_at, edited_at, _ = more
    return Message(
        ids.parse(id_),
        seq,
        ids.parse(ticket_id),
        AUTHOR[author],
        author_name,
        None if agent_id is None else ids.parse(agent_id),
        text,
        _load(entities),
        original_text,
        _load(original_entities),
        bool(internal),
        tuple(_attachment(file) for file in attachments),
        DELIVERY[delivery],
        error,
        from_ms(created_at),
        optional_ms(edited_at),
    )


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=ids.parse(row["id"]),
        kind=row["kind"],
        file_name=row["file_name"],
        mime_type=row["mime_type"],
        size=row["size"],
        channel=CHANNEL[row["channel"]],
        file_id=row["file_id"],
        unique_id=row["unique_id"],
    )
