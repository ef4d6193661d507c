"""Pressed buttons of a card. Who presses and which ticket it is are looked at anew each time."""

from uuid import UUID

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, Message

import locales
from bot.agents.card import Action, CardButton, PriorityButton, card_keyboard
from bot.agents.membership import member_of
from bot.agents.said import group_of
from bot.content import person_of
from bot.failures import UNCHANGED
from bot.messengers import Messenger
from bot.stage import end_wait
from storage import agents, tickets
from storage.database import Database
from storage.errors import TicketNotFound
from storage.model import Person, Priority, Project, Status, Ticket
from storage.transaction import Transaction


async def by_member(
    query: CallbackQuery, db: Database, messenger: Messenger, project: Project
) -> bool | dict[str, Person]:
    """Lets pass a press by somebody who is in the group, as `presser`."""
    group = group_of(query)
    if group is None:
        return False
    presser = person_of(query.from_user, group, messenger.channel)
    known = await db.read(agents.by_user, project.id, messenger.channel, presser.user_id)
    active = known is not None and known.active
    if not active and await member_of(messenger.bot, group.id, query.from_user) is None:
        return False
    return {"presser": presser}


async def act(
    query: CallbackQuery, callback_data: CardButton, db: Database, project: Project, presser: Person
) -> None:
    """Take, Close, Reopen; Priority and Back only change the keyboard."""
    action = callback_data.action
    try:
        ticket = await db.write(_act, project, callback_data.ticket, action, presser)
    except TicketNotFound:
        return await refuse(query, project.locale)
    if action in (Action.CHOOSE_PRIORITY, Action.BACK):
        await end_wait(query)
        choosing = action is Action.CHOOSE_PRIORITY
        return await _show_keyboard(query, ticket, project, choosing_priority=choosing)
    return await end_wait(query, locales.label(f"done_{action}", project.locale))


def _act(
    tx: Transaction, project: Project, ticket_id: UUID, action: Action, presser: Person
) -> Ticket:
    ticket = tickets.get(tx, project.id, ticket_id)
    agent = agents.seen(tx, project.id, presser)
    match action:
        case Action.TAKE:
            return tickets.assign(tx, project.id, ticket_id, agent.id)
        case Action.CLOSE:
            return tickets.set_status(tx, project.id, ticket_id, Status.CLOSED)
        case Action.REOPEN:
            return tickets.reopen(tx, project.id, ticket_id)
        case _:
            return ticket


async def prioritize(
    query: CallbackQuery,
    callback_data: PriorityButton,
    db: Database,
    project: Project,
    presser: Person,
) -> None:
    """Set the priority that was chosen, and bring the card's own buttons back."""
    priority = callback_data.priority
    try:
        ticket = await db.write(_prioritize, project, callback_data.ticket, priority, presser)
    except TicketNotFound:
        return await refuse(query, project.locale)
    await end_wait(query, locales.label(priority, project.locale))
    return await _show_keyboard(query, ticket, project)


def _prioritize(
    tx: Transaction, project: Project, ticket_id: UUID, priority: Priority, presser: Person
) -> Ticket:
    ticket = tickets.set_priority(tx, project.id, ticket_id, priority)
    agents.seen(tx, project.id, presser)
    return ticket


async def refuse(query: CallbackQuery, locale: str) -> None:
    """A button that leads nowhere from here: another chat's ticket, or an outsider's press."""
    await end_wait(query, locales.label("button_refused", locale), alert=True)


async def _show_keyboard(
    query: CallbackQuery, ticket: Ticket, project: Project, *, choosing_priority: bool = False
) -> None:
    """Change the buttons in place; the sender may have brought them there already."""
    if not isinstance(query.message, Message):
        return
    keyboard = card_keyboard(ticket, project.locale, choosing_priority=choosing_priority)
    try:
        await query.message.edit_reply_markup(reply_markup=keyboard)
    except TelegramBadRequest as error:
        if UNCHANGED not in error.message:
            raise
