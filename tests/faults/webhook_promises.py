"""What must be true of webhooks at rest: every event, in order, signed, and told once."""

import base64
import hashlib
import hmac
from collections import Counter, defaultdict
from typing import Any

from tests.api.receiver import Received
from tests.faults.evidence import Evidence, hold
from tests.faults.town import Town


def check(town: Town, evidence: Evidence) -> None:
    hold("every webhook has a body", [], town.endpoint.empty)
    deliveries = evidence.all(
        "SELECT * FROM webhook_deliveries WHERE webhook_id = ? ORDER BY seq", town.webhook["id"]
    )
    hold("every event is delivered", set(), {row["status"] for row in deliveries} - {"delivered"})
    _events_are_complete(evidence, [(row["event"], row["ticket_id"]) for row in deliveries])
    order: dict[str, list[str]] = defaultdict(list)
    for row in deliveries:
        order[row["ticket_id"]].append(row["id"])
    heard: dict[str, list[Received]] = defaultdict(list)
    known: dict[str, bytes] = {}
    for one in town.endpoint.taken:
        if known.setdefault(one.id, one.body) is one.body:
            heard[one.json["data"]["ticket"]["id"]].append(one)
        hold("a webhook has the same body at every attempt", known[one.id], one.body)
        hold("a webhook is signed", True, _signed(one, town.webhook["secret"]))
    for ticket_id, expected in order.items():
        hold(
            f"events of ticket {ticket_id} arrive in order",
            expected,
            [one.id for one in heard[ticket_id]],
        )
    for row in evidence.all("SELECT id, status FROM tickets"):
        _story_is_true(heard[row["id"]], row["status"])


def _events_are_complete(evidence: Evidence, told: list[tuple[str, str]]) -> None:
    """One `ticket.created` a ticket, one `ticket.replied` for each further public message."""
    expected: Counter[tuple[str, str]] = Counter()
    for row in evidence.all(
        "SELECT ticket_id, count(*) AS said FROM messages WHERE NOT internal GROUP BY ticket_id"
    ):
        expected["ticket.created", row["ticket_id"]] = 1
        expected["ticket.replied", row["ticket_id"]] = row["said"] - 1
    told_now = Counter(each for each in told if each[0] in ("ticket.created", "ticket.replied"))
    hold("every ticket and every public message is an event", Counter(), expected - told_now)
    hold("nothing is an event twice", Counter(), told_now - expected)


def _story_is_true(story: list[Received], status: str) -> None:
    """The events of a ticket follow from each other, and end in what it is now."""
    now = "new"
    for one in story:
        data: dict[str, Any] = one.json["data"]
        if one.event == "ticket.status_changed":
            hold(f"{one.id} follows from the event before it", now, data["previous_status"])
            now = data["ticket"]["status"]
    hold("the events of a ticket end in its status", status, now)


def _signed(one: Received, secret: str) -> bool:
    """By hand, as Standard Webhooks 1.0 says; the time is not looked at, as it is simulated."""
    signed = f"{one.id}.{one.headers['webhook-timestamp']}.".encode() + one.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{digest}" in one.headers["webhook-signature"].split(" ")


def repeats(town: Town) -> Counter[str]:
    """How often each webhook was taken again, beyond what the endpoint itself kept silent about."""
    taken = Counter(one.id for one in town.endpoint.taken)
    return +Counter({key: count - 1 - town.endpoint.unheard[key] for key, count in taken.items()})
