"""Customers over HTTP: their data, and its erasure."""

from api import answers
from api.routing import Call, Route
from storage import erasure, subscribers
from storage.erasure import Erased
from storage.errors import NotFound
from storage.model import Subscriber

PATH = "/v1/helpdesk/subscribers/{id}"


def get_subscriber(call: Call[None]) -> Subscriber:
    """What is known of a customer; their tickets are found by `subscriber_id`."""
    return subscribers.get(call.tx, call.project_id, call.id())


def erase_subscriber(call: Call[None]) -> Erased:
    """Erase a customer's names, chat, words and files; numbers, states and times stay."""
    return erasure.erase(call.tx, call.project_id, call.id())


ROUTES = [
    Route("GET", PATH, get_subscriber, answer=answers.Subscriber, errors=(NotFound,)),
    Route("DELETE", PATH, erase_subscriber, answer=answers.Erased, errors=(NotFound,)),
]
