"""The two servers that are compared, each a process of its own that keeps to one core.

`bare` is aiohttp with the API's own models, less the desk: every answer is there already.
"""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from api import answers, inputs
from api.app import build
from api.runner import Runner
from config.process import settle
from storage import api_keys, messages, opening, projects, ticket_list, tickets
from storage.database import Database
from storage.model import Attachment, Content, Ticket
from storage.transaction import Transaction
from tests.replying import reply

KEY = "bench-key-0123456789"
TICKETS = 200
"""Half of them are read, and get no further messages; the other half are answered."""


class Nowhere:
    """Neither a bot nor a file: nothing that is measured needs one."""

    def telegram(self, start: str) -> str | None:
        return None

    def max(self, start: str) -> str | None:
        return None

    async def open(self, attachment: Attachment) -> AsyncIterator[bytes]:
        yield b""


def fill(tx: Transaction) -> list[Ticket]:
    """Tickets with a question, an answer and a note."""
    project = projects.create(tx, slug="main", name="Shop")
    api_keys.add(tx, project.id, KEY)
    made = []
    for number in range(TICKETS):
        question = Content("Where is my parcel? It was to be here on Monday.")
        new = opening.NewTicket(question, f"Delivery {number}", context={"page": "/cart"})
        ticket = opening.by_backend(tx, project.id, new, first_name="Ann")
        reply(tx, project.id, ticket.id, Content("It is on its way to you."))
        note = Content("The carrier has it since Friday.")
        reply(tx, project.id, ticket.id, note, internal=True)
        made.append(ticket)
    return made


def bare(tx: Transaction, some: Ticket) -> web.Application:
    """The same requests and answers, checked and made by the same models, with nothing between:
    each answer is made anew of values that are there already."""
    ticket = tickets.get(tx, some.project_id, some.id)
    said = [_values(answers.Message, each) for each in messages.of_ticket(tx, ticket.id)]
    everything = ticket_list.TicketFilter()
    page, _ = ticket_list.listing(tx, ticket.project_id, everything, limit=50)
    listed = [_values(answers.Ticket, each) for each in page]
    values = _values(answers.Ticket, ticket)
    customer = _values(answers.Customer, ticket.customer)

    def one(values: dict[str, Any]) -> answers.Ticket:
        return answers.Ticket(**values | {"customer": answers.Customer(**customer)})

    def details() -> answers.TicketDetails:
        spoken = [answers.Message(**each) for each in said]
        whole = values | {"customer": answers.Customer(**customer), "messages": spoken}
        return answers.TicketDetails(**whole)

    ways: list[tuple[str, str, type[Any], Callable[[], object], type[BaseModel] | None]] = [
        ("POST", "", answers.Ticket, lambda: one(values), inputs.NewTicket),
        ("GET", "/{id}", answers.TicketDetails, details, None),
        (
            "GET",
            "",
            answers.TicketPage,
            lambda: answers.TicketPage([*map(one, listed)], "p9"),
            None,
        ),
        (
            "POST",
            "/{id}/reply",
            answers.Message,
            lambda: answers.Message(**said[0]),
            inputs.NewReply,
        ),
    ]
    app = web.Application()
    for method, path, answer, make, body in ways:
        app.router.add_route(method, "/v1/helpdesk/tickets" + path, canned(answer, make, body))
    return app


def _values(model: type[Any], source: object) -> dict[str, Any]:
    return {field.name: getattr(source, field.name) for field in fields(model)}


def canned(
    answer: type[Any], make: Callable[[], object], body: type[BaseModel] | None = None
) -> Callable[[web.Request], Awaitable[web.Response]]:
    to_json = TypeAdapter(answer).serializer.to_json

    async def get(request: web.Request) -> web.Response:
        return web.Response(body=to_json(make()), content_type="application/json")

    async def post(request: web.Request) -> web.Response:
        assert body is not None
        body.model_validate_json(await request.read())
        return web.Response(body=to_json(make()), content_type="application/json", status=201)

    return get if body is None else post


async def serve(which: str, folder: Path) -> None:
    """Serve until standard input ends; then tell how much memory it took."""
    db = await Database.open(folder / f"{which}.db")
    made = await db.write(fill)

    async def ready() -> list[str]:
        return []

    nowhere = Nowhere()
    app = (
        build(db, links=nowhere, channels=(), files=nowhere, readiness=ready)
        if which == "real"
        else await db.read(bare, made[0])
    )
    runner = (Runner if which == "real" else web.AppRunner)(app, access_log=None)
    await runner.setup()
    if which == "real":
        settle()  # as the desk does
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], *(ticket.id for ticket in made), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await db.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[3])})
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2])))
