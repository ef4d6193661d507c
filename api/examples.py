"""Examples for the OpenAPI document: what a first call looks like, and what comes back."""

from typing import Any

from storage.errors import HelpdeskError

_TICKET_ID = "6f1c1a52-6c5e-4f0e-9a3e-2f3d1c7b8a90"
_AGENT_ID = "0b9f6c0e-7a43-4d7c-9d5c-0f6f4f1f6a11"
_SUBSCRIBER_ID = "d5d1c9a8-3a51-4a86-8d5e-6f4b0c1e2d3f"
_TYPE_ID = "1d2c3b4a-5968-4776-8594-a3b2c1d0e9f8"
_REQUEST_ID = "Vb3kT0c9XqLw7uYt1RzN5g"

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
        "subscriber_id": _SUBSCRIBER_ID,
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

_ASSIGNED = {
    **TICKET,
    "status": "in_progress",
    "assigned_to": _AGENT_ID,
    "assigned_name": "Kate",
}
_TICKET_TYPE: dict[str, Any] = {
    "id": _TYPE_ID,
    "name": "Delivery",
    "description": "Where is it, and when?",
}
_CHANGED_TYPE: dict[str, Any] = {**_TICKET_TYPE, "active": True, "position": 1}
_SETTINGS: dict[str, Any] = {
    "name": "Acme",
    "description": "Parcels, and where they are",
    "helpdesk_enabled": True,
    "helpdesk_allow_create": True,
    "allowed_origins": ["https://shop.example"],
    "locale": "en",
}
_NEW_REQUEST = {"channel": "telegram", "context": {"page": "/cart"}}
_REQUEST: dict[str, Any] = {
    "request_id": _REQUEST_ID,
    "status": "pending",
    "channel": "telegram",
    "telegram_link": f"https://t.me/acme_desk_bot?start=hd_{_REQUEST_ID}",
    "max_link": None,
    "subscriber_id": None,
    "expires_at": "2026-11-22T09:45:00.000Z",
}
_WEBHOOK: dict[str, Any] = {
    "id": "c4b7a1d2-0e6f-4c58-9a2b-1d3e5f708192",
    "url": "https://shop.example/deskwire",
    "description": "The shop's back-end",
    "events": ["ticket.created", "ticket.replied"],
    "status": "active",
    "disabled_reason": None,
    "created_at": "2026-11-22T09:00:00.000Z",
}
_NEW_WEBHOOK = {name: _WEBHOOK[name] for name in ("url", "events", "description")}
_WEBHOOK_WITH_SECRET = {**_WEBHOOK, "secret": "whsec_ZXhhbXBsZS1vZi1hLXNlY3JldC1vZi0zMi1ieXRlcw=="}
_DELIVERED: dict[str, Any] = {
    "id": "e9d8c7b6-a594-4382-9170-6f5e4d3c2b1a",
    "event": "ticket.created",
    "status": "delivered",
    "attempts": [
        {"at": "2026-11-22T09:30:00.000Z", "status_code": 204, "error": None, "duration_ms": 38}
    ],
    "next_attempt_at": None,
    "created_at": "2026-11-22T09:30:00.000Z",
}
_PENDING: dict[str, Any] = {
    **_DELIVERED,
    "status": "pending",
    "attempts": [],
    "next_attempt_at": "2026-11-22T09:30:00.000Z",
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
    "create_ticket_type": {name: _TICKET_TYPE[name] for name in ("name", "description")},
    "change_ticket_type": {"position": 1},
    "change_settings": {"allowed_origins": ["https://shop.example"]},
    "create_request": _NEW_REQUEST,
    "create_public_request": _NEW_REQUEST,
    "create_webhook": _NEW_WEBHOOK,
    "change_webhook": {"status": "active"},
    "replace_webhook": _NEW_WEBHOOK,
}
"""What a route is given, by its operation."""
ANSWERS: dict[str, Any] = {
    "create_ticket": TICKET,
    "list_tickets": {"tickets": [TICKET], "next_cursor": None},
    "get_ticket": {**TICKET, "messages": [MESSAGE]},
    "reply_to_ticket": MESSAGE,
    "reply_as_customer": {
        **MESSAGE,
        "author": "customer",
        "author_name": "Ann",
        "agent_id": None,
        "text": "It is here, thank you!",
        "delivery": "none",
    },
    "set_ticket_status": {**TICKET, "status": "closed", "closed_at": "2026-11-22T09:50:00.000Z"},
    "assign_ticket": _ASSIGNED,
    "set_ticket_priority": {**TICKET, "priority": "high"},
    "list_ticket_types": {"ticket_types": [_TICKET_TYPE]},
    "create_ticket_type": _CHANGED_TYPE,
    "change_ticket_type": _CHANGED_TYPE,
    "delete_ticket_type": {**_CHANGED_TYPE, "active": False},
    "list_agents": {
        "agents": [
            {
                "id": _AGENT_ID,
                "name": "Kate",
                "username": "kate",
                "channel": "telegram",
                "active": True,
            }
        ]
    },
    "get_settings": _SETTINGS,
    "change_settings": _SETTINGS,
    "create_request": _REQUEST,
    "get_request_status": {**_REQUEST, "status": "accepted", "subscriber_id": _SUBSCRIBER_ID},
    "get_subscriber": {
        "id": _SUBSCRIBER_ID,
        "channel": "telegram",
        "chat_id": 700000001,
        "user_id": 700000001,
        "first_name": "Ann",
        "last_name": None,
        "username": "ann",
        "locale": "en",
        "status": "active",
        "created_at": "2026-11-22T09:20:00.000Z",
    },
    "erase_subscriber": {
        "subscriber_id": _SUBSCRIBER_ID,
        "tickets": 1,
        "messages": 4,
        "attachments": 0,
    },
    "list_webhooks": {"webhooks": [_WEBHOOK]},
    "create_webhook": _WEBHOOK_WITH_SECRET,
    "change_webhook": _WEBHOOK,
    "replace_webhook": _WEBHOOK,
    "rotate_webhook_secret": _WEBHOOK_WITH_SECRET,
    "test_webhook": {**_PENDING, "event": "webhook.test"},
    "list_webhook_deliveries": {"deliveries": [_DELIVERED], "next_cursor": None},
    "redeliver": _PENDING,
    "create_public_request": _REQUEST,
    "get_public_request_status": {
        name: _REQUEST[name] for name in ("status", "channel", "expires_at")
    },
    "get_public_request_qr": {"size": 29, "path": "M4 4h7v7h-7z"},
}
"""What a route answers, by its operation."""
_DATA: dict[str, dict[str, Any]] = {
    "ticket.created": {"ticket": TICKET, "message": ANSWERS["reply_as_customer"]},
    "ticket.replied": {"ticket": TICKET, "message": MESSAGE},
    "ticket.status_changed": {"ticket": TICKET, "previous_status": "in_progress"},
    "ticket.assigned": {"ticket": _ASSIGNED, "previous_assigned_to": None},
    "ticket.closed": {"ticket": ANSWERS["set_ticket_status"], "previous_status": "waiting"},
    "webhook.test": {},
}
EVENTS: dict[str, Any] = {
    event: {"event": event, "timestamp": "2026-11-22T09:50:00.000Z", "data": data}
    for event, data in _DATA.items()
}
"""What endpoints receive, by the event's name."""


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
