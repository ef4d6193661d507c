"""The active tickets: the list page by page, and one ticket opened to its last messages.

What is written meanwhile is routed as any plain message, to the ticket last opened first of all.
"""

from uuid import UUID

from aiogram import F
from aiogram.fsm.scene import Scene, on
from aiogram.types import CallbackQuery, TelegramObject

from bot import screens, views
from bot.callbacks import ListButton, TicketAct, TicketButton
from bot.guide import Guide
from bot.scenes import SceneName
from storage import subscribers, tickets
from storage.model import Chat, Status, Ticket
from storage.transaction import Transaction


class ActiveTickets(
    Scene,
    state=SceneName.ACTIVE_TICKETS,
    reset_data_on_enter=True,
    callback_query_without_state=True,
):
    @on.message.enter()
    @on.callback_query.enter()
    async def show(
        self, _: TelegramObject, guide: Guide, project_id: UUID, page: int, ticket_id: UUID | None
    ) -> None:
        chat = guide.person.chat
        if await guide.subscribed(project_id) is None:
            return
        if ticket_id is None:
            shown = await guide.db.read(views.ticket_page, chat, project_id, page)
            await guide.stage.show(screens.ticket_list(shown, guide.locale))
        else:
            view = await guide.db.write(views.open_ticket, chat, ticket_id)
            await guide.stage.show(screens.ticket(view, page, guide.locale))

    @on.callback_query(ListButton.filter())
    async def listed(self, _: CallbackQuery, callback_data: ListButton, guide: Guide) -> None:
        await guide.active_tickets(callback_data.project, callback_data.page)

    @on.callback_query(TicketButton.filter(F.act == TicketAct.OPEN))
    async def opened(self, _: CallbackQuery, callback_data: TicketButton, guide: Guide) -> None:
        ticket = await guide.db.read(tickets.of_customer, callback_data.ticket, guide.person.chat)
        await guide.active_tickets(ticket.project_id, callback_data.page, ticket.id)

    @on.callback_query(TicketButton.filter(F.act == TicketAct.CLOSE))
    async def closed(self, _: CallbackQuery, callback_data: TicketButton, guide: Guide) -> None:
        """The closing is confirmed by a notice of its own, which asks for a rating."""
        ticket = await guide.db.write(_close, callback_data.ticket, guide.person.chat)
        await guide.active_tickets(ticket.project_id, callback_data.page)


def _close(tx: Transaction, ticket_id: UUID, chat: Chat) -> Ticket:
    """Nothing happens without a subscription. Raises TicketNotFound for anybody else's ticket."""
    ticket = tickets.of_customer(tx, ticket_id, chat)
    if subscribers.in_project(tx, chat, ticket.project_id) is None:
        return ticket
    return tickets.set_status(tx, ticket.project_id, ticket.id, Status.CLOSED, by_customer=True)
