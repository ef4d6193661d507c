"""What a customer's screen shows: words from `locales`, buttons from `callbacks`. Nothing is sent here.

Ticket lists, tickets and ratings are in `ticket_screens`; how a screen gets shown is in `show`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.callbacks import ConsentButton, ListButton, Place, PlaceButton, TypeButton
from bot.names import isolate
from bot.views import Desk
from locales import label, render
from storage.model import Project, TicketType

Rows = Sequence[Sequence[InlineKeyboardButton]]


@dataclass(frozen=True, slots=True)
class Screen:
    """HTML and the buttons below it."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


def button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def screen(html: str, rows: Rows, notice: str | None = None) -> Screen:
    """A screen with a line of news above it, where there is one."""
    shown = html if notice is None else f"{notice}\n\n{html}"
    return Screen(shown, InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows]))


def consent(
    project: Project, locale: str, request_id: str | None = None, notice: str | None = None
) -> Screen:
    html = render("consent", locale, project=project.name, description=project.description)

    def data(*, agreed: bool) -> ConsentButton:
        return ConsentButton(agreed=agreed, project=project.id, request=request_id)

    subscribe = button(label("subscribe", locale), data(agreed=True))
    cancel = button(label("cancel", locale), data(agreed=False))
    return screen(html, [[subscribe], [cancel]], notice)


def declined(project: Project, locale: str) -> Screen:
    return Screen(render("consent_declined", locale, project=project.name))


def unsubscribed(projects: Iterable[Project], locale: str) -> Screen:
    names = [project.name for project in projects]
    return Screen(render("unsubscribed", locale, projects=names))


def how_to_reach(_: Iterable[Project], locale: str, notice: str | None = None) -> Screen:
    """Which projects there are is not for a stranger to know."""
    html = render("how_to_reach", locale)
    return Screen(html if notice is None else f"{notice}\n\n{html}")


def choice(projects: Iterable[Project], locale: str, notice: str | None = None) -> Screen:
    """The projects that a customer of several may mean."""
    rows = [
        [button(isolate(project.name), PlaceButton(place=Place.MENU, project=project.id))]
        for project in projects
    ]
    return screen(render("choose_project", locale), rows, notice)


def menu(desk: Desk, locale: str, notice: str | None = None) -> Screen:
    html = render(
        "menu",
        locale,
        project=desk.project.name,
        enabled=desk.project.helpdesk_enabled,
        takes_tickets=desk.takes_tickets,
    )
    rows = []
    if desk.takes_tickets:
        rows.append([_to(Place.CREATE, desk.project.id, label("create_ticket", locale))])
        rows += _type_rows(desk.types, in_menu=True)
    rows.append([button(label("active_tickets", locale), ListButton(project=desk.project.id))])
    rows.append([_to(Place.UNSUBSCRIBE, desk.project.id, label("unsubscribe", locale))])
    return screen(html, rows, notice)


def form_types(desk: Desk, locale: str) -> Screen:
    """The first step of the ticket form, where the project has types."""
    project_id = desk.project.id
    rows = [
        *_type_rows(desk.types, in_menu=False),
        [_to(Place.SKIP_TYPE, project_id, label("skip", locale))],
        _leaving(project_id, Place.MENU, locale),
    ]
    described = [kind for kind in desk.types if kind.description]
    return screen(render("form_types", locale, types=described), rows)


def form_message(
    desk: Desk, ticket_type: TicketType | None, locale: str, *, back_to: Place
) -> Screen:
    """The last step of the ticket form: whatever is written next begins the ticket."""
    html = render(
        "form_message",
        locale,
        project=desk.project.name,
        ticket_type=None if ticket_type is None else ticket_type.name,
    )
    return screen(html, [_leaving(desk.project.id, back_to, locale)])


def form_sent(locale: str) -> Screen:
    """What is left of the form once the ticket is made; the confirmation names it."""
    return Screen(render("form_sent", locale))


def _leaving(project_id: UUID, back_to: Place, locale: str) -> list[InlineKeyboardButton]:
    return [
        _to(back_to, project_id, label("back", locale)),
        _to(Place.CANCEL, project_id, label("cancel", locale)),
    ]


def _type_rows(types: Iterable[TicketType], *, in_menu: bool) -> list[list[InlineKeyboardButton]]:
    return [
        [button(isolate(kind.name), TypeButton(ticket_type=kind.id, in_menu=in_menu))]
        for kind in types
    ]


def _to(place: Place, project_id: UUID, text: str) -> InlineKeyboardButton:
    return button(text, PlaceButton(place=place, project=project_id))
