"""Updates: polling that forgets nothing unconfirmed, and webhooks that are repeated until taken."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def polling(wire: Wire) -> None:
    """Until a long poll waits on the other side."""
    await wire.messenger.until(lambda: wire.messenger.polling, what="a long poll")


async def test_updates_stay_until_an_offset_confirms_them(wire: Wire, ann: Person) -> None:
    ann.say("one")
    first = await wire.updates()
    assert texts(first) == ["/start", "one"]
    assert await wire.updates() == first
    assert wire.messenger.updates_pending == 2
    assert texts(await wire.updates(offset=first[0]["update_id"] + 1)) == ["one"]
    assert wire.messenger.confirmed_offset == first[0]["update_id"] + 1
    assert wire.messenger.updates_pending == 1


async def test_update_ids_rise_by_one(wire: Wire, ann: Person) -> None:
    ann.say("one")
    ids = [update["update_id"] for update in await wire.updates()]
    assert ids[1] == ids[0] + 1


async def test_a_negative_offset_forgets_all_but_the_last(wire: Wire, ann: Person) -> None:
    ann.say("one")
    ann.say("two")
    assert texts(await wire.updates(offset=-1)) == ["two"]
    assert texts(await wire.updates()) == ["two"]


async def test_limit_and_batch_size(wire: Wire, ann: Person) -> None:
    ann.say("one")
    ann.say("two")
    assert texts(await wire.updates(limit=1)) == ["/start"]
    wire.messenger.limit_batches(2)
    assert texts(await wire.updates()) == ["/start", "one"]


async def test_a_long_poll_ends_with_the_first_update(wire: Wire, ann: Person) -> None:
    offset = (await wire.updates())[-1]["update_id"] + 1
    poll = asyncio.create_task(wire.updates(offset=offset, timeout=50))
    await polling(wire)
    ann.say("one")
    assert texts(await poll) == ["one"]


async def test_a_long_poll_comes_back_empty_in_the_end(wire: Wire) -> None:
    assert await wire.updates(timeout=1) == []


async def test_a_second_poller_ends_the_first(wire: Wire, ann: Person) -> None:
    offset = (await wire.updates())[-1]["update_id"] + 1
    first = asyncio.create_task(wire.call("getUpdates", offset=offset, timeout=50))
    await polling(wire)
    second = asyncio.create_task(wire.call("getUpdates", offset=offset, timeout=50))
    refused = await first
    assert (refused["error_code"], refused["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )
    ann.say("one")
    assert texts((await second)["result"]) == ["one"]


async def test_held_updates_come_in_one_batch(wire: Wire, ann: Person) -> None:
    offset = (await wire.updates())[-1]["update_id"] + 1
    poll = asyncio.create_task(wire.updates(offset=offset, timeout=50))
    await polling(wire)
    wire.messenger.hold()
    ann.say("one")
    ann.say("two")
    wire.messenger.release()
    assert texts(await poll) == ["one", "two"]


async def test_allowed_updates_decide_what_is_queued_from_then_on(wire: Wire, ann: Person) -> None:
    await wire.updates(offset=-1, allowed_updates=["edited_message"])
    message = ann.say("one")
    ann.edit(message, "two")
    kinds = [set(update) - {"update_id"} for update in await wire.updates()]
    assert kinds == [{"message"}, {"edited_message"}]
    await wire.updates(offset=2**31, allowed_updates=[])
    ann.say("three")
    assert texts(await wire.updates()) == ["three"]


async def test_reactions_come_only_when_asked_for(wire: Wire, ann: Person) -> None:
    message = ann.chat.messages[0]
    ann.react(message, "👍")
    assert wire.messenger.updates_pending == 1
    await wire.updates(allowed_updates=["message_reaction"])
    ann.react(message, "🔥", "👍")
    told = (await wire.updates())[-1]["message_reaction"]
    assert told["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert [reaction["emoji"] for reaction in told["new_reaction"]] == ["🔥", "👍"]


async def test_raw_and_repeated_updates(wire: Wire, ann: Person) -> None:
    update_id = wire.messenger.inject(
        {
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [0],
                "option_persistent_ids": ["0"],
                "user": ann.to_api(),
            }
        }
    )
    last = (await wire.updates())[-1]
    assert last["update_id"] == update_id
    assert await wire.updates(offset=update_id + 1) == []
    wire.messenger.repeat_update()
    assert await wire.updates(offset=update_id + 1) == [last]
    assert await wire.updates(offset=update_id + 1) == []


class Hook:
    """A bot's webhook: remembers what came, answers as told, 200 when nothing is left to tell."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(json.loads(await request.text()))
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
async def hook(wire: Wire) -> AsyncIterator[Hook]:
    told = Hook(wire)
    app = web.Application()
    app.router.add_post("/hook", told.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire.messenger.route_webhook(
        "https://desk.example", f"http://127.0.0.1:{runner.addresses[0][1]}"
    )
    yield told
    await runner.cleanup()


async def test_webhook_gets_each_update_in_order_with_the_secret(
    wire: Wire, hook: Hook, ann: Person
) -> None:
    await wire.ok("setWebhook", url="https://desk.example/hook", secret_token="s3cret")
    ann.say("one")
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert texts(hook.got) == ["/start", "one"]
    assert set(hook.secrets) == {"s3cret"}


async def test_webhook_repeats_until_taken_and_tells_the_error(
    wire: Wire, hook: Hook, ann: Person
) -> None:
    hook.answers = [500, 302]
    ann.say("one")
    await wire.ok("setWebhook", url="https://desk.example/hook")
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    assert texts(hook.got) == ["/start", "/start", "/start", "one"]
    assert [attempt.status for attempt in wire.messenger.webhook_attempts] == [500, 302, 200, 200]
    info = await wire.ok("getWebhookInfo")
    assert info["url"] == "https://desk.example/hook"
    assert info["pending_update_count"] == 0
    assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"


async def test_webhook_that_nobody_answers_keeps_updates(wire: Wire, ann: Person) -> None:
    wire.messenger.route_webhook("https://desk.example", "http://127.0.0.1:9")
    await wire.ok("setWebhook", url="https://desk.example/hook")
    await wire.messenger.until(lambda: wire.messenger.webhook_attempts)
    info = await wire.ok("getWebhookInfo")
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Connection refused")


async def test_polling_and_webhook_exclude_each_other(wire: Wire, hook: Hook, ann: Person) -> None:
    offset = (await wire.updates())[-1]["update_id"] + 1
    poll = asyncio.create_task(wire.call("getUpdates", offset=offset, timeout=50))
    await polling(wire)
    await wire.ok("setWebhook", url="https://desk.example/hook")
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    refused = await wire.error("getUpdates")
    assert refused == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await wire.ok("deleteWebhook")
    ann.say("one")
    assert texts(await wire.updates()) == ["one"]


async def test_pending_updates_are_dropped_only_on_demand(wire: Wire, ann: Person) -> None:
    await wire.ok("deleteWebhook")
    assert wire.messenger.updates_pending == 1
    await wire.ok("deleteWebhook", drop_pending_updates=True)
    assert wire.messenger.updates_pending == 0


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"url": "http://desk.example/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://desk.example:444/"}, "bad webhook: Webhook can be set up only on ports"),
        ({"url": "https://nobody.example/"}, "bad webhook: Failed to resolve host"),
        (
            {"url": "https://desk.example/", "secret_token": "a b"},
            "secret token contains unallowed",
        ),
    ],
)
async def test_webhook_addresses_that_are_refused(
    wire: Wire, hook: Hook, params: dict[str, Any], problem: str
) -> None:
    assert problem in await wire.error("setWebhook", **params)


async def test_webhook_gets_a_repeated_update_again(wire: Wire, hook: Hook, ann: Person) -> None:
    await wire.ok("setWebhook", url="https://desk.example/hook")
    await wire.messenger.until(lambda: wire.messenger.updates_pending == 0)
    wire.messenger.repeat_update()
    await wire.messenger.until(lambda: len(hook.got) == 2)
    assert hook.got[0] == hook.got[1]
