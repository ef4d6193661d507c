"""Ticket types over HTTP: what a project's customers can choose from."""

from api import answers, inputs
from api.routing import Call, Route
from storage import ticket_types
from storage.errors import NotFound
from storage.model import TicketType

PATH = "/v1/helpdesk/ticket-types"


def list_ticket_types(call: Call[None]) -> answers.TicketTypes:
    """The active types, by position."""
    return answers.TicketTypes(answers.of(ticket_types.active(call.tx, call.project_id)))


def create_ticket_type(call: Call[inputs.NewTicketType]) -> TicketType:
    """Make a type, behind the others unless `position` says where."""
    return ticket_types.create(call.tx, call.project_id, **call.given.model_dump())


def change_ticket_type(call: Call[inputs.TicketTypeChange]) -> TicketType:
    """Change what is named."""
    return ticket_types.update(call.tx, call.project_id, call.id(), **call.given.named())


def delete_ticket_type(call: Call[None]) -> TicketType | None:
    """Delete a type; one in use is deactivated, and is the answer."""
    return ticket_types.delete(call.tx, call.project_id, call.id())


ROUTES = [
    Route("GET", PATH, list_ticket_types, answer=answers.TicketTypes),
    Route(
        "POST",
        PATH,
        create_ticket_type,
        body=inputs.NewTicketType,
        answer=answers.ChangedTicketType,
        status=201,
    ),
    Route(
        "PATCH",
        PATH + "/{id}",
        change_ticket_type,
        body=inputs.TicketTypeChange,
        answer=answers.ChangedTicketType,
        errors=(NotFound,),
    ),
    Route(
        "DELETE",
        PATH + "/{id}",
        delete_ticket_type,
        answer=answers.ChangedTicketType,
        errors=(NotFound,),
    ),
]
