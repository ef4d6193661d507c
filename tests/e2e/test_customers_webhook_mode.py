"""Webhook mode: updates come in behind a secret, and are confirmed once they are committed."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.e2e.acme import CONSENT, MENU, PUBLIC_URL, Acme, labels_of, running_acme

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "only-the-messenger-knows"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
WEBHOOK = {"updates": "webhook", "public_url": PUBLIC_URL, "webhook_secret": SECRET}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Acme]:
    """Updates come by webhook."""
    async with running_acme(tmp_path_factory.mktemp("webhook"), **WEBHOOK) as running:
        yield running


async def post(acme: Acme, body: bytes, headers: dict[str, str]) -> int:
    url = f"{acme.desk.url}/webhooks/telegram"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_webhook_is_set_with_its_secret_and_without_dropping_what_waits(acme: Acme) -> None:
    (call,) = acme.messenger.calls.of("setWebhook")
    assert call.params["url"].startswith(f"{PUBLIC_URL}/")
    assert call.params["secret_token"] == SECRET
    assert not call.params.get("drop_pending_updates")
    assert acme.messenger.calls.of("getUpdates") == []


async def test_customers_are_served_by_webhook(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(ann.follow(request["telegram_link"]), "", *CONSENT)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    number = await acme.number_told(ann.say("Shoes broke"))
    acme.bob.say("Send them in", topic=await acme.topic(number))
    await acme.sees(ann, "Send them in")
    assert {attempt.status for attempt in acme.messenger.webhook_attempts} == {200}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SECRET_HEADER: ""},
        {SECRET_HEADER: "wrong"},
        {SECRET_HEADER: SECRET + "x"},
        {SECRET_HEADER: "ё"},
        {"Authorization": f"Bearer {SECRET}"},
    ],
    ids=["none", "empty", "wrong", "longer", "not ascii", "elsewhere"],
)
async def test_an_update_without_the_secret_is_401_and_nothing_happens(
    acme: Acme, headers: dict[str, str]
) -> None:
    ann = await acme.subscriber()
    acme.messenger.hold()
    said = ann.say("Only if it is you")
    forged = json.dumps({"update_id": 1, "message": said.to_api()}).encode()
    assert await post(acme, forged, headers) == 401
    assert await acme.tickets_of(ann) == []
    acme.messenger.release()
    number = await acme.number_told(said)
    assert await acme.texts(number) == ["Only if it is you"]


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"null", b"{}", b'{"update_id": "x"}'])
async def test_what_is_no_update_is_400_and_stops_nothing(acme: Acme, body: bytes) -> None:
    assert await post(acme, body, {SECRET_HEADER: SECRET}) == 400
    assert labels_of(await acme.answer(acme.stranger().open())) == list(CONSENT)


async def test_an_update_delivered_twice_has_one_effect(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Only once")
    acme.messenger.repeat_update()
    number = await acme.number_told(said)
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Only once", "The end"]


async def test_what_came_while_the_desk_was_down_is_handled_in_order(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    assert await acme.desk.stop() == 0
    for n in range(10):
        ann.say(f"line {n}")
    await acme.start()
    await acme.agents_see(number, "line 9")
    assert await acme.texts(number) == ["Hello", *(f"line {n}" for n in range(10))]
    assert (await acme.desk.call("GET", "/readyz"))[0] == 200
