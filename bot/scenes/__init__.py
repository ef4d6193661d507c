"""The customer's scenes: consent, the menu, the ticket form, the active tickets.

A scene decides what a plain message means (only the form takes it); buttons work in any of them.
"""

from enum import StrEnum


class SceneName(StrEnum):
    """The states that scenes have in storage, and how they call each other."""

    CONSENT = "consent"
    MENU = "menu"
    NEW_TICKET = "new_ticket"
    ACTIVE_TICKETS = "active_tickets"
