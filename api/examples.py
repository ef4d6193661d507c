"""Examples for the OpenAPI document: what a first call looks like, and what comes back."""

from typing import Any

from storage.errors import HelpdeskError

_TICKET_ID = "6f1c1a52-6c5e-4f0e-9a3e-2f3d1c7b8a90"
_AGENT_ID = "0b9f6c0e-7a43-4d7c-9d5c-0f6f4f1f6a11"

TICKET: dict[str, Any] = {
    "id": _TICKET_ID,
    "ticket_number": 42,
    "subject": "Where is my parcel?",
    "status": "new",
    "priority": "normal",
    "channel": "virtual",
    "ticket_type_id": None,
    "ticket_type_name": None,
    "assigned_to": None,
    "assigned_name": None,
    "customer": {
        "subscriber_id": "d5d1c9a8-3a51-4a86-8d5e-6f4b0c1e2d3f",
        "chat_id": None,
        "first_name": "Ann",
        "username": None,
    },
    "context": {"order": "1042"},
    "rating": None,
    "previous_ticket_id": None,
    "created_at": "2026-11-22T09:30:00.000Z",
    "updated_at": "2026-11-22T09:30:00.000Z",
    "first_reply_at": None,
    "closed_at": None,
}
MESSAGE: dict[str, Any] = {
    "id": "a3f1f2de-54c8-4b9e-8f5b-7c2d9e0a1b34",
    "ticket_id": _TICKET_ID,
    "author": "agent",
    "author_name": "Kate",
    "agent_id": _AGENT_ID,
    "text": "It comes tomorrow.",
    "internal": False,
    "attachments": [],
    "delivery": "pending",
    "delivery_error": None,
    "created_at": "2026-11-22T09:42:00.000Z",
    "edited_at": None,
}

BODIES: dict[str, Any] = {
    "create_ticket": {
        "text": "Where is my parcel?",
        "first_name": "Ann",
        "context": {"order": "1042"},
    },
    "reply_to_ticket": {"text": "It comes tomorrow.", "user_id": _AGENT_ID},
    "reply_as_customer": {"text": "It is here, thank you!"},
    "set_ticket_status": {"status": "closed"},
    "assign_ticket": {"user_id": _AGENT_ID},
    "set_ticket_priority": {"priority": "high"},
    "create_ticket_type": {"name": "Delivery", "description": "Where is it, and when?"},
    "create_request": {"channel": "telegram", "context": {"page": "/cart"}},
    "create_webhook": {
        "url": "https://shop.example/deskwire",
        "events": ["ticket.created", "ticket.replied"],
    },
}
ANSWERS: dict[str, Any] = {
    "create_ticket": TICKET,
    "list_tickets": {"tickets": [TICKET], "next_cursor": None},
    "get_ticket": {**TICKET, "messages": [MESSAGE]},
    "reply_to_ticket": MESSAGE,
}


def problem(kind: type[HelpdeskError], status: int) -> dict[str, Any]:
    """What this kind of error looks like."""
    shown: dict[str, Any] = {
        "type": f"urn:deskwire:error:{kind.code}",
        "title": kind.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": (kind.__doc__ or "").strip(),
        "code": kind.code,
        "retryable": kind.retryable,
    }
    if status == 400:
        shown["errors"] = [{"field": "text", "message": "is required"}]
    return shown
