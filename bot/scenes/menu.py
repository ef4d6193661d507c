"""The helpdesk menu of a project, where its other scenes begin, and the end of a subscription."""

from uuid import UUID

from aiogram import F
from aiogram.fsm.scene import Scene, on
from aiogram.types import CallbackQuery, TelegramObject

from bot import screens, views
from bot.callbacks import Place, PlaceButton
from bot.guide import Guide
from bot.scenes import SceneName
from storage import subscribers
from storage.model import SubscriberStatus


class Menu(
    Scene, state=SceneName.MENU, reset_data_on_enter=True, callback_query_without_state=True
):
    @on.message.enter()
    @on.callback_query.enter()
    async def show(
        self, _: TelegramObject, guide: Guide, project_id: UUID, news: str | None
    ) -> None:
        """What is written now and belongs to no ticket is for the project of this menu."""
        desk = await guide.subscribed(project_id, news)
        if desk is not None and desk.subscriber is not None:
            await guide.db.write(subscribers.turn_to, desk.subscriber.id)
            notice = guide.sentence(news)
            await guide.stage.show(screens.menu(desk, guide.locale, notice))

    @on.callback_query(PlaceButton.filter(F.place == Place.MENU))
    async def opened(self, _: CallbackQuery, callback_data: PlaceButton, guide: Guide) -> None:
        await guide.menu(callback_data.project)

    @on.callback_query(PlaceButton.filter(F.place == Place.UNSUBSCRIBE))
    async def unsubscribed(
        self, _: CallbackQuery, callback_data: PlaceButton, guide: Guide
    ) -> None:
        chat, project_id = guide.person.chat, callback_data.project
        desk = await guide.db.read(views.desk, chat, project_id)
        await guide.db.write(subscribers.unsubscribe, chat, SubscriberStatus.STOPPED, project_id)
        await guide.unsubscribed([desk.project])
