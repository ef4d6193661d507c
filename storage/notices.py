"""Words of the desk itself, for agents and customers: named here, put into words by the sender."""

from uuid import UUID

from storage import outbox
from storage.model import Project, Subscriber, SubscriberStatus
from storage.outbox import Audience, Kind
from storage.transaction import Transaction


def notify_agents(
    tx: Transaction, project: Project, ticket_id: UUID | None, text: str, /, **values: object
) -> None:
    """Words of the desk for the agents: `text` names one in `locales`, `values` fill it."""
    payload = {"text": text, "values": values}
    outbox.to_agents(tx, project, Kind.NOTICE, ticket_id=ticket_id, payload=payload)


def notify_customer(
    tx: Transaction,
    subscriber: Subscriber,
    ticket_id: UUID | None,
    text: str,
    /,
    *,
    reply_to: int | None = None,
    buttons: str | None = None,
    **values: object,
) -> None:
    """Words of the desk for a customer; nothing where the customer has no chat or left it.

    `text` names one in `locales`, `values` fill it, `buttons` names a keyboard of the screens.
    """
    chat = subscriber.chat
    if chat is None or subscriber.status is not SubscriberStatus.ACTIVE:
        return
    payload = {"text": text, "values": values, "reply_to": reply_to, "buttons": buttons}
    outbox.put(
        tx,
        subscriber.project_id,
        chat,
        Audience.CUSTOMER,
        Kind.NOTICE,
        ticket_id=ticket_id,
        payload=payload,
    )
