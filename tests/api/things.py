"""One of each thing that a path can name, so that every route can be called as it is declared."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from api import inputs
from api.app import ROUTES
from api.routing import Route
from storage import events, messages, opening, requests, ticket_types, webhooks
from storage.model import Channel, Chat, Content, NewAttachment, Person, Source
from storage.transaction import Transaction
from tests.api.conftest import Desk

NOBODY = "00000000-0000-4000-8000-000000000000"
PICTURE = NewAttachment("photo", Channel.TELEGRAM, "file-1", "Käse.png", "image/png", 12)

BODIES: dict[type[BaseModel], dict[str, Any]] = {
    inputs.NewTicket: {"text": "Where is my parcel?"},
    inputs.NewReply: {"text": "On its way."},
    inputs.NewCustomerReply: {"text": "Thank you."},
    inputs.StatusChange: {"status": "closed"},
    inputs.Assignment: {"user_id": None},
    inputs.PriorityChange: {"priority": "high"},
    inputs.NewTicketType: {"name": "Delivery"},
    inputs.TicketTypeChange: {"name": "Parcels"},
    inputs.SettingsChange: {"name": "Another name"},
    inputs.NewRequest: {"channel": "telegram"},
    inputs.NewWebhook: {"url": "https://8.8.8.8/hook"},
    inputs.WebhookChange: {"description": "changed"},
}
"""A body that would do for each model."""


def routes(wanted: Callable[[Route], bool] = lambda route: True) -> list[Any]:
    """The routes as parameters of a test, each under its own name."""
    return [pytest.param(route, id=route.operation_id) for route in ROUTES if wanted(route)]


def names_something(route: Route) -> bool:
    return "{" in route.path


class Things:
    """The ids of one project's things, by the part of the path that is about them."""

    def __init__(self, ids: dict[str, dict[str, str]]) -> None:
        self.ids = ids

    def path(self, route: Route) -> str:
        """The route's path to the thing that is there."""
        about = route.path.removeprefix("/v1/").removeprefix("helpdesk/").split("/")[0]
        return route.path.format(**self.ids.get(about, {}))

    def all_ids(self) -> set[str]:
        return {each for ids in self.ids.values() for each in ids.values()}


async def one_of_each(desk: Desk) -> Things:
    """A customer in Telegram with a ticket and a picture, and all else that has an id."""
    return Things(await desk.db.write(_make, desk))


def _make(tx: Transaction, desk: Desk) -> dict[str, dict[str, str]]:
    project_id = desk.project.id
    chat = Chat(Channel.TELEGRAM, 500)
    ann = Person(chat, 500, "Ann", "Lee", "ann", "en")
    request = requests.create(tx, project_id, context={"page": "/cart"})
    subscriber = requests.accept(tx, request.id, ann).subscriber
    assert subscriber is not None
    content = Content("Where is my parcel?", attachments=(PICTURE,))
    new = opening.NewTicket(content, "Delivery")
    ticket = opening.by_customer(tx, subscriber, new, Source(chat, (1,)))
    picture = messages.of_ticket(tx, ticket.id)[0].attachments[0]
    webhook = webhooks.create(tx, project_id, url="https://shop.example/hook")
    delivery = events.test(tx, project_id, webhook.id)
    return {
        "tickets": {"id": str(ticket.id)},
        "ticket-types": {"id": str(ticket_types.create(tx, project_id, name="Kitchen").id)},
        "request": {"request_id": request.id},
        "attachments": {"id": str(picture.id)},
        "subscribers": {"id": str(subscriber.id)},
        "webhooks": {"id": str(webhook.id), "delivery_id": str(delivery.id)},
    }


def body_for(route: Route) -> dict[str, Any] | None:
    return None if route.body is None else BODIES[route.body]
