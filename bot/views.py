"""What the customer's screens show, read in one go; and the questions of whose it is.

Every button comes here first: a ticket is shown to its customer alone, and to a subscriber only.
"""

from dataclasses import dataclass
from uuid import UUID

from storage import dialogs, messages, projects, subscribers, ticket_types, tickets
from storage.dialogs import DialogKey
from storage.errors import NotFound
from storage.model import Chat, Message, Project, Subscriber, Ticket, TicketType
from storage.transaction import Transaction

PAGE = 6
"""Tickets on one page of the list."""
LAST_MESSAGES = 5
"""How many of a ticket's messages its screen shows."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A project as one chat sees it; without a subscriber only its consent screen is shown."""

    project: Project
    types: tuple[TicketType, ...]
    subscriber: Subscriber | None

    @property
    def takes_tickets(self) -> bool:
        return self.project.helpdesk_enabled and self.project.helpdesk_allow_create


@dataclass(frozen=True, slots=True)
class Door:
    """What stands open to a chat: the projects it is subscribed to, else all there are."""

    projects: tuple[Project, ...]
    subscribed: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a chat: the state of its scene, the language that it told last, and that of
    the project it is about, if there is one."""

    state: str | None
    language: str | None
    project_locale: str | None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A page of a customer's open tickets, `count` in all; `page` counts from 0 and exists."""

    desk: Desk
    count: int
    tickets: tuple[Ticket, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with the last messages that its customer may see, the oldest first."""

    ticket: Ticket
    messages: tuple[Message, ...]


def desk(tx: Transaction, chat: Chat, project_id: UUID) -> Desk:
    """Raises NotFound."""
    return Desk(
        project=projects.get(tx, project_id),
        types=tuple(ticket_types.active(tx, project_id)),
        subscriber=subscribers.in_project(tx, chat, project_id),
    )


def project_of_slug(tx: Transaction, slug: str) -> Project:
    """The project of a permanent deeplink, whose capitals don't matter. Raises NotFound."""
    alike = [p for p in projects.listing(tx) if p.slug.casefold() == slug.casefold()]
    exact = [project for project in alike if project.slug == slug]
    if exact or len(alike) == 1:
        return (exact or alike)[0]
    raise NotFound


def desk_of_type(tx: Transaction, chat: Chat, type_id: UUID) -> Desk:
    """The subscribed project whose ticket type this is. Raises NotFound."""
    for subscriber in subscribers.of_chat(tx, chat):
        try:
            return desk(tx, chat, ticket_types.get(tx, subscriber.project_id, type_id).project_id)
        except NotFound:
            continue
    raise NotFound


def door(tx: Transaction, chat: Chat) -> Door:
    subscriptions = subscribers.of_chat(tx, chat)
    if subscriptions:
        return Door(tuple(projects.get(tx, s.project_id) for s in subscriptions), subscribed=True)
    return Door(tuple(projects.listing(tx)), subscribed=False)


def known_of(tx: Transaction, chat: Chat, key: DialogKey) -> Known:
    state, _ = dialogs.get(tx, key)
    subscriptions = subscribers.of_chat(tx, chat)
    if subscriptions:
        project = projects.get(tx, subscriptions[0].project_id)
        return Known(state, subscriptions[0].locale, project.locale)
    found = projects.listing(tx)
    return Known(state, None, found[0].locale if len(found) == 1 else None)


def ticket_page(tx: Transaction, chat: Chat, project_id: UUID, page: int) -> TicketPage:
    """The page asked for, or the last there is. Raises NotFound."""
    shown = desk(tx, chat, project_id)
    found = tickets.open_of_subscriber(tx, shown.subscriber.id) if shown.subscriber else []
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 0), pages - 1)
    here = tuple(found[page * PAGE : (page + 1) * PAGE])
    return TicketPage(shown, len(found), here, page, pages)


def open_ticket(tx: Transaction, chat: Chat, ticket_id: UUID) -> TicketView:
    """A ticket opened by its customer: from now on it takes what is written.

    Raises TicketNotFound for anybody else's.
    """
    ticket = tickets.of_customer(tx, ticket_id, chat)
    if ticket.customer.subscriber_id is not None:
        subscribers.focus(tx, ticket.customer.subscriber_id, ticket_id)
    return TicketView(ticket, tuple(messages.last_public(tx, ticket_id, LAST_MESSAGES)))
