"""The card: a ticket's state in words, and its buttons. Sending and editing it is the sender's.

Pressed buttons are handled in `buttons`.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

import locales
from bot.formatting import utf16_length
from bot.names import isolate
from storage import tickets
from storage.model import Priority, Project, Status, Ticket
from storage.transaction import Transaction

SUBJECT_LENGTH = 120
CONTEXT_KEY_LENGTH = 40
CONTEXT_VALUE_LENGTH = 200
CONTEXT_LENGTH = 400
"""UTF-16 units of what the website sent along: the customer's words share the message with it."""


class Action(StrEnum):
    TAKE = "take"
    CLOSE = "close"
    REOPEN = "reopen"
    CHOOSE_PRIORITY = "priority"
    BACK = "back"


class CardButton(CallbackData, prefix="card"):
    action: Action
    ticket: UUID


class PriorityButton(CallbackData, prefix="priority"):
    priority: Priority
    ticket: UUID


def card_header(ticket: Ticket, project: Project, previous_number: int | None, locale: str) -> str:
    """What is known of a ticket, as HTML of at most 1000 UTF-16 units once it is shown."""
    return locales.render("card", locale, **card_values(ticket, previous_number))


def previous_number(tx: Transaction, ticket: Ticket) -> int | None:
    """The number of the ticket that this one continues."""
    if ticket.previous_ticket_id is None:
        return None
    return tickets.get(tx, ticket.project_id, ticket.previous_ticket_id).ticket_number


def card_values(ticket: Ticket, previous_number: int | None) -> dict[str, Any]:
    """What fills the text `card`; plain JSON, so that a notice may carry it."""
    customer = ticket.customer
    return {
        "number": ticket.ticket_number,
        "subject": isolate(ticket.subject, SUBJECT_LENGTH),
        "type": ticket.ticket_type_name and isolate(ticket.ticket_type_name),
        "name": isolate(customer.first_name or ""),
        "username": isolate(customer.username or ""),
        "channel": ticket.channel.value,
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "assignee": ticket.assigned_name and isolate(ticket.assigned_name),
        "rating": ticket.rating,
        "previous": previous_number,
        **_context(ticket),
    }


def _context(ticket: Ticket) -> dict[str, Any]:
    """The pairs that fit, and how many did not."""
    shown: list[tuple[str, str]] = []
    room = CONTEXT_LENGTH
    for key, value in ticket.context.items():
        pair = (isolate(key, CONTEXT_KEY_LENGTH), isolate(value, CONTEXT_VALUE_LENGTH))
        room -= sum(map(utf16_length, pair))
        if room < 0:
            break
        shown.append(pair)
    return {"context": shown, "context_left_out": len(ticket.context) - len(shown)}


def card_keyboard(
    ticket: Ticket, locale: str, *, choosing_priority: bool = False
) -> InlineKeyboardMarkup:
    """The buttons under the card, or the choice of a priority in their place."""

    def button(action: Action) -> InlineKeyboardButton:
        data = CardButton(action=action, ticket=ticket.id).pack()
        return InlineKeyboardButton(text=locales.label(action, locale), callback_data=data)

    if choosing_priority:
        levels = [_priority_button(ticket, level, locale) for level in Priority]
        rows = [levels[:2], levels[2:], [button(Action.BACK)]]
    else:
        toggle = Action.REOPEN if ticket.status is Status.CLOSED else Action.CLOSE
        rows = [[button(Action.TAKE), button(toggle)], [button(Action.CHOOSE_PRIORITY)]]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _priority_button(ticket: Ticket, level: Priority, locale: str) -> InlineKeyboardButton:
    data = PriorityButton(priority=level, ticket=ticket.id).pack()
    mark = "● " if level is ticket.priority else ""
    return InlineKeyboardButton(text=mark + locales.label(level, locale), callback_data=data)
