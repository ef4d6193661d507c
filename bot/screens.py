"""What a customer's screen shows: words from `locales`, buttons from `callbacks`. It sends nothing.

How a screen comes before a person is `stage`'s business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from markupsafe import Markup

from bot.callbacks import (
    ConsentButton,
    ListButton,
    Place,
    PlaceButton,
    RatingButton,
    TicketAct,
    TicketButton,
    TypeButton,
)
from bot.formatting import shorten, split, to_html
from bot.names import isolate
from bot.views import Desk, TicketPage, TicketView
from locales import label, render
from storage.model import Author, Message, Project, Status, Ticket, TicketType

Rows = Sequence[Sequence[InlineKeyboardButton]]

MOST_ROWS = 24
"""Of ticket types or projects to choose from: MAX takes 30 rows of 7 buttons (dev.max.ru/docs-api).
More of them stand beside each other."""
MOST_CHOICES = 4 * MOST_ROWS
"""Telegram takes 100 buttons (core.telegram.org/bots/api#inlinekeyboardmarkup)."""
DESCRIPTION_LENGTH = 2000
TYPE_DESCRIPTION_LENGTH = 80
SUBJECT_LENGTH = 60
MESSAGE_LENGTH = 600
"""UTF-16 units of a text on a screen of 4096 at most (core.telegram.org/bots/api#sendmessage)."""
STARS = range(1, 6)


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
    keyboard = InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows]) if rows else None
    return Screen(shown, keyboard)


def consent(
    project: Project, locale: str, request_id: str | None = None, notice: str | None = None
) -> Screen:
    description = shorten(project.description, DESCRIPTION_LENGTH)
    html = render("consent", locale, project=project.name, description=description)

    def data(*, agreed: bool) -> ConsentButton:
        return ConsentButton(agreed=agreed, project=project.id, request=request_id)

    subscribe = button(label("subscribe", locale), data(agreed=True))
    cancel = button(label("cancel", locale), data(agreed=False))
    return screen(html, [[subscribe], [cancel]], notice)


def declined(project: Project, locale: str, *, by_start: bool) -> Screen:
    """`by_start`: whether /start leads back, as it does where there is one project."""
    return Screen(render("consent_declined", locale, project=project.name, by_start=by_start))


def unsubscribed(projects: Iterable[Project], locale: str, *, by_start: bool) -> Screen:
    """`by_start` as in `declined`."""
    names = [project.name for project in projects]
    return Screen(render("unsubscribed", locale, projects=names, by_start=by_start))


def how_to_reach(locale: str, notice: str | None = None) -> Screen:
    """Which projects there are is not for a stranger to know."""
    return screen(render("how_to_reach", locale), [], notice)


def choice(projects: Iterable[Project], locale: str, notice: str | None = None) -> Screen:
    """The projects that a customer of several may mean."""
    choices = [
        button(isolate(project.name), PlaceButton(place=Place.MENU, project=project.id))
        for project in projects
    ]
    return screen(render("choose_project", locale), _choice_rows(choices), notice)


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
    described = [
        {
            "name": isolate(kind.name),
            "description": shorten(kind.description, TYPE_DESCRIPTION_LENGTH),
        }
        for kind in desk.types[:MOST_ROWS]
        if kind.description
    ]
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


def unsupported(kind: str, locale: str, *, announced: bool) -> Screen:
    """This kind can't be passed on; `announced` where the agents were told of it all the same."""
    name = "unsupported_announced" if announced else "unsupported"
    return Screen(render(name, locale, kind=kind))


def help_(locale: str) -> Screen:
    return Screen(render("customer_help", locale))


def ticket_list(shown: TicketPage, locale: str) -> Screen:
    """Open tickets, a button each; more than a page of them with buttons to turn it."""
    project_id = shown.desk.project.id
    place = {"count": shown.count, "page": shown.page + 1, "pages": shown.pages}
    head = render("active_tickets", locale, **place) if shown.count else None
    lines = [_line(ticket, locale) for ticket in shown.tickets]
    rows = [
        [button(_title(ticket), _ticket_button(TicketAct.OPEN, ticket.id, shown.page))]
        for ticket in shown.tickets
    ]
    turning = [
        button(label(name, locale), ListButton(project=project_id, page=page))
        for name, page in (("previous_page", shown.page - 1), ("next_page", shown.page + 1))
        if 0 <= page < shown.pages
    ]
    back = _to(Place.MENU, project_id, label("back", locale))
    html = "\n".join(lines) or render("no_active_tickets", locale)
    return screen(html, [*rows, *([turning] if turning else []), [back]], head)


