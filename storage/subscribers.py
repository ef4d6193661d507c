"""Subscribers: customers who consented to hear from a project, and the virtual ones of websites."""

from uuid import UUID

from storage import ids, notices, outbox, projects
from storage.errors import NotFound
from storage.model import (
    CHANNEL,
    Channel,
    Chat,
    Customer,
    Person,
    Subscriber,
    SubscriberStatus,
    by_value,
)
from storage.transaction import Row, Transaction, from_ms

STATUS = by_value(SubscriberStatus)
CHAT = "channel = :channel AND chat_id = :chat_id"
# In the order in which `_subscriber` takes them.
COLUMNS = (
    "id, project_id, channel, chat_id, user_id, first_name, last_name, username, locale, status,"
    " focus_ticket_id, created_at"
)


def subscribe(tx: Transaction, project_id: UUID, person: Person) -> Subscriber:
    """Make or renew the subscription of the person's chat to a project."""
    return upsert(
        tx,
        project_id,
        person.chat.channel,
        person.chat.id,
        user_id=person.user_id,
        first_name=person.first_name,
        last_name=person.last_name,
        username=person.username,
        locale=person.language,
    )


def upsert(
    tx: Transaction,
    project_id: UUID,
    channel: Channel,
    chat_id: int,
    *,
    user_id: int | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    username: str | None = None,
    locale: str | None = None,
) -> Subscriber:
    """The active subscriber of (project, channel, chat); what is not told stays as it was."""
    row = tx.one(
        "INSERT INTO subscribers (id, project_id, channel, chat_id, user_id, first_name,"
        " last_name, username, locale, created_at, updated_at)"
        " VALUES (:id, :project_id, :channel, :chat_id, :user_id, :first_name,"
        " :last_name, :username, :locale, :now, :now)"
        " ON CONFLICT (project_id, channel, chat_id) DO UPDATE SET"
        " user_id = coalesce(excluded.user_id, user_id),"
        " first_name = coalesce(excluded.first_name, first_name),"
        " last_name = coalesce(excluded.last_name, last_name),"
        " username = coalesce(excluded.username, username),"
        " locale = coalesce(excluded.locale, locale),"
        f" status = 'active', updated_at = excluded.updated_at RETURNING {COLUMNS}",
        id=tx.new_id(),
        project_id=project_id,
        channel=channel,
        chat_id=chat_id,
        user_id=user_id,
        first_name=first_name,
        last_name=last_name,
        username=username,
        locale=locale,
        now=tx.now_ms,
    )
    assert row is not None
    return _subscriber(row)


def add_virtual(
    tx: Transaction, project_id: UUID, first_name: str | None, username: str | None
) -> Subscriber:
    """A virtual customer whom the website gave no chat id: a new one every time."""
    subscriber_id = tx.new_id()
    tx.insert(
        "subscribers",
        id=subscriber_id,
        project_id=project_id,
        channel=Channel.VIRTUAL,
        first_name=first_name,
        username=username,
        created_at=tx.now_ms,
        updated_at=tx.now_ms,
    )
    return Subscriber(
        id=subscriber_id,
        project_id=project_id,
        channel=Channel.VIRTUAL,
        chat_id=None,
        user_id=None,
        first_name=first_name,
        last_name=None,
        username=username,
        locale=None,
        status=SubscriberStatus.ACTIVE,
        focus_ticket_id=None,
        created_at=tx.now,
    )


def as_customer(subscriber: Subscriber) -> Customer:
    """The subscriber as a ticket shows them."""
    return Customer(subscriber.id, subscriber.chat_id, subscriber.first_name, subscriber.username)


def met(tx: Transaction, person: Person) -> list[Subscriber]:
    """The person's active subscriptions, the last used first, with the name as it is today; a new
    one is shown on the cards of open tickets."""
    subscriptions = of_chat(tx, person.chat)
    if subscriptions and all(_is_as_known(person, subscriber) for subscriber in subscriptions):
        return subscriptions
    tx.run(
        "UPDATE subscribers SET user_id = :user_id, first_name = :first_name,"
        " last_name = :last_name, username = :username, locale = coalesce(:locale, locale)"
        f" WHERE {CHAT}",
        channel=person.chat.channel,
        chat_id=person.chat.id,
        user_id=person.user_id,
        first_name=person.first_name,
        last_name=person.last_name,
        username=person.username,
        locale=person.language,
    )
    for subscriber in subscriptions:
        project = projects.get(tx, subscriber.project_id)
        for ticket_id in _open_tickets(tx, subscriber):
            outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket_id)
    return of_chat(tx, person.chat)


