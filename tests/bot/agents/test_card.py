"""The card's words: all that is known, escaped, isolated, and never too long."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import pytest

from bot.agents.card import card_header, card_keyboard
from bot.formatting import utf16_length
from storage.model import Channel, Chat, Customer, Priority, Project, Status, Ticket

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PROJECT = Project(
    id=UUID(int=1),
    slug="main",
    name="Acme",
    description="",
    locale="en",
    helpdesk_enabled=True,
    helpdesk_allow_create=True,
    allowed_origins=(),
    agent_chat=Chat(Channel.TELEGRAM, -1),
    created_at=NOW,
)
TICKET = Ticket(
    id=UUID(int=2),
    project_id=PROJECT.id,
    ticket_number=42,
    subject="The lamp is broken",
    status=Status.IN_PROGRESS,
    priority=Priority.HIGH,
    channel=Channel.MAX,
    ticket_type_id=UUID(int=3),
    ticket_type_name="Repairs",
    assigned_to=UUID(int=4),
    assigned_name="Anna",
    customer=Customer(UUID(int=5), 7001, "Vera", "vera"),
    context={"page": "/lamps", "order": "A-17"},
    rating=5,
    previous_ticket_id=UUID(int=6),
    created_at=NOW,
    updated_at=NOW,
    first_reply_at=None,
    closed_at=None,
)
BARE = replace(
    TICKET,
    ticket_type_name=None,
    assigned_name=None,
    customer=Customer(None, None, None, None),
    context={},
    rating=None,
)


def shown(ticket: Ticket, previous: int | None = None, locale: str = "en") -> str:
    """The header as it is read."""
    return unescape(re.sub("<[^>]*>", "", card_header(ticket, PROJECT, previous, locale)))


def test_card_tells_all_that_is_known() -> None:
    header = shown(TICKET, previous=41)
    for part in ("#42", "The lamp is broken", "Repairs", "Vera", "@vera", "MAX", "in progress"):
        assert part in header
    for part in ("high", "Anna", "5", "#41", "page", "/lamps", "order", "A-17"):
        assert part in header


def test_card_leaves_out_what_is_not_known() -> None:
    header = shown(BARE)
    assert "None" not in header
    assert "@" not in header
    assert all(line.strip() for line in header.splitlines())


def test_card_speaks_the_projects_language() -> None:
    assert shown(TICKET, locale="ru") != shown(TICKET)
    assert [row[0].text for row in card_keyboard(TICKET, "ru").inline_keyboard] != [
        row[0].text for row in card_keyboard(TICKET, "en").inline_keyboard
    ]


def test_html_in_names_stays_text() -> None:
    nasty = replace(
        TICKET,
        subject="<b>1 < 2 & 3</b>",
        customer=replace(TICKET.customer, first_name="<i>Vera", username="<u>"),
        context={"<s>": "</b>"},
    )
    header = card_header(nasty, PROJECT, None, "en")
    assert "<i>Vera" not in header
    assert "<s>" not in header
    assert "<b>1 < 2 & 3</b>" in shown(nasty)


def test_marks_of_direction_in_names_turn_nothing_around_them() -> None:
    nasty = replace(TICKET, customer=replace(TICKET.customer, first_name="Ve\u202era"))
    assert "\u2068Ve\u202era\u202c\u2069" in shown(nasty)


@pytest.mark.parametrize("letter", ["a", "😀", "\u05d0"])
def test_card_is_never_too_long(letter: str) -> None:
    long = letter * 5000
    huge = replace(
        TICKET,
        subject=long,
        ticket_type_name=long,
        assigned_name=long,
        customer=replace(TICKET.customer, first_name=long, username=long),
        context={f"{number}{long}": long for number in range(20)},
    )
    for locale in ("en", "ru"):
        assert utf16_length(shown(huge, 41, locale)) <= 1000


def test_context_that_does_not_fit_is_counted() -> None:
    many = replace(TICKET, context={f"key {number}": "x" * 100 for number in range(20)})
    assert "key 0" in shown(many)
    assert "key 19" not in shown(many)
    assert "17" in shown(many)


def test_labels_are_those_of_the_contract() -> None:
    rows = card_keyboard(TICKET, "en").inline_keyboard
    assert [[button.text for button in row] for row in rows] == [["Take", "Close"], ["Priority"]]
    rows = card_keyboard(replace(TICKET, status=Status.CLOSED), "en").inline_keyboard
    assert [[button.text for button in row] for row in rows] == [["Take", "Reopen"], ["Priority"]]
