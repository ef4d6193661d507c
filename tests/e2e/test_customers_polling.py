"""Polling: a left-over webhook is removed, a messenger out of reach is waited for."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from bot.playground.telegram import Group, Person, TelegramStandIn
from tests.e2e.conftest import settings_for
from tests.e2e.desk import Desk
from tests.e2e.people import open_ticket, shown, subscribe, texts

OLD_WEBHOOK = "https://old.example"


async def ask(messenger: TelegramStandIn, method: str, **parameters: Any) -> Any:
    """A call to the Bot API past the desk, as the owner's old program might make it."""
    url = f"{messenger.url}/bot{messenger.token}/{method}"
    async with aiohttp.ClientSession() as http, http.post(url, json=parameters) as answer:
        assert answer.status == 200
        return (await answer.json())["result"]


async def test_polling_removes_a_webhook_left_over_from_before_and_loses_nothing(
    tmp_path: Path, messenger: TelegramStandIn, forum: Group, ann: Person
) -> None:
    messenger.route_webhook(OLD_WEBHOOK, "http://127.0.0.1:9")
    await ask(messenger, "setWebhook", url=OLD_WEBHOOK)
    said = ann.open()
    async with Desk(tmp_path, **settings_for(messenger, forum)) as desk:
        await messenger.until(lambda: shown(ann, "We mend things."), what="the consent screen")
        assert said.id < ann.chat.messages[-1].id
        assert (await ask(messenger, "getWebhookInfo"))["url"] == ""
        assert (await desk.call("GET", "/readyz"))[0] == 200
        # It may be set again while the desk runs.
        await ask(messenger, "setWebhook", url=OLD_WEBHOOK)
        ann.say("Is anybody there?")
        await messenger.until(lambda: shown(ann, "not been passed on"), timeout=20)
        assert (await ask(messenger, "getWebhookInfo"))["url"] == ""


async def test_a_messenger_out_of_reach_at_start_is_waited_for_while_the_rest_works(
    tmp_path: Path, messenger: TelegramStandIn, forum: Group, ann: Person
) -> None:
    messenger.down()
    desk = Desk(tmp_path, **settings_for(messenger, forum))
    async with AsyncExitStack() as stack:
        stack.push_async_exit(desk)
        await desk.begin()
        await desk.said("not connected.*telegram")
        status, problem = await desk.call("GET", "/readyz")
        assert status == 503
        assert "telegram" in problem["detail"]
        assert (await desk.call("GET", "/healthz"))[0] == 200
        status, ticket = await desk.call("POST", "/v1/helpdesk/tickets", {"text": "From the site"})
        assert (status, ticket["ticket_number"]) == (201, 1)
        status, problem = await desk.call("POST", "/v1/helpdesk/request", {})
        assert (status, problem["code"]) == (503, "unavailable")

        messenger.up()
        said = ann.open()
        await messenger.until(lambda: shown(ann, "We mend things."), what="the consent screen")
        assert (await desk.call("GET", "/readyz"))[0] == 200
        await messenger.until(lambda: "From the site" in "".join(texts(forum.messages)))
        await subscribe(messenger, desk, ann)
        await open_ticket(messenger, ann, forum, "Hello", number=2)
        assert said in ann.chat.messages
