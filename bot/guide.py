"""Leads a person to the right screen: by a deeplink, by /start, by a button, from scene to scene.

What a scene shows and takes is the scene's business.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from aiogram.fsm.scene import ScenesManager

from bot import screens, views
from bot.callbacks import Place
from bot.scenes import SceneName
from bot.stage import Stage
from bot.views import Desk
from locales import render
from storage import requests
from storage.database import Database
from storage.errors import NotFound
from storage.model import Person, Project, TicketType
from storage.requests import Opened, Outcome

_REQUEST = re.compile(r"(?:\S*[?&]start=)?hd_([A-Za-z0-9_-]{22})", re.IGNORECASE)
_PROJECT = re.compile(r"help_(\S+)", re.IGNORECASE)

_NEWS = {
    Outcome.EXPIRED: "link_expired",
    Outcome.CANCELLED: "link_cancelled",
    # Whether it is somebody else's or nobody's is not for a stranger to know.
    Outcome.FOREIGN: "link_unknown",
    Outcome.UNKNOWN: "link_unknown",
}


def request_in(text: str) -> str | None:
    """The id of the request that a text is the deeplink of: the link, or its payload alone.

    Capitals in `hd_` don't matter, those of the id are part of it.
    """
    found = _REQUEST.fullmatch(text.strip())
    return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide of one update's person. `news` names a sentence to stand above a screen."""

    db: Database
    person: Person
    stage: Stage
    scenes: ScenesManager
    locale: str

    async def by_payload(self, payload: str) -> None:
        """Follow what came with /start; what is no link of ours leads where /start does."""
        payload = "".join(payload.split())
        request_id = request_in(payload)
        project = _PROJECT.fullmatch(payload)
        if request_id is not None:
            await self.by_request(request_id)
        elif project is not None:
            await self._by_slug(project[1])
        else:
            await self.start("link_unknown" if payload else None)

    async def by_request(self, request_id: str) -> None:
        await self.follow(await self.db.write(requests.open_by, request_id, self.person))

    async def _by_slug(self, slug: str) -> None:
        try:
            project = await self.db.read(views.project_of_slug, slug)
        except NotFound:
            await self.start("link_unknown")
        else:
            await self.menu(project.id)

    async def follow(self, opened: Opened) -> None:
        """Show what opening a request, or answering its consent screen, led to."""
        project, request = opened.project, opened.request
        if project is None:
            await self.start(_NEWS[opened.outcome])
        elif opened.outcome is Outcome.CONSENT:
            await self.consent(project.id, request_id=None if request is None else request.id)
        elif opened.outcome is Outcome.ACCEPTED:
            await self._accepted(project.id, None if request is None else request.ticket_type_id)
        else:
            await self.menu(project.id, _NEWS[opened.outcome])

    async def _accepted(self, project_id: UUID, type_id: UUID | None) -> None:
        desk = await self.db.read(views.desk, self.person.chat, project_id)
        chosen = next((kind for kind in desk.types if kind.id == type_id), None)
        if chosen is None:
            await self.menu(project_id)
        else:
            await self.form(project_id, chosen, back_to=Place.MENU)

    async def start(self, news: str | None = None) -> None:
        """What /start with nothing leads to."""
        door = await self.db.read(views.door, self.person.chat)
        if len(door.projects) == 1:
            await self.menu(door.projects[0].id, news)
            return
        notice = self.sentence(news)
        if door.subscribed:
            await self.leave(screens.choice(door.projects, self.locale, notice))
        else:
            await self.leave(screens.how_to_reach(self.locale, notice))

    async def unsubscribed(self, projects: Iterable[Project]) -> None:
        """Say that the subscriptions to these ended, and the way back."""
        by_start = await self._starts_anew()
        await self.leave(screens.unsubscribed(projects, self.locale, by_start=by_start))

    async def declined(self, project: Project) -> None:
        """Say that this project will not write, and the way back."""
        by_start = await self._starts_anew()
        await self.leave(screens.declined(project, self.locale, by_start=by_start))

    async def _starts_anew(self) -> bool:
        """Whether /start asks for consent: it shows what is subscribed to still, else the one
        project that there is."""
        door = await self.db.read(views.door, self.person.chat)
        return not door.subscribed and len(door.projects) == 1

    async def subscribed(self, project_id: UUID, news: str | None = None) -> Desk | None:
        """The project's desk for its subscriber; everybody else is asked for consent, and None.

        Raises NotFound.
        """
        desk = await self.db.read(views.desk, self.person.chat, project_id)
        if desk.subscriber is not None:
            return desk
        await self.consent(project_id, news=news)
        return None

    async def consent(
        self, project_id: UUID, *, request_id: str | None = None, news: str | None = None
    ) -> None:
        await self.scenes.enter(
            SceneName.CONSENT, project_id=project_id, request_id=request_id, news=news
        )

    async def menu(self, project_id: UUID, news: str | None = None) -> None:
        await self.scenes.enter(SceneName.MENU, project_id=project_id, news=news)

    async def form(
        self,
        project_id: UUID,
        ticket_type: TicketType | None = None,
        *,
        back_to: Place | None = None,
    ) -> None:
        """The ticket form: its message step where `back_to` says what is before that, else all."""
        await self.scenes.enter(
            SceneName.NEW_TICKET, project_id=project_id, ticket_type=ticket_type, back_to=back_to
        )

    async def active_tickets(
        self, project_id: UUID, page: int = 0, ticket_id: UUID | None = None
    ) -> None:
        """The list, or one ticket of it."""
        await self.scenes.enter(
            SceneName.ACTIVE_TICKETS, project_id=project_id, page=page, ticket_id=ticket_id
        )

    async def leave(self, screen: screens.Screen) -> None:
        """Out of all scenes, with a last word."""
        await self.scenes.close()
        await self.stage.show(screen)

    def sentence(self, news: str | None) -> str | None:
        return None if news is None else render(news, self.locale)
