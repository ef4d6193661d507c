"""What the customer's buttons say to the bot when pressed, in 64 bytes at most: Telegram's limit.

Every one names all that it needs, so that it works on an old message, whatever the scene is.
"""

from enum import StrEnum
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class ConsentButton(CallbackData, prefix="join"):
    """`Subscribe` and `Cancel` of the consent screen; `request` is empty on a permanent link's."""

    agreed: bool
    project: UUID
    request: str | None = None


class Place(StrEnum):
    """Where a button of a project leads."""

    MENU = "menu"
    CREATE = "create"
    SKIP_TYPE = "skip"
    CANCEL = "cancel"
    UNSUBSCRIBE = "leave"


class PlaceButton(CallbackData, prefix="go"):
    place: Place
    project: UUID


class TypeButton(CallbackData, prefix="type"):
    """A ticket type, in the menu or in the form, which is where `Back` then leads."""

    ticket_type: UUID
    in_menu: bool


class ListButton(CallbackData, prefix="list"):
    """A page of the active tickets, counted from 0."""

    project: UUID
    page: int = 0


class TicketAct(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"


class TicketButton(CallbackData, prefix="ticket"):
    """`page` is the one of the list that `Back` leads to."""

    act: TicketAct
    ticket: UUID
    page: int = 0


class RatingButton(CallbackData, prefix="rate"):
    ticket: UUID
    rating: int = Field(ge=1, le=5)
