"""Requests over HTTP: a website makes one, shows its links, and waits for consent."""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from uuid import UUID

from api import answers, inputs
from api.desk import Desk
from api.routing import Call, LongCall, Route
from storage import requests
from storage.errors import (
    ChannelUnavailable,
    HelpdeskCreateDisabled,
    HelpdeskDisabled,
    NotFound,
    RequestNotFound,
    Unavailable,
)
from storage.model import Channel, Request, RequestStatus

PATH = "/v1/helpdesk/request"
NOT_MADE = (
    NotFound,
    HelpdeskDisabled,
    HelpdeskCreateDisabled,
    ChannelUnavailable,
    Unavailable,
)
"""Why there may be no request."""
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def create_request(call: Call[inputs.NewRequest]) -> answers.Request:
    """Make a request: one person has 15 minutes to open its link and consent."""
    asked = call.given
    made = requests.create(
        call.tx,
        call.project_id,
        channel=asked.channel,
        ticket_type_id=asked.ticket_type_id,
        context=asked.context,
    )
    # Last, so that what is wrong with the request itself is told wherever it is tried.
    if not call.desk.channels or asked.channel not in {None, *call.desk.channels}:
        raise ChannelUnavailable
    shown = answer(call.desk, made)
    if shown.telegram_link is None and shown.max_link is None:
        raise Unavailable("The messenger has not told the bot's name yet, so there is no link.")
    return shown


async def get_request_status(call: LongCall[inputs.RequestQuery]) -> answers.Request:
    """A request as it stands; with `wait`, once it changes or so many seconds have passed."""
    request_id = known_id(call.request.match_info)
    found = await standing(call.desk, call.project_id, request_id, call.given.wait)
    return answer(call.desk, found)


def known_id(path: Mapping[str, str]) -> str:
    """The `{request_id}` in the path. Raises RequestNotFound for what can be none."""
    request_id = path["request_id"]
    if not _ID.fullmatch(request_id):
        raise RequestNotFound
    return request_id


async def standing(desk: Desk, project_id: UUID, request_id: str, wait: float) -> Request:
    """A request of the project as it stands once it is final, or `wait` seconds have passed."""
    db = desk.db
    now = asyncio.get_running_loop().time
    end = now() + wait
    with db.listen(f"request:{request_id}") as changed, desk.stopping.wakes(changed):
        found = await db.read(requests.get, project_id, request_id)
        while found.status is RequestStatus.PENDING and now() < end and not desk.stopping:
            # A request expires by the clock; the moment after is early enough to look again.
            life = (found.expires_at - db.clock()).total_seconds() + 0.001
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(end - now(), life)):
                    await changed.wait()
            changed.clear()
            found = await db.read(requests.get, project_id, request_id)
    return found


def answer(desk: Desk, request: Request) -> answers.Request:
    """A request with its links."""
    start = f"hd_{request.id}"
    shown = desk.channels if request.channel is None else desk.channels & {request.channel}
    return answers.Request(
        request_id=request.id,
        status=request.status,
        channel=request.channel,
        telegram_link=desk.links.telegram(start) if Channel.TELEGRAM in shown else None,
        max_link=desk.links.max(start) if Channel.MAX in shown else None,
        subscriber_id=request.subscriber_id,
        expires_at=request.expires_at,
    )


ROUTES = [
    Route(
        "POST",
        PATH,
        create_request,
        body=inputs.NewRequest,
        answer=answers.Request,
        status=201,
        location=PATH + "/{0.request_id}/status",
        errors=NOT_MADE,
    ),
    Route(
        "GET",
        PATH + "/{request_id}/status",
        get_request_status,
        query=inputs.RequestQuery,
        answer=answers.Request,
        errors=(RequestNotFound,),
    ),
]
