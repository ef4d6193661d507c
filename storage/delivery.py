"""Whether an answer reached the customer: recorded when the messenger says so, never before."""

from uuid import UUID

from storage import message_map, messages, outbox, projects, subscribers, tickets
from storage.model import (
    Channel,
    Chat,
    Delivery,
    Message,
    Source,
    Subscriber,
    SubscriberStatus,
    Ticket,
)
from storage.transaction import Transaction

UNREACHABLE = {SubscriberStatus.STOPPED: "unsubscribed", SubscriberStatus.BLOCKED: "blocked"}
"""Why a former subscriber gets nothing; names of the reasons in `locales`."""


def recipient(tx: Transaction, ticket: Ticket) -> tuple[Subscriber, Chat] | None:
    """Whom an answer goes to, and where; None for virtual and erased customers."""
    if ticket.channel is Channel.VIRTUAL or ticket.customer.subscriber_id is None:
        return None
    subscriber = subscribers.get(tx, ticket.project_id, ticket.customer.subscriber_id)
    chat = subscriber.chat
    return None if chat is None else (subscriber, chat)


def send(
    tx: Transaction,
    ticket: Ticket,
    message: Message,
    target: tuple[Subscriber, Chat] | None,
    source: Source | None,
) -> Message:
    """Put an answer on its way to its `recipient`, or record at once why it cannot go; the message
    as it is then. Where its `source` answers a message of the customer's, it does so there too."""
    if target is None:
        failed(tx, message.id, "erased")
        return messages.get(tx, message.id)
    subscriber, chat = target
    if subscriber.status is not SubscriberStatus.ACTIVE:
        failed(tx, message.id, UNREACHABLE[subscriber.status])
        return messages.get(tx, message.id)
    subscribers.focus(tx, subscriber.id, ticket.id)
    quoted = None if source is None else message_map.quoted(tx, source, chat)
    outbox.put(
        tx,
        ticket.project_id,
        chat,
        outbox.Audience.CUSTOMER,
        outbox.Kind.MESSAGE,
        ticket_id=ticket.id,
        message_id=message.id,
        payload={"reply_to": quoted} if quoted else {},
    )
    return message


def delivered(tx: Transaction, project_id: UUID, ticket_id: UUID, message_id: UUID) -> None:
    """The customer's messenger took the answer: it counts as sent, and its author is shown so."""
    messages.set_delivery(tx, message_id, Delivery.SENT)
    for chat, native_id in message_map.sources_of(tx, message_id)[:1]:
        outbox.put(
            tx,
            project_id,
            chat,
            outbox.Audience.AGENTS,
            outbox.Kind.MARK if chat.channel.reacts else outbox.Kind.TICK,
            ticket_id=ticket_id,
            message_id=message_id,
            payload={"native_id": native_id},
        )


def failed(tx: Transaction, message_id: UUID, reason: str) -> None:
    """The answer will not arrive; `reason` names one in `locales`. The agents are told."""
    messages.set_delivery(tx, message_id, Delivery.FAILED, reason)
    _tell_author(tx, message_id, "undelivered", reason=reason)


def edit_failed(tx: Transaction, message_id: UUID) -> None:
    """The customer keeps what was sent before an edit. The agents are told."""
    _tell_author(tx, message_id, "edit_not_delivered")


def _tell_author(tx: Transaction, message_id: UUID, text: str, **values: str) -> None:
    """Words of the desk for the agents, as a reply to the answer where it is in their chat."""
    ticket = tickets.of_message(tx, message_id)
    project = projects.get(tx, ticket.project_id)
    answers = [
        native_id
        for chat, native_id in message_map.sources_of(tx, message_id)
        if chat == project.agent_chat
    ]
    outbox.to_agents(
        tx,
        project,
        outbox.Kind.NOTICE,
        ticket_id=ticket.id,
        payload={
            "text": text,
            "values": values,
            "reply_to": answers[0] if answers else None,
        },
    )
