"""What was erased is in no byte of a later backup: not in tables, the index of words, what goes to
endpoints, kept answers, nor in the pages and corners of the file that are free."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.webhook_bodies import body_of
from storage import inbox, webhook_queue, webhooks
from storage.backup import backup
from storage.model import Channel
from tests.api.conftest import Desk

TICKETS = "/v1/helpdesk/tickets"
SUBSCRIBERS = "/v1/helpdesk/subscribers"
CHAT = 7_654_321_012
MARKS = ("Quentin", "qqtin", "zlaty", "Жупел", "xylo", "wombat", str(CHAT))
"""In names, subject, context, messages of both sides, a note and a chat of the customer."""


async def talk(desk: Desk, number: int, name: str, mark: str) -> Any:
    """A ticket with short and long messages, an edit of its state, and all of it with a key."""
    body = {
        "text": f"{mark} asks" + " and asks" * (400 if number % 3 == 0 else 5),
        "subject": f"zlaty {number}" if name == "Quentin" else f"plain {number}",
        "channel": "telegram",
        "chat_id": CHAT if name == "Quentin" else 1000 + number,
        "first_name": name,
        "username": "qqtin" if name == "Quentin" else "somebody",
        "context": {"page": f"https://shop.example/{mark}"},
    }
    headers = {"Idempotency-Key": f"{name}-{number}"}
    made = await desk.client.call("POST", TICKETS, json=body, headers=headers)
    assert made.status == 201, made.body
    path = f"{TICKETS}/{made.json['id']}"
    headers = {"Idempotency-Key": f"{name}-{number}-reply"}
    answer = {"text": f"We have {mark} for you" + " soon" * (number % 7 * 100)}
    await desk.client.call("POST", f"{path}/reply", json=answer, headers=headers)
    note = {"text": f"A wombat, says {mark}" if name == "Quentin" else "Nothing", "internal": True}
    await desk.client.post(f"{path}/reply", note)
    await desk.client.patch(f"{path}/priority", {"priority": "high"})
    return made.json


async def a_busy_desk(desk: Desk) -> str:
    """Quentin among others, endpoints that wait for what he said, words indexed in between; his id
    as a subscriber."""
    url = "https://shop.example/hook"
    await desk.db.write(webhooks.create, desk.project.id, url=url)
    await desk.link_agents()
    said = {"message": {"text": "Жупел", "from": {"username": "qqtin"}}}
    await desk.db.write(inbox.add, Channel.TELEGRAM, [(1, CHAT, said)])
    made: list[Any] = []
    for start in range(0, 40, 8):
        talks = []
        for number in range(start, start + 8):
            mine = number % 2 == 0
            mark = ("Жупел" if number % 4 else "xylo") if mine else "other"
            talks.append(talk(desk, number, "Quentin" if mine else "Bob", mark))
        made = await asyncio.gather(*talks)
        assert (await desk.client.get(TICKETS, q="Жупел")).json["tickets"]
        while await desk.db.write(webhook_queue.write_bodies, body_of):
            pass
    subscriber: str = made[0]["customer"]["subscriber_id"]
    return subscriber


def traces(folder: Path, desk: Desk, name: str) -> set[str]:
    """The marks that a backup made now has somewhere in its bytes."""
    backup(desk.db.path, folder / name)
    content = (folder / name).read_bytes()
    forms = {mark: {mark, mark.lower(), mark.upper(), ascii(mark)[1:-1]} for mark in MARKS}
    found = {m for m, written in forms.items() if any(w.encode() in content for w in written)}
    return found | ({str(CHAT)} if CHAT.to_bytes(6, "big") in content else set())


@pytest.mark.parametrize("secure", [True, False], ids=["", "for-comparison"])
async def test_no_byte_of_a_later_backup_tells_of_an_erased_customer(
    desk: Desk, tmp_path: Path, secure: bool
) -> None:
    """The comparison shows that the free corners of the file are looked into."""
    assert [
        tuple(row) for row in await desk.db.write(lambda tx: tx.all("PRAGMA secure_delete"))
    ] == [(1,)]
    if not secure:
        await desk.db.write(lambda tx: tx.all("PRAGMA secure_delete = OFF"))
    subscriber = await a_busy_desk(desk)
    assert traces(tmp_path, desk, "before.db") == set(MARKS)
    erased = await desk.client.delete(f"{SUBSCRIBERS}/{subscriber}")
    assert (erased.status, erased.json["tickets"], erased.json["messages"]) == (200, 20, 60)
    assert bool(traces(tmp_path, desk, "after.db")) is not secure
    found = (await desk.client.get(TICKETS, q="other")).json["tickets"]
    assert {ticket["customer"]["first_name"] for ticket in found} == {"Bob"}
