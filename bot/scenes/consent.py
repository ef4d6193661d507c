"""Consent: what a person is asked before a project may write, and what the answer leads to."""

from uuid import UUID

from aiogram.fsm.scene import Scene, on
from aiogram.types import CallbackQuery, TelegramObject

from bot import screens, views
from bot.callbacks import ConsentButton
from bot.guide import Guide
from bot.scenes import SceneName
from storage import projects, requests, subscribers
from storage.model import Person
from storage.transaction import Transaction


class Consent(
    Scene, state=SceneName.CONSENT, reset_data_on_enter=True, callback_query_without_state=True
):
    @on.message.enter()
    @on.callback_query.enter()
    async def show(
        self,
        _: TelegramObject,
        guide: Guide,
        project_id: UUID,
        request_id: str | None,
        news: str | None,
    ) -> None:
        project = await guide.db.read(projects.get, project_id)
        notice = guide.sentence(news)
        await guide.stage.show(screens.consent(project, guide.locale, request_id, notice))

    @on.callback_query(ConsentButton.filter())
    async def answered(self, _: CallbackQuery, callback_data: ConsentButton, guide: Guide) -> None:
        """Either answer may come late or twice: it then leads to what holds by now."""
        project_id, request_id = callback_data.project, callback_data.request
        if not callback_data.agreed:
            await self._refused(guide, project_id, request_id)
        elif request_id is not None:
            await guide.follow(await guide.db.write(requests.accept, request_id, guide.person))
        else:
            await guide.db.write(_subscribe, project_id, guide.person)
            await guide.menu(project_id)

    async def _refused(self, guide: Guide, project_id: UUID, request_id: str | None) -> None:
        if request_id is not None:
            await guide.db.write(requests.cancel, request_id, guide.person)
        desk = await guide.db.read(views.desk, guide.person.chat, project_id)
        if desk.subscriber is None:
            await guide.declined(desk.project)
        else:
            await guide.menu(project_id)


def _subscribe(tx: Transaction, project_id: UUID, person: Person) -> None:
    """Raises NotFound where a forged button names no project."""
    subscribers.subscribe(tx, projects.get(tx, project_id).id, person)