def _is_as_known(person: Person, subscriber: Subscriber) -> bool:
    today = (person.user_id, person.first_name, person.last_name, person.username)
    before = (
        subscriber.user_id,
        subscriber.first_name,
        subscriber.last_name,
        subscriber.username,
    )
    return today == before and person.language in (None, subscriber.locale)


def _open_tickets(tx: Transaction, subscriber: Subscriber) -> list[UUID]:
    rows = tx.all(
        "SELECT id FROM tickets WHERE subscriber_id = :id AND status <> 'closed'",
        id=subscriber.id,
    )
    return [ids.parse(row["id"]) for row in rows]


def of_chat(tx: Transaction, chat: Chat) -> list[Subscriber]:
    """The active subscriptions of a chat, the last used first."""
    rows = tx.all(
        f"SELECT {COLUMNS} FROM subscribers WHERE {CHAT} AND status = 'active'"
        " ORDER BY focused_at DESC, updated_at DESC",
        channel=chat.channel,
        chat_id=chat.id,
    )
    return [_subscriber(row) for row in rows]


def in_project(tx: Transaction, chat: Chat, project_id: UUID) -> Subscriber | None:
    """The chat's active subscription to one project."""
    return next((s for s in of_chat(tx, chat) if s.project_id == project_id), None)


def get(tx: Transaction, project_id: UUID, subscriber_id: UUID) -> Subscriber:
    """Raises NotFound, after erasure too."""
    row = tx.one(
        f"SELECT {COLUMNS} FROM subscribers WHERE id = :id AND project_id = :project_id"
        " AND status <> 'erased'",
        id=subscriber_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound("There is no such subscriber in this project.")
    return _subscriber(row)


def focus(tx: Transaction, subscriber_id: UUID, ticket_id: UUID) -> None:
    """Note the ticket that the customer's chat is about now."""
    tx.run(
        "UPDATE subscribers SET focus_ticket_id = :ticket_id, focused_at = :now WHERE id = :id",
        id=subscriber_id,
        ticket_id=ticket_id,
        now=tx.now_ms,
    )


def turn_to(tx: Transaction, subscriber_id: UUID) -> None:
    """Note the project that the customer's chat is about now."""
    tx.run(
        "UPDATE subscribers SET focused_at = :now WHERE id = :id",
        id=subscriber_id,
        now=tx.now_ms,
    )


def unsubscribe(
    tx: Transaction,
    chat: Chat,
    status: SubscriberStatus,
    project_id: UUID | None = None,
    *,
    told: UUID | None = None,
) -> list[Subscriber]:
    """End a chat's subscriptions, one project's or all; the agents of open tickets are told, but
    for the ticket `told`, where they know already.

    What still waits to go out to the customer is left to the sender, which then says why it cannot.
    """
    ended = [s for s in of_chat(tx, chat) if project_id in (None, s.project_id)]
    if ended:
        outbox.wake(tx, chat)
    for subscriber in ended:
        tx.run(
            "UPDATE subscribers SET status = :status, updated_at = :now WHERE id = :id",
            id=subscriber.id,
            status=status,
            now=tx.now_ms,
        )
        project = projects.get(tx, subscriber.project_id)
        text = f"customer_{'blocked' if status is SubscriberStatus.BLOCKED else 'unsubscribed'}"
        for ticket_id in _open_tickets(tx, subscriber):
            if ticket_id != told:
                notices.notify_agents(tx, project, ticket_id, text)
    return ended


def _subscriber(row: Row) -> Subscriber:
    id_, project_id, channel, chat_id, user_id, first_name, last_name, *more = row
    username, locale, status, focus_ticket_id, created_at = more
    return Subscriber(
        ids.parse(id_),
        ids.parse(project_id),
        CHANNEL[channel],
        chat_id,
        user_id,
        first_name,
        last_name,
        username,
        locale,
        STATUS[status],
        None if focus_ticket_id is None else ids.parse(focus_ticket_id),
        from_ms(created_at),
    )