def ticket(view: TicketView, page: int, locale: str) -> Screen:
    """One ticket with its last messages, what they say cut to what fits."""
    shown = view.ticket
    html = render(
        "ticket_view",
        locale,
        number=shown.ticket_number,
        subject=isolate(shown.subject, SUBJECT_LENGTH),
        status=shown.status.value,
        messages=[_said(message, locale) for message in view.messages],
    )
    closed = shown.status is Status.CLOSED
    act, name = (TicketAct.REOPEN, "reopen") if closed else (TicketAct.CLOSE, "close_ticket")
    back = ListButton(project=shown.project_id, page=page)
    rows = [
        [button(label(name, locale), _ticket_button(act, shown.id, page))],
        [button(label("back", locale), back)],
    ]
    return screen(html, rows)


def rated(ticket: Ticket, locale: str) -> Screen:
    """The closing notice once it is answered; the answer can be changed."""
    html = render("rated_thanks", locale, number=ticket.ticket_number, rating=ticket.rating)
    return Screen(html, notice_keyboard("rating", ticket.id, locale))


def reopened(ticket: Ticket, locale: str) -> Screen:
    """The closing notice once the customer opened the ticket again."""
    back = button(label("active_tickets", locale), ListButton(project=ticket.project_id))
    return screen(render("reopened_by_customer", locale, number=ticket.ticket_number), [[back]])


def notice_keyboard(name: str, ticket_id: UUID, locale: str) -> InlineKeyboardMarkup | None:
    """The buttons under a notice to a customer, by the name that the outbox has for them."""
    if name != "rating":
        return None
    stars = [button(str(n), RatingButton(ticket=ticket_id, rating=n)) for n in STARS]
    reopen = button(label("reopen", locale), _ticket_button(TicketAct.REOPEN, ticket_id))
    return InlineKeyboardMarkup(inline_keyboard=[stars, [reopen]])


def _said(message: Message, locale: str) -> dict[str, Any]:
    """A message as the text `ticket_view` takes it: without a name where it is the reader's own."""
    pieces = split(message.text, message.entities, MESSAGE_LENGTH)
    text = [to_html(*pieces[0]) + ("…" if len(pieces) > 1 else "")] if pieces else []
    files = [render("placeholder", locale, kind=file.kind) for file in message.attachments]
    return {
        "name": None
        if message.author is Author.CUSTOMER
        else isolate(message.author_name, 32) or "—",
        "at": message.created_at,
        "text": Markup("\n").join(map(Markup, [" ".join(files), *text])).strip(),
    }


def _line(ticket: Ticket, locale: str) -> str:
    return render(
        "ticket_line",
        locale,
        number=ticket.ticket_number,
        subject=isolate(ticket.subject, SUBJECT_LENGTH),
        status=ticket.status.value,
    )


def _title(ticket: Ticket) -> str:
    return f"#{ticket.ticket_number} {isolate(ticket.subject, SUBJECT_LENGTH)}".rstrip()


def _ticket_button(act: TicketAct, ticket_id: UUID, page: int = 0) -> TicketButton:
    return TicketButton(act=act, ticket=ticket_id, page=page)


def _leaving(project_id: UUID, back_to: Place, locale: str) -> list[InlineKeyboardButton]:
    return [
        _to(back_to, project_id, label("back", locale)),
        _to(Place.CANCEL, project_id, label("cancel", locale)),
    ]


def _type_rows(types: Sequence[TicketType], *, in_menu: bool) -> list[list[InlineKeyboardButton]]:
    return _choice_rows(
        [
            button(isolate(kind.name), TypeButton(ticket_type=kind.id, in_menu=in_menu))
            for kind in types
        ]
    )


def _choice_rows(choices: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """A row each; where these are too many, so many in a row that all have room."""
    shown = choices[:MOST_CHOICES]
    columns = max(1, -(-len(shown) // MOST_ROWS))
    return [list(shown[n : n + columns]) for n in range(0, len(shown), columns)]


def _to(place: Place, project_id: UUID, text: str) -> InlineKeyboardButton:
    return button(text, PlaceButton(place=place, project=project_id))
