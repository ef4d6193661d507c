"""Tickets over HTTP: open, find, read, answer, change. The rules are storage's."""

from collections.abc import Callable

from api import answers, cursors, inputs
from api.routing import Call, Route
from storage import conversation, messages, opening, search, ticket_list, tickets
from storage.errors import (
    ChannelUnavailable,
    Conflict,
    HelpdeskDisabled,
    NotFound,
    NotVirtual,
    TicketNotFound,
)
from storage.model import Channel, Content, Message, Ticket
from storage.ticket_list import TicketFilter
from storage.transaction import Transaction

PATH = "/v1/helpdesk/tickets"


def create_ticket(call: Call[inputs.NewTicket]) -> Ticket:
    """Open a ticket for a customer; in a messenger this subscribes them, and they are told."""
    new = call.given
    made = opening.by_backend(
        call.tx,
        call.project_id,
        opening.NewTicket(
            content=Content(new.text),
            subject=new.subject,
            ticket_type_id=new.ticket_type_id,
            priority=new.priority,
            context=new.context,
        ),
        channel=new.channel,
        chat_id=new.chat_id,
        first_name=new.first_name,
        username=new.username,
    )
    # Last, so that what is wrong with the request itself is told wherever it is tried.
    if new.channel is not Channel.VIRTUAL and new.channel not in call.desk.channels:
        raise ChannelUnavailable
    return made


def list_tickets(call: Call[inputs.TicketQuery]) -> answers.TicketPage:
    """Find tickets, the newest first. Pages by cursor stay in place while tickets come in."""
    asked = call.given
    wanted = TicketFilter(
        status=None if asked.status is None else asked.status.status,
        priority=asked.priority,
        channel=asked.channel,
        assigned_to=asked.assigned_to,
        ticket_type_id=asked.ticket_type_id,
        subscriber_id=asked.subscriber_id,
        number=asked.number,
        words=asked.q,
        before=None if asked.cursor is None else cursors.number_in(asked.cursor),
    )
    found, more = ticket_list.listing(
        call.tx, call.project_id, wanted, limit=asked.limit, offset=asked.offset
    )
    next_cursor = cursors.after(found[-1].ticket_number) if more else None
    return answers.TicketPage(answers.of(found), next_cursor)


def _index(query: inputs.TicketQuery) -> Callable[[Transaction], object] | None:
    """Words are searched once they are indexed, all of them."""
    return search.index if query.q else None


def get_ticket(call: Call[None]) -> answers.TicketDetails:
    """One ticket with its messages, internal ones included."""
    ticket = tickets.get(call.tx, call.project_id, call.id(TicketNotFound))
    return answers.details(ticket, messages.of_ticket(call.tx, ticket.id))


def reply_to_ticket(call: Call[inputs.NewReply]) -> Message:
    """Answer the customer, or leave an internal note."""
    return conversation.reply_as(
        call.tx,
        call.project_id,
        call.id(TicketNotFound),
        Content(call.given.text),
        internal=call.given.internal,
        user_id=call.given.user_id,
    )


def reply_as_customer(call: Call[inputs.NewCustomerReply]) -> Message:
    """A virtual customer's further message."""
    return conversation.customer_reply(
        call.tx, call.project_id, call.id(TicketNotFound), Content(call.given.text)
    )


def set_ticket_status(call: Call[inputs.StatusChange]) -> Ticket:
    """Set the status; the one that holds already succeeds and causes nothing."""
    return tickets.set_status(
        call.tx, call.project_id, call.id(TicketNotFound), call.given.status.status
    )


def assign_ticket(call: Call[inputs.Assignment]) -> Ticket:
    """Give the ticket to an agent, or with null to nobody."""
    return tickets.assign(call.tx, call.project_id, call.id(TicketNotFound), call.given.user_id)


def set_ticket_priority(call: Call[inputs.PriorityChange]) -> Ticket:
    """Set the priority."""
    return tickets.set_priority(
        call.tx, call.project_id, call.id(TicketNotFound), call.given.priority
    )


ROUTES = [
    Route(
        "POST",
        PATH,
        create_ticket,
        body=inputs.NewTicket,
        answer=answers.Ticket,
        status=201,
        location=PATH + "/{0.id}",
        errors=(NotFound, HelpdeskDisabled, ChannelUnavailable),
    ),
    Route(
        "GET",
        PATH,
        list_tickets,
        query=inputs.TicketQuery,
        answer=answers.TicketPage,
        prepare=_index,
    ),
    Route(
        "GET", PATH + "/{id}", get_ticket, answer=answers.TicketDetails, errors=(TicketNotFound,)
    ),
    Route(
        "POST",
        PATH + "/{id}/reply",
        reply_to_ticket,
        body=inputs.NewReply,
        answer=answers.Message,
        status=201,
        errors=(TicketNotFound, NotFound),
    ),
    Route(
        "POST",
        PATH + "/{id}/customer-reply",
        reply_as_customer,
        body=inputs.NewCustomerReply,
        answer=answers.Message,
        status=201,
        errors=(TicketNotFound, NotVirtual, HelpdeskDisabled, Conflict),
    ),
    Route(
        "PATCH",
        PATH + "/{id}/status",
        set_ticket_status,
        body=inputs.StatusChange,
        answer=answers.Ticket,
        errors=(TicketNotFound,),
    ),
    Route(
        "PATCH",
        PATH + "/{id}/assign",
        assign_ticket,
        body=inputs.Assignment,
        answer=answers.Ticket,
        errors=(TicketNotFound, NotFound),
    ),
    Route(
        "PATCH",
        PATH + "/{id}/priority",
        set_ticket_priority,
        body=inputs.PriorityChange,
        answer=answers.Ticket,
        errors=(TicketNotFound,),
    ),
]
