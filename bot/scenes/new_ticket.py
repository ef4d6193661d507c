"""The ticket form: the type, where the project has types, then the message that begins the ticket.

A message is taken at either step. All that the form knows is in storage, and a restart loses none.
"""

from dataclasses import replace
from uuid import UUID

from aiogram import F
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.scene import Scene, on
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import screens, views
from bot.callbacks import Place, PlaceButton, TypeButton
from bot.content import content_of, source_of, unsupported
from bot.guide import Guide
from bot.messengers import Messenger
from bot.scenes import SceneName
from storage import message_map, opening, subscribers
from storage.errors import Forbidden, NotFound
from storage.model import Person, Source, Ticket, TicketType
from storage.opening import NewTicket as Beginning
from storage.transaction import Transaction


class NewTicket(
    Scene, state=SceneName.NEW_TICKET, reset_data_on_enter=True, callback_query_without_state=True
):
    @on.message.enter()
    @on.callback_query.enter()
    async def show(
        self,
        _: TelegramObject,
        guide: Guide,
        project_id: UUID,
        ticket_type: TicketType | None,
        back_to: Place | None,
    ) -> None:
        """The first step that there is, or the message step where something was chosen before."""
        desk = await guide.subscribed(project_id)
        if desk is None:
            return
        if not desk.takes_tickets:
            await guide.menu(project_id)
            return
        if desk.types and back_to is None:
            screen = screens.form_types(desk, guide.locale)
        else:
            screen = screens.form_message(
                desk, ticket_type, guide.locale, back_to=back_to or Place.MENU
            )
        await self.wizard.set_data(
            {
                "project": str(project_id),
                "ticket_type": None if ticket_type is None else str(ticket_type.id),
                "prompt": await guide.stage.show(screen),
            }
        )

    @on.callback_query(PlaceButton.filter(F.place == Place.CREATE))
    async def begun(self, _: CallbackQuery, callback_data: PlaceButton, guide: Guide) -> None:
        await guide.form(callback_data.project)

    @on.callback_query(PlaceButton.filter(F.place == Place.SKIP_TYPE))
    async def skipped(self, _: CallbackQuery, callback_data: PlaceButton, guide: Guide) -> None:
        await guide.form(callback_data.project, back_to=Place.CREATE)

    @on.callback_query(TypeButton.filter())
    async def chosen(self, _: CallbackQuery, callback_data: TypeButton, guide: Guide) -> None:
        """A type that is offered no more leads to those that are."""
        wanted = callback_data.ticket_type
        try:
            desk = await guide.db.read(views.desk_of_type, guide.person.chat, wanted)
        except NotFound:
            await guide.start()
            return
        found = next((kind for kind in desk.types if kind.id == wanted), None)
        before = Place.MENU if callback_data.in_menu else Place.CREATE
        await guide.form(desk.project.id, found, back_to=None if found is None else before)

    @on.callback_query(PlaceButton.filter(F.place == Place.CANCEL))
    async def cancelled(self, _: CallbackQuery, callback_data: PlaceButton, guide: Guide) -> None:
        await guide.menu(callback_data.project, "form_cancelled")

    @on.message(unsupported)
    async def refused(self, _: Message, kind: str, guide: Guide) -> None:
        await guide.stage.add(screens.unsupported(kind, guide.locale, announced=False))

    @on.message()
    async def written(
        self, _: Message, album: list[Message], messenger: Messenger, guide: Guide
    ) -> None:
        """The message is the ticket, at whichever step it comes; a reply goes to its own ticket."""
        data = await self.wizard.get_data()
        if "prompt" not in data:
            # The form could not be shown, so nobody is filling it in.
            await guide.scenes.close()
            raise SkipHandler
        source = source_of(album, messenger.channel)
        if await guide.db.read(_is_reply, source):
            raise SkipHandler
        content = content_of(album, messenger.channel)
        if not (content.text or content.attachments):
            return
        project_id = UUID(data["project"])
        kind = data["ticket_type"]
        new = Beginning(content, ticket_type_id=None if kind is None else UUID(kind))
        try:
            ticket = await guide.db.write(_begin, guide.person, project_id, new, source)
        except Forbidden:
            await guide.menu(project_id, "not_passed_on")
            return
        if ticket is None:
            await guide.consent(project_id, news="not_passed_on_yet")
            return
        await guide.stage.rewrite(data["prompt"], screens.form_sent(guide.locale))
        await guide.scenes.close()


def _is_reply(tx: Transaction, source: Source) -> bool:
    """Whether the message answers one of a ticket: the form may be long forgotten by then."""
    replied = source.reply_to
    return replied is not None and message_map.ticket_of(tx, source.chat, replied) is not None


def _begin(
    tx: Transaction, person: Person, project_id: UUID, new: Beginning, source: Source
) -> Ticket | None:
    """The ticket; None where the person left the project meanwhile. Its type may be gone too."""
    subscriber = subscribers.in_project(tx, person.chat, project_id)
    if subscriber is None:
        return None
    try:
        return opening.by_customer(tx, subscriber, new, source)
    except NotFound:
        return opening.by_customer(tx, subscriber, replace(new, ticket_type_id=None), source)
